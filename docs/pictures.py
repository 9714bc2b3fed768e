"""Make the pictures of every screen from the running app: `make pictures`."""

from __future__ import annotations

import asyncio
import math
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"

from argon2 import PasswordHasher

from docs.painting import paint
from docs.staff_pictures import office_work, shift
from kiosk.app import AppOptions, KioskApp
from kiosk.config.settings import load_settings
from kiosk.demo.parent_accounts import demo_account_logins
from kiosk.demo.seed import demo_logins, fill_demo_school
from kiosk.services.school import School, open_school
from kiosk.testing.account import AccountParent
from kiosk.testing.clock import FakeClock
from kiosk.testing.parent import Parent

FOLDER = Path(__file__).parent / "pictures"
SIZES = ((80, 24), (100, 30))


async def _visit(school: School, size: tuple[int, int]) -> None:
    lines = "\n".join(f"{login.account}　{login.password}　{login.what}" for login in demo_logins())
    app = KioskApp(
        school.settings, school.clock, school, AppOptions(family_demo_lines=f"展示用登入（Ctrl+Q 離開）：\n{lines}")
    )
    name = f"{size[0]}x{size[1]}"

    async with app.run_test(size=size) as pilot:
        parent = Parent(pilot)

        async def keep(step: str) -> None:
            await pilot.pause()
            paint(app, FOLDER / f"{step}-{name}.png")

        await parent.sees("LoginScreen")
        await keep("1-login")
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
        await parent.sees("ApplicationModeScreen")
        await keep("6-mode")
        await parent.clicks("#one_parent")
        await parent.sees("BasisScreen")
        await keep("6-basis")
        await parent.clicks("#parents")
        await parent.sees("ApplicantFormScreen")
        await keep("6-form")
        await parent.fills_in("林小花", "媽媽", "B200300401", "0910100200", "flower@gmial.com")
        await parent.sees("SummaryScreen")
        await keep("6-read-back")
        await parent.presses("enter")
        await parent.sees("ReceiptScreen")
        await keep("7-receipt")
        await parent.presses("enter")
        await parent.logs_in(login.account, "Harbour7lights")
        await _paper(parent, keep)


async def _paper(parent: Parent, keep: Callable[[str], Awaitable[None]]) -> None:
    """The last two doors: the card's functions, and signing on the screen."""
    await parent.opens("card", "StudentCardScreen")
    await parent.presses("enter")
    await keep("8-card")
    await parent.clicks("#send")
    await parent.sees("NoticeScreen")
    await parent.presses("enter")
    await parent.opens("sign", "FormsToSignScreen")
    await keep("8-sign")
    await parent.clicks("#sign")
    await parent.sees("NoticeScreen")
    await parent.presses("enter")
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
    """The guide's step 三, with the account of a parent of two children."""
    app = KioskApp(school.settings, school.clock, school)
    login = demo_account_logins()[0]

    async with app.run_test(size=size) as pilot:
        parent = AccountParent(pilot)

        async def keep(step: str) -> None:
            await pilot.pause()
            paint(app, FOLDER / f"{step}-{size[0]}x{size[1]}.png")

        await parent.enters_from_lobby()
        await keep("9-account-login")
        await parent.forgets()
        await parent.sees("AccountNoticeScreen")
        await parent.presses("enter")
        await parent.signs_on(login.account, login.password)
        await parent.sees("AccountHomeScreen")
        await keep("9-account-home")
        await parent.opens("systems", "SystemsScreen")
        await keep("9-account-systems")
        await parent.chooses("epay", "SystemScreen")
        await keep("9-account-system")
        await parent.goes_back("SystemsScreen")
        await parent.goes_back("AccountHomeScreen")
        for door, screen in (("fees", "FeesScreen"), ("contact", "ContactScreen"), ("data", "OwnDataScreen")):
            await parent.opens(door, screen)
            await pilot.pause(0.1)  # a list is fetched
            await keep(f"9-account-{door}")
            await parent.goes_back("AccountHomeScreen")
        await parent.opens("carers", "ChooseChildScreen")
        await parent.presses("enter")
        await parent.sees("CarersScreen")
        await pilot.pause(0.1)
        await keep("9-account-carers")
        await parent.chooses("grant", "AddCarerScreen")
        await keep("9-account-grant")


def main() -> None:
    """Make every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder) / "home", demo=True, environment={})
        school = open_school(settings, FakeClock(), PasswordHasher(1, 1024, 1))
        fill_demo_school(school)
        for size in SIZES:
            asyncio.run(_visit(school, size))
            asyncio.run(_account(school, size))
        for size in SIZES:
            asyncio.run(shift(school, size, FOLDER))
        asyncio.run(office_work(school, FOLDER))
        school.close()


if __name__ == "__main__":
    main()
