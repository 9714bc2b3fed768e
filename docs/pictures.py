"""Make the pictures of every screen from the running app: `make pictures`."""

from __future__ import annotations

import asyncio
import math
import os
import tempfile
from pathlib import Path

os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"

from argon2 import PasswordHasher

from docs.painting import FOLDER, SIZES, Keep, person_at
from docs.staff_pictures import office_work, teacher_work
from kiosk.app import AppOptions
from kiosk.config.settings import load_settings
from kiosk.demo.parent_accounts import demo_account_logins
from kiosk.demo.seed import demo_logins, fill_demo_school
from kiosk.services.school import School, open_school
from kiosk.testing.account import AccountParent
from kiosk.testing.clock import FakeClock
from kiosk.testing.parent import Parent


async def _visit(school: School, size: tuple[int, int]) -> None:
    lines = "\n".join(f"{login.account}　{login.password}　{login.what}" for login in demo_logins())
    options = AppOptions(family_demo_lines=f"展示用登入（Ctrl+Q 離開）：\n{lines}")
    async with person_at(school, size, Parent, options=options) as (parent, keep):
        await keep("1-login", "LoginScreen")
        login = demo_logins()[0 if size == SIZES[0] else -1]
        await parent.logs_in(login.account, login.password)
        await parent.sees("ChangePasswordScreen")
        await parent.types("Harbour")
        await keep("2-change-password")
        await parent.presses("ctrl+u")
        await parent.changes_password("Harbour7lights")
        await keep("3-hub")
        await parent.opens("confirm", "ConfirmStudentScreen")
        await keep("4-confirm")
        await parent.clicks("#wrong")
        await keep("4-error-report")
        await parent.clicks("#right")
        await parent.presses("enter")
        await parent.opens("apply", "ConsentScreen")
        await keep("5-consent")
        await parent.consents()
        await keep("6-mode", "ApplicationModeScreen")
        await parent.clicks("#one_parent")
        await keep("6-basis", "BasisScreen")
        await parent.clicks("#parents")
        await keep("6-form", "ApplicantFormScreen")
        await parent.fills_in("林小花", "媽媽", "B200300401", "0910100200", "flower@gmial.com")
        await keep("6-read-back", "SummaryScreen")
        await keep("7-receipt", "ReceiptScreen", "enter")
        await parent.presses("enter")
        await parent.logs_in(login.account, "Harbour7lights")
        await _card_and_signing(parent, keep)


async def _card_and_signing(parent: Parent, keep: Keep) -> None:
    """Choose the functions of the student card and sign on the screen."""
    await parent.opens("card", "StudentCardScreen")
    await parent.presses("enter")
    await keep("8-card")
    await parent.clicks("#send")
    await parent.answers_notice()
    await parent.opens("sign", "FormsToSignScreen")
    await keep("8-sign")
    await parent.clicks("#sign")
    await parent.answers_notice()
    await parent.sees("SignatureScreen")
    height = parent.app.screen.query_one("#pad").size.height
    for left in (12, 36):
        wave = [(left + step, round((height - 1) / 2 * (1 + math.sin(step / 2.5)))) for step in range(20)]
        await parent.pilot.mouse_down("#pad", offset=wave[0])
        for place in wave[1:]:
            await parent.pilot.hover("#pad", offset=place)
        await parent.pilot.mouse_up("#pad", offset=wave[-1])
    await keep("8-pad")


async def _account(school: School, size: tuple[int, int]) -> None:
    """Use the account of a parent of two children (the guide's step 三)."""
    login = demo_account_logins()[0]
    async with person_at(school, size, AccountParent, prefix="9-account-") as (parent, keep):
        await parent.enters_from_lobby()
        await keep("login")
        await parent.forgets()
        await parent.answers_notice()
        await parent.logs_in(login.account, login.password)
        await keep("home", "AccountHomeScreen")
        await parent.opens("systems", "SystemsScreen")
        await keep("systems")
        await parent.chooses("epay", "SystemScreen")
        await keep("system")
        await parent.goes_back("SystemsScreen")
        await parent.goes_back("AccountHomeScreen")
        for button, screen in (("fees", "FeesScreen"), ("contact", "ContactScreen"), ("data", "OwnDataScreen")):
            await parent.opens(button, screen)
            await parent.pilot.pause(0.1)  # a list is read in a thread
            await keep(button)
            await parent.goes_back("AccountHomeScreen")
        await parent.opens("carers", "ChooseChildScreen")
        await parent.presses("enter")
        await parent.sees("CarersScreen")
        await parent.pilot.pause(0.1)
        await keep("carers")
        await parent.chooses("grant", "AddCarerScreen")
        await keep("grant")


def main() -> None:
    """Make every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder) / "home", demo=True, environment={})
        school = open_school(settings, FakeClock(), PasswordHasher(1, 1024, 1))
        fill_demo_school(school)
        for act in (_visit, _account, teacher_work):
            for size in SIZES:
                asyncio.run(act(school, size))
        asyncio.run(office_work(school))
        school.close()


if __name__ == "__main__":
    main()
