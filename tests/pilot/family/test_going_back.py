"""Esc goes one step back and never loses what was typed without asking."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.widgets import Input

from kiosk.screens.family.change_password import ChangePasswordScreen
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.messaging.email_verification import EmailCodes
from kiosk.services.messaging.verification_codes import EmailChallenge
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.pilot.people import QuickParent, parent_at
from tests.pilot.walker import APPLIED, MOTHER, PASSWORD, READY, go_to, make_ready

BACK_FROM = {
    "change": "LoginScreen",
    "report": "MenuScreen",
    "form": "BasisScreen",
    "code": "SummaryScreen",
    "next_login": "ReceiptScreen",
    "draft_id": "MenuScreen",
    "withdraw_id": "NoticeScreen",
    "adult_id": "NoticeScreen",
}
"""Where one step back leads from each screen with a field; the resting login alone has none, and says Esc 清除."""

UNTOUCHED = {
    "menu": "LoginScreen",
    "confirm": "MenuScreen",
    "consent": "MenuScreen",
    "mode": "MenuScreen",
    "basis": "ApplicationModeScreen",
    "read_back": "ApplicantFormScreen",
    "which": "MenuScreen",
    "adult": "MenuScreen",
    **BACK_FROM,
}


@asynccontextmanager
async def at(school: School, screen: str) -> AsyncIterator[QuickParent]:
    async with parent_at(make_ready(school)) as parent:
        await go_to(parent, screen)
        yield parent


async def test_escape_asks_before_typed_text_is_lost(school: School) -> None:
    async with parent_at(make_ready(school)) as parent:
        for screen, before in BACK_FROM.items():
            await go_to(parent, screen)
            left = parent.app.screen
            field = left.query(Input).first()
            field.focus()
            await parent.types("A12")
            await parent.goes_back("NoticeScreen")
            assert parent.text("#heading") == "要離開嗎？"
            await parent.clicks("#stay")
            await until(parent.pilot, lambda left=left: parent.app.screen is left)  # type: ignore[misc]
            assert field.value == "A12"
            await parent.goes_back("NoticeScreen")
            await parent.clicks("#drop", then=before)
            assert parent.app.screen is not left
            assert len(parent.app.screen_stack) == (1 if before == "LoginScreen" else 3)
            await parent.comes_to_rest()


async def test_escape_goes_one_step_back_where_nothing_was_typed(school: School) -> None:
    async with parent_at(make_ready(school)) as parent:
        for screen, before in UNTOUCHED.items():
            await go_to(parent, screen)
            await parent.leaves("escape")
            await parent.sees(before)
            if before == "NoticeScreen":
                assert parent.text("#heading") != "要離開嗎？"
            await parent.comes_to_rest()


async def test_the_form_survives_going_back_until_it_is_dropped(school: School) -> None:
    async with at(school, "read_back") as parent:
        await parent.goes_back("ApplicantFormScreen")
        await parent.goes_back("NoticeScreen")
        await parent.presses("enter", then="ApplicantFormScreen")
        assert parent.app.screen.query_one("#name", Input).value == MOTHER.name
        await parent.clicks("#send", then="SummaryScreen")
        await parent.presses("enter", then="EmailCodeScreen")
        await parent.clicks("#back", then="SummaryScreen")
        await parent.goes_back("ApplicantFormScreen")
        await parent.goes_back("NoticeScreen")
        await parent.clicks("#drop", then="BasisScreen")
        await parent.presses("enter", then="ApplicantFormScreen")
        assert all(field.value == "" for field in parent.app.screen.query(Input))
        await parent.goes_back("BasisScreen")
        await parent.goes_back("ApplicationModeScreen")
        await parent.clicks("#two_parents", then="ApplicantFormScreen")
        assert parent.text("#position") == "第 1 位申請人"


async def test_a_draft_stays_if_it_is_left_untouched_or_not_opened(school: School) -> None:
    async with at(school, "draft_id") as parent:
        await parent.enters("A100000001", then="ApplicantFormScreen")
        await parent.goes_back("MenuScreen")
        await parent.opens("apply", "AskIdScreen")
        await parent.clicks("#afresh", then="ApplicationModeScreen")
        await parent.presses("escape")
        await parent.opens("apply", "AskIdScreen")


async def test_the_receipt_returns_and_the_next_child_is_offered_the_applicant_until_declined(school: School) -> None:
    async with at(school, "receipt") as parent:
        words = parent.text("#receipt-text").split()
        await parent.clicks("#another")
        await until(parent.pilot, lambda: len(parent.app.screen_stack) == 3 and parent.screen == "LoginScreen")
        await parent.sees("LoginScreen")
        assert "Esc 上一步" in parent.text("#foot")
        await parent.goes_back("ReceiptScreen")
        assert "".join(parent.text("#receipt-text").split()) == "".join(words)
        await parent.clicks("#another", then="LoginScreen")
        await parent.logs_in(f"P{APPLIED}", PASSWORD)
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.sees("AskIdScreen")
        await parent.goes_back("MenuScreen")
        await parent.opens("apply", "AskIdScreen")
        assert parent.text("#heading") == "為另一位子女申請"
        await parent.clicks("#afresh")
        await until(parent.pilot, lambda: any("繼續暫存的申請" in line for line in parent.words()))
        assert parent.screen == "AskIdScreen"


async def test_typed_corrections_are_kept_when_the_other_answer_is_chosen(school: School) -> None:
    async with at(school, "report") as parent:
        await parent.types("資二智")
        await parent.clicks("#right")
        await parent.goes_back("NoticeScreen")
        await parent.clicks("#save")
        await parent.logs_in(f"P{READY}", PASSWORD)
        await parent.opens("confirm", "ConfirmStudentScreen")
        assert parent.app.screen.query_one("#class_name", Input).value == "資二智"


async def test_the_students_own_id_is_kept_when_going_back_from_the_consent(school: School) -> None:
    async with at(school, "adult_id") as parent:
        await parent.enters("F190000004", then="ConsentScreen")
        await parent.goes_back("AskIdScreen")
        assert parent.app.screen.query_one("#national_id", Input).value == "F190000004"
        await parent.presses("enter")
        await parent.consents()
        await parent.sees("MenuScreen")


async def test_esc_during_a_password_change_still_leads_on(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Esc while the change is under way: the question stands on top when the answer comes."""
    make_ready(school)
    held, change = threading.Event(), school.sign_in.change_password

    def slow(visitor: StudentSession, new: str) -> StudentSession:
        assert held.wait(30)
        return change(visitor, new)

    monkeypatch.setattr(school.sign_in, "change_password", slow)
    async with parent_at(school) as parent:
        await go_to(parent, "change")
        for _twice in range(2):
            await parent.enters(PASSWORD)
        await parent.goes_back("NoticeScreen")
        held.set()
        below = parent.app.screen_stack[-2]
        assert isinstance(below, ChangePasswordScreen)
        await until(parent.pilot, lambda: below._late_answer)
        assert parent.screen == "NoticeScreen"
        await parent.clicks("#stay", then="MenuScreen")
        assert len(parent.app.screen_stack) == 3


