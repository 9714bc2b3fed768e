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
from tests.pilot.walker import ADULT, APPLIED, MOTHER, PASSWORD, READY, go_to, make_ready

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
    "hub": "LoginScreen",
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
    async with parent_at(school if screen == "change" else make_ready(school)) as parent:
        await go_to(parent, screen)
        yield parent


@pytest.mark.parametrize("screen", BACK_FROM)
async def test_escape_asks_before_what_was_typed_is_lost(school: School, screen: str) -> None:
    async with at(school, screen) as parent:
        left = parent.app.screen
        field = left.query(Input).first()
        field.focus()
        await parent.types("A12")
        await parent.goes_back("NoticeScreen")
        assert parent.text("#heading") == "要離開嗎？"
        await parent.clicks("#stay")
        await until(parent.pilot, lambda: parent.app.screen is left)
        assert field.value == "A12"
        await parent.goes_back("NoticeScreen")
        await parent.clicks("#drop")
        await until(parent.pilot, lambda: parent.app.screen is not left)
        await parent.sees(BACK_FROM[screen])
        assert len(parent.app.screen_stack) == (1 if parent.screen == "LoginScreen" else 3)


@pytest.mark.parametrize("screen", UNTOUCHED)
async def test_escape_goes_one_step_back_where_nothing_was_typed(school: School, screen: str) -> None:
    async with at(school, screen) as parent:
        left = parent.app.screen
        await parent.presses("escape")
        await until(parent.pilot, lambda: parent.app.screen is not left)
        await parent.sees(UNTOUCHED[screen])
        if parent.screen == "NoticeScreen":
            assert parent.text("#heading") != "要離開嗎？"


async def test_back_from_the_code_by_mouse(school: School) -> None:
    async with at(school, "code") as parent:
        await parent.clicks("#back", then="SummaryScreen")


async def test_what_was_sent_to_the_read_back_is_not_dropped_by_going_back_twice(school: School) -> None:
    async with at(school, "read_back") as parent:
        await parent.goes_back("ApplicantFormScreen")
        await parent.goes_back("NoticeScreen")
        await parent.presses("enter", then="ApplicantFormScreen")
        assert parent.app.screen.query_one("#name", Input).value == MOTHER.name
        await parent.goes_back("NoticeScreen")
        await parent.clicks("#drop", then="BasisScreen")
        await parent.presses("enter", then="ApplicantFormScreen")
        assert all(field.value == "" for field in parent.app.screen.query(Input))


async def test_after_the_code_screen_and_two_steps_back_the_forms_begin_anew(school: School) -> None:
    async with at(school, "code") as parent:
        for seen in ("SummaryScreen", "ApplicantFormScreen", "NoticeScreen"):
            await parent.goes_back(seen)
        await parent.clicks("#drop", then="BasisScreen")
        await parent.goes_back("ApplicationModeScreen")
        await parent.clicks("#two_parents", then="ApplicantFormScreen")
        assert parent.text("#position") == "第 1 位申請人"


async def test_an_opened_draft_that_is_left_untouched_stays(school: School) -> None:
    async with at(school, "draft_id") as parent:
        await parent.enters("A100000001", then="ApplicantFormScreen")
        await parent.goes_back("MenuScreen")
        await parent.opens("apply", "AskIdScreen")


async def test_beginning_anew_leaves_the_draft(school: School) -> None:
    async with at(school, "draft_id") as parent:
        await parent.clicks("#afresh", then="ApplicationModeScreen")
        await parent.presses("escape")
        await parent.opens("apply", "AskIdScreen")


async def test_the_receipt_stands_again_after_going_back_from_the_next_childs_login(school: School) -> None:
    async with at(school, "receipt") as parent:
        words = parent.text("#receipt-text").split()
        await parent.clicks("#another")
        await until(parent.pilot, lambda: len(parent.app.screen_stack) == 3 and parent.screen == "LoginScreen")
        await parent.sees("LoginScreen")
        assert "Esc 上一步" in parent.text("#foot")
        await parent.goes_back("ReceiptScreen")
        assert "".join(parent.text("#receipt-text").split()) == "".join(words)


async def test_what_was_carried_to_the_next_child_is_offered_until_it_is_declined(school: School) -> None:
    async with at(school, "next_login") as parent:
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


async def test_corrections_are_not_lost_behind_the_other_answer(school: School) -> None:
    async with at(school, "report") as parent:
        await parent.types("資二智")
        await parent.clicks("#right")
        await parent.goes_back("NoticeScreen")
        await parent.clicks("#save")
        await parent.logs_in(f"P{READY}", PASSWORD)
        await parent.opens("confirm", "ConfirmStudentScreen")
        assert parent.app.screen.query_one("#class_name", Input).value == "資二智"


async def test_the_students_own_id_stands_again_after_going_back_from_the_consent(school: School) -> None:
    async with at(school, "adult_id") as parent:
        await parent.enters("F190000004", then="ConsentScreen")
        await parent.goes_back("AskIdScreen")
        assert parent.app.screen.query_one("#national_id", Input).value == "F190000004"
        await parent.presses("enter")
        await parent.consents()
        await parent.sees("MenuScreen")


async def test_a_password_that_was_changed_meanwhile_leads_on(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Esc while the change is under way: the question stands on top when the answer comes."""
    held, change = threading.Event(), school.sign_in.change_password

    def slow(visitor: StudentSession, new: str) -> StudentSession:
        assert held.wait(30)
        return change(visitor, new)

    monkeypatch.setattr(school.sign_in, "change_password", slow)
    async with at(school, "change") as parent:
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


def test_the_adult_is_of_full_age(school: School) -> None:
    """What two of the walks above stand on."""
    make_ready(school)
    visitor = school.sign_in.student(f"P{ADULT}", PASSWORD, "test").visitor
    assert school.student_data.hub(visitor).student.is_adult
