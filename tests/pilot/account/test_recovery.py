"""忘記帳號、密碼: by a code to the e-mail or at the desk, without revealing whether there is an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.services.school import School
from kiosk.testing.person import until
from tests.builders.accounts import Families
from tests.builders.applications import made_up_id
from tests.builders.decisions import school_with_mail
from tests.builders.mail_server import Mailbox, mail_server
from tests.pilot.accounts import PARENT, PASSWORD, ready, signed_on
from tests.pilot.people import QuickAccountParent, account_parent_at, at_work

_NEW = "Second7harbour"


@pytest.fixture
def mailing(tmp_path: Path, mailbox: Mailbox) -> Iterator[School]:
    """A school that sends mail."""
    with mail_server(mailbox) as smtp, school_with_mail(tmp_path, None, smtp) as school:
        yield school


def _code_to(mailbox: Mailbox, address: str) -> str:
    found = ""
    for recipients, body in zip(mailbox.recipients, mailbox.bodies(), strict=True):
        code = re.search(r"驗證碼是 ([0-9]{6})", body)
        found = code[1] if code and recipients == [address] else found
    return found


async def _asks(parent: QuickAccountParent, name: str, national_id: str) -> str:
    """忘記帳號、密碼 as far as the code; return the page there."""
    await parent.enters_from_lobby()
    await parent.forgets()
    await parent.identifies(name, national_id)
    await parent.sees("RecoveryCodeScreen")
    return parent.page()


async def test_a_code_by_mail_leads_to_a_new_password_and_tells_the_names(mailing: School, mailbox: Mailbox) -> None:
    ready(mailing)
    async with account_parent_at(mailing) as parent:
        await _asks(parent, PARENT.name, PARENT.national_id)
        await until(parent.pilot, lambda: _code_to(mailbox, PARENT.email))
        await parent.enters("000")
        await parent.reads("驗證碼不對或已過期")
        await parent.fills_in(code=_code_to(mailbox, PARENT.email))
        await parent.presses("enter", then="AccountPasswordScreen")
        await parent.changes_password(_NEW)
        await parent.sees("AccountNoticeScreen")
        assert "f***@example.com" in parent.page()
        assert "*******200" in parent.page()
        await parent.presses("enter")
        await parent.signs_off()
        await parent.logs_in(PARENT.email, _NEW)
        await parent.sees("AccountHomeScreen")


async def test_the_words_are_the_same_for_an_account_for_another_name_and_for_nobody(mailing: School) -> None:
    """And one step back keeps name and ID."""
    ready(mailing)
    said, refused = [], []
    async with account_parent_at(mailing) as parent:
        for name, national_id in (
            (PARENT.name, PARENT.national_id),
            ("王大明", PARENT.national_id),
            (PARENT.name, made_up_id(77)),
        ):
            said.append(await _asks(parent, name, national_id))
            await parent.enters("000000")
            await parent.reads("驗證碼不對或已過期")
            refused.append(parent.page())
            await parent.presses("escape")
            await parent.answers_notice("drop")
            await parent.sees("RecoveryScreen")
            values = parent.app.screen.values  # type: ignore[attr-defined]
            assert values == {"name": name, "national_id": national_id}
            await parent.goes_back("AccountLoginScreen")
            await parent.goes_back("LoginScreen")
    assert said[0] == said[1] == said[2]
    assert refused[0] == refused[1] == refused[2]


async def test_the_email_is_changed_by_a_code_to_the_new_one(mailing: School, mailbox: Mailbox) -> None:
    ready(mailing)
    async with signed_on(mailing) as parent:
        await parent.opens("contact", "ContactScreen")
        await parent.chooses("email", "EmailScreen")
        await parent.fills_in(email="no address")
        await parent.presses("enter")
        await parent.reads("電子郵件的格式不對")
        await parent.fills_in(email="new@example.com")
        await parent.presses("enter", then="EmailChangeCodeScreen")
        await parent.goes_back("EmailScreen")
        await parent.presses("enter", then="EmailChangeCodeScreen")
        await until(parent.pilot, lambda: _code_to(mailbox, "new@example.com"))
        await parent.enters(_code_to(mailbox, "new@example.com"))
        assert await parent.answers_notice() == "已更改"
        await parent.sees("ContactScreen")
        await parent.goes_back("AccountHomeScreen")
        await parent.signs_off()
        await parent.logs_in("new@example.com", PASSWORD)
        await parent.sees("AccountHomeScreen")


async def test_the_registrar_gives_a_code_for_an_account_only_after_an_id_was_seen(demo: School) -> None:
    Families(demo).approved(PARENT)
    async with at_work(demo, "REGISTRAR") as reviewer:
        await reviewer.opens("desk", "LoginResetScreen")
        await reviewer.clicks("#account", then="AccountResetScreen")
        await reviewer.enters(made_up_id(79))
        await reviewer.is_told("請先看證件")
        await reviewer.presses("enter")
        await reviewer.clicks("#send")
        await reviewer.reads("沒有使用中的家長帳號")
        reviewer.app.screen.query_one("#national_id").focus()
        await reviewer.presses("ctrl+u")
        await reviewer.enters(PARENT.national_id, then="OneTimeCodeScreen")
        code = reviewer.text("#code").rpartition("：")[2]
        await reviewer.presses("enter", then="StaffMenuScreen")
    async with account_parent_at(demo) as parent:
        await parent.logs_in(PARENT.email, code)
        await parent.sees("AccountPasswordScreen")
