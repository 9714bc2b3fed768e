"""What a parent is told where the database refuses: to try again only where that can help."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from textual.widgets import Input

from kiosk.config.sections import SmtpSettings
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.errors import StoreError
from kiosk.services.messaging.email_verification import EmailCodes
from kiosk.services.school import School
from tests.builders.mail_server import Mailbox
from tests.pilot.first_visit import FIRST_PASSWORD, MOTHER, PASSWORD, to_form, to_hub
from tests.pilot.people import parent_at

_CONFLICT = "再試一次也一樣，請洽服務台"
_BUSY = "請稍候再按一次"


def _refuse(school: School, change: str) -> None:
    """Have the database refuse a change (``INSERT ON draft``), as a constraint would."""
    with school.store.writer.begin() as connection:
        connection.execute(text(f"CREATE TRIGGER refused BEFORE {change} BEGIN SELECT RAISE(ABORT, 'refused'); END"))


def _allow(school: School) -> None:
    with school.store.writer.begin() as connection:
        connection.execute(text("DROP TRIGGER refused"))


def _turn_back_the_numbers(school: School) -> None:
    """As somebody could who changes the database by hand: the next application's number is taken."""
    with school.store.writer.begin() as connection:
        connection.execute(text("UPDATE number_counter SET value = 0"))


async def test_an_application_that_will_never_go_in_is_not_called_busy(school: School) -> None:
    """And what was typed stands in the form; one leaves by the form's own way."""
    async with parent_at(school) as parent:
        await to_form(parent)
        await parent.fills_in(*MOTHER)
        await parent.sends()
        await parent.sees("ReceiptScreen")
        await parent.presses("enter")
        _turn_back_the_numbers(school)
        await parent.logs_in("p110002", "A290000009")
        await parent.changes_password(PASSWORD)
        await parent.confirms()
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.chooses_mode()
        await parent.fills_in(*MOTHER)
        await parent.sends()
        await parent.sees("NoticeScreen")
        assert parent.text("#heading") == "沒有存入"
        assert not parent.app.screen.query("#again")
        await parent.presses("enter", then="SummaryScreen")
        await parent.goes_back("ApplicantFormScreen")
        assert parent.app.screen.query_one("#name", Input).value == MOTHER[0]


async def test_a_menu_item_that_cannot_be_kept_leads_back_to_the_others(school: School) -> None:
    async with parent_at(school) as parent:
        await to_hub(parent)
        _refuse(school, "UPDATE ON student")
        await parent.opens("confirm", "ConfirmStudentScreen")
        await parent.presses("enter", "enter", then="NoticeScreen")
        assert parent.text("#heading") == "沒有存入"
        await parent.presses("enter", then="MenuScreen")
        _allow(school)
        await parent.confirms()


async def test_a_draft_that_cannot_be_kept_leaves_the_form_as_it_was(school: School) -> None:
    async with parent_at(school) as parent:
        await to_form(parent)
        for value in (MOTHER[0], MOTHER[1], MOTHER[2], MOTHER[2]):
            await parent.enters(value)
        _refuse(school, "INSERT ON draft")
        await parent.clicks("#save", then="NoticeScreen")
        assert parent.text("#heading") == "沒有存入"
        await parent.presses("enter", then="ApplicantFormScreen")
        assert parent.app.screen.query_one("#national_id", Input).value == MOTHER[2]
        _allow(school)
        await parent.clicks("#save", then="NoticeScreen")
        assert "已暫存" in parent.text("#heading")


async def test_a_password_that_cannot_be_kept_is_not_called_busy(school: School) -> None:
    async with parent_at(school) as parent:
        await parent.logs_in("p110001", FIRST_PASSWORD)
        await parent.sees("ChangePasswordScreen")
        _refuse(school, "UPDATE ON credential")
        for _field in range(2):
            await parent.enters(PASSWORD)
        await parent.is_told(_CONFLICT)
        _allow(school)
        await parent.clicks("#send", then="MenuScreen")


@pytest.mark.parametrize(("change", "words"), [("INSERT ON sign_in_counter", _CONFLICT), (None, _BUSY)])
async def test_a_sign_in_that_cannot_be_recorded_says_which(
    school: School, change: str | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with parent_at(school) as parent:
        if change is not None:
            _refuse(school, change)
            await parent.logs_in("p110001", FIRST_PASSWORD)
            await parent.is_told(words)
            return
        monkeypatch.setattr("db.store.BUSY_SECONDS", 0.05)
        with school.store.writer.begin():
            await parent.logs_in("p110001", FIRST_PASSWORD)
            await parent.is_told(words)


async def test_a_code_that_was_not_sent_is_not_called_sent(
    school: School, mailbox: Mailbox, smtp: SmtpSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(codes: EmailCodes, visitor: StudentSession, address: str) -> None:
        raise StoreError

    async with parent_at(replace(school, settings=replace(school.settings, smtp=smtp))) as parent:
        await to_form(parent)
        await parent.fills_in(*MOTHER)
        await parent.sees("SummaryScreen")
        with monkeypatch.context() as busy:
            busy.setattr(EmailCodes, "send", refuse)
            await parent.presses("enter", then="EmailCodeScreen")
            await parent.is_told(_BUSY)
        assert mailbox.bodies() == []
        await parent.clicks("#again")
        await parent.is_told("信已寄出")
    assert len(mailbox.bodies()) == 1