class PromptPost(EmailCodes):
    """Takes every mail, and the code 000000 for right."""

    sent: list[str]
    available = True

    def send(self, visitor: StudentSession, address: str) -> EmailChallenge:
        self.sent.append(address)
        return EmailChallenge(address, b"", 0.0)

    def check(self, challenge: EmailChallenge, typed: str) -> bool:
        return typed == "000000"


async def test_a_verified_address_is_not_asked_for_again(school: School) -> None:
    post: Any = PromptPost(school.store, school.settings, school.clock)
    post.sent = []
    ready = make_ready(school)
    vars(ready)["email_codes"] = post
    async with parent_at(ready) as parent:
        await go_to(parent, "mode")
        await parent.clicks("#two_parents")
        await parent.fills_in(MOTHER.name, MOTHER.relation, MOTHER.national_id, MOTHER.mobile, MOTHER.email)
        await until(parent.pilot, lambda: parent.text("#position") == "第 2 位申請人")
        await parent.fills_in("王大明", "爸爸", "A100000001", "0910100201", "father@example.org")
        await parent.sends()
        await parent.sees("EmailCodeScreen")
        await parent.is_told("信已寄出")
        await parent.enters("000000")
        await until(parent.pilot, lambda: len(post.sent) == 2)
        await parent.goes_back("SummaryScreen")
        await parent.presses("enter")
        await until(parent.pilot, lambda: len(post.sent) == 3)
        assert post.sent[2] == "father@example.org"
