"""The parent's path of the guide, and what may go wrong on it."""

from __future__ import annotations

import pytest
from sqlmodel import select, update
from textual.widgets import Button, Input

from db.models.applications import Consent
from db.models.school import Student
from kiosk.services.auth.password_changes import reset_student_login
from kiosk.services.school import School
from kiosk.testing.parent import Parent
from kiosk.testing.person import until
from tests.pilot.first_visit import FATHER, FIRST_PASSWORD, MOTHER, PASSWORD, to_form, to_hub
from tests.pilot.people import parent_at


async def test_from_login_to_receipt_on_the_smallest_terminal(school: School) -> None:
    async with parent_at(school, (60, 20)) as parent:
        await to_form(parent)
        await parent.fills_in(*MOTHER)
        await parent.sends()
        await parent.sees("ReceiptScreen")
        receipt = parent.text("#receipt-text")
        assert "115-000-0001-" in receipt
        assert MOTHER[2] not in receipt
        assert MOTHER[0] not in receipt
        await parent.presses("enter", then="LoginScreen")
        await parent.logs_in("P110001", PASSWORD)
        await parent.sees("MenuScreen")
        assert "審核中" in parent.text("#states")


async def test_every_choice_by_mouse(school: School) -> None:
    async with parent_at(school) as quick:
        parent = Parent(quick.pilot)  # who clicks where a thing stands
        await parent.types("P110001")
        await parent.clicks("#password")
        await parent.types(FIRST_PASSWORD)
        await parent.clicks("#login")
        await parent.changes_password(PASSWORD)
        await parent.clicks("#confirm")
        await parent.sees("ConfirmStudentScreen")
        await parent.clicks("#right")
        await parent.clicks("#send")
        await parent.sees("MenuScreen")
        await parent.clicks("#apply")
        await parent.reads_consent()
        await parent.clicks("#agree")
        await parent.clicks("#send")
        await parent.chooses_mode()
        for key, value in zip(
            ("name", "national_id", "national_id_again", "mobile"),
            (MOTHER[0], *(MOTHER[2],) * 2, MOTHER[3]),
            strict=True,
        ):
            await parent.clicks(f"#{key}")
            await parent.types(value)
        await parent.clicks(".relation")
        await parent.clicks("#no-email")
        await parent.clicks("#send")
        await parent.sees("SummaryScreen")
        await parent.clicks("#send")
        await parent.sees("ReceiptScreen")
        assert "沒有信箱" in parent.text("#receipt-text")


async def test_every_wrong_login_has_the_same_message(school: School) -> None:
    async with parent_at(school) as parent:
        for account, password in (("P110001", "A100000001"), ("P999999", FIRST_PASSWORD), ("王[/]小明", "x")):
            await parent.logs_in(account, password)
            await parent.is_told("不正確")
            assert parent.text("#message") == "帳號或密碼不正確，請檢查後再試一次。"
            assert [field.value for field in parent.app.screen.query(Input)] == [account, ""]
            await parent.presses("escape")


async def test_a_double_enter_signs_in_once_and_a_refused_password_says_why(school: School) -> None:
    async with parent_at(school) as parent:
        await parent.enters("P110001")
        await parent.types(FIRST_PASSWORD)
        await parent.presses("enter", "enter", "enter", then="ChangePasswordScreen")
        kinds = [type(screen).__name__ for screen in parent.app.screen_stack]
        assert kinds == ["LoginScreen", "BlankScreen", "ChangePasswordScreen"]
        new, again = parent.app.screen.query(Input)
        for password, says in (
            ("short1", "至少要 9"),
            (FIRST_PASSWORD, "身分證字號"),
            ("password123", "太常見"),
            ("onlyletters", "還缺數字"),
        ):
            new.clear()
            again.clear()
            new.focus()
            await parent.enters(password, password)
            await until(parent.pilot, lambda says=says: says in str(new.border_subtitle))  # type: ignore[misc]
            assert new.value == password


@pytest.mark.parametrize("changed_too", [False, True], ids=["reset", "reset and changed by another"])
async def test_a_login_reset_during_the_visit_is_told_and_ends_it(school: School, changed_too: bool) -> None:
    async with parent_at(school) as parent:
        await to_hub(parent)
        await parent.opens("confirm", "ConfirmStudentScreen")
        with school.store.write() as unit:
            code = reset_student_login(unit, school.clock, "110001", "registrar")
        if changed_too:
            school.sign_in.change_password(school.sign_in.student("P110001", code, "desk").visitor, "Another7rivers")
        await parent.presses("enter", "enter", then="NoticeScreen")
        assert parent.text("#heading") == "請重新登入"
        with school.store.read() as session:
            assert session.exec(select(Student.data_state).where(Student.student_number == "110001")).one() == (
                "unconfirmed"
            )
        await parent.presses("enter", then="LoginScreen")


async def test_a_refused_application_keeps_the_form(school: School) -> None:
    """The student's own ID as the applicant's, then a consent that was taken back meanwhile."""
    async with parent_at(school) as parent:
        await to_form(parent)
        await parent.fills_in(MOTHER[0], MOTHER[1], FIRST_PASSWORD, *MOTHER[3:])
        await parent.sends()
        await parent.answers_notice()
        await parent.sees("ApplicantFormScreen")
        assert parent.app.screen.query_one("#name", Input).value == MOTHER[0]
        for key in ("national_id", "national_id_again"):
            parent.app.screen.query_one(f"#{key}", Input).value = MOTHER[2]
        await parent.clicks("#send", then="SummaryScreen")
        with school.store.write() as unit:
            unit.session.exec(update(Consent).values(choice="refuse"))
            unit.audit("test", "test.refused", "school")
        await parent.presses("enter")
        await parent.answers_notice()
        await parent.consents()
        await parent.sees("SummaryScreen")
        assert MOTHER[0] in parent.page()
        await parent.presses("enter", then="ReceiptScreen")


async def test_two_parents_apply_and_the_consent_needs_a_choice_once_in_a_visit(school: School) -> None:
    async with parent_at(school, (80, 24)) as parent:
        await to_hub(parent)
        await parent.opens("apply", "ConsentScreen")
        assert parent.app.screen.query_one("#agree", Button).disabled
        await parent.clicks("#send")
        assert parent.text("#message") == "請詳讀個資授權同意書並勾選本人同意或不同意此同意書"
        await parent.consents("refuse")
        await parent.answers_notice()
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.sees("ApplicationModeScreen")
        await parent.goes_back("MenuScreen")
        await parent.opens("apply", "ApplicationModeScreen")
        await parent.chooses_mode("two_parents", None)
        await parent.fills_in(*MOTHER)
        await until(parent.pilot, lambda: parent.app.screen.query_one("#name", Input).value == "")
        await parent.fills_in(*FATHER)
        await parent.sends()
        await parent.sees("ReceiptScreen")
