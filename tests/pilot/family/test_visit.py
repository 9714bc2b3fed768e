"""The parent's path of the guide, and the ways off it."""

from __future__ import annotations

import pytest
from sqlmodel import select, update
from textual.widgets import Button, Input

from db.models.applications import Consent
from db.models.school import Student
from kiosk.services.auth.password_changes import reset_student_login
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from kiosk.testing.parent import Parent
from kiosk.testing.person import until
from tests.pilot.first_visit import FATHER, FIRST_PASSWORD, MOTHER, PASSWORD, to_form, to_hub
from tests.pilot.people import parent_at


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (60, 20)])
async def test_from_login_to_receipt(school: School, size: tuple[int, int]) -> None:
    async with parent_at(school, size) as parent:
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


@pytest.mark.parametrize(
    ("account", "password"), [("P110001", "A100000001"), ("P999999", FIRST_PASSWORD), ("王[/]小明", "x")]
)
async def test_a_wrong_login_says_the_same(school: School, account: str, password: str) -> None:
    async with parent_at(school) as parent:
        await parent.logs_in(account, password)
        await parent.is_told("不正確")
        assert parent.text("#message") == "帳號或密碼不正確，請檢查後再試一次。"
        assert parent.app.screen.query_one("#password", Input).value == ""
        assert parent.app.screen.query_one("#account", Input).value != ""


async def test_nothing_is_seen_before_the_first_password_is_changed(school: School) -> None:
    async with parent_at(school) as parent:
        await parent.logs_in("P110001", FIRST_PASSWORD)
        await parent.sees("ChangePasswordScreen")
        await parent.goes_back("LoginScreen")
        await parent.logs_in("P110001", FIRST_PASSWORD)
        await parent.sees("ChangePasswordScreen")


@pytest.mark.parametrize(
    ("password", "says"),
    [("short1", "至少要 9"), (FIRST_PASSWORD, "身分證字號"), ("password123", "太常見"), ("onlyletters", "還缺數字")],
)
async def test_a_refused_password_says_why(school: School, password: str, says: str) -> None:
    async with parent_at(school) as parent:
        await parent.logs_in("P110001", FIRST_PASSWORD)
        await parent.sees("ChangePasswordScreen")
        await parent.enters(password, password)
        field = parent.app.screen.query_one("#new", Input)
        await until(parent.pilot, lambda: says in str(field.border_subtitle))
        assert field.value == password


async def test_leaving_a_half_typed_password_is_asked_first(school: School) -> None:
    async with parent_at(school) as parent:
        await parent.logs_in("P110001", FIRST_PASSWORD)
        await parent.sees("ChangePasswordScreen")
        await parent.types(PASSWORD)
        await parent.goes_back("NoticeScreen")
        await parent.presses("enter", then="ChangePasswordScreen")
        assert parent.app.screen.query_one("#new", Input).value == PASSWORD
        await parent.goes_back("NoticeScreen")
        await parent.clicks("#drop", then="LoginScreen")


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


async def test_the_students_own_id_is_refused_and_the_form_is_kept(school: School) -> None:
    async with parent_at(school) as parent:
        await to_form(parent)
        await parent.fills_in(MOTHER[0], MOTHER[1], FIRST_PASSWORD, *MOTHER[3:])
        await parent.sends()
        await parent.answers_notice()
        await parent.sees("ApplicantFormScreen")
        assert parent.app.screen.query_one("#name", Input).value == MOTHER[0]


async def test_a_consent_taken_back_meanwhile_is_asked_for_again(school: School) -> None:
    async with parent_at(school) as parent:
        await to_form(parent)
        await parent.fills_in(*MOTHER)
        await parent.sees("SummaryScreen")
        with school.store.write() as unit:
            unit.session.exec(update(Consent).values(choice="refuse"))
            unit.audit("test", "test.refused", "school")
        await parent.presses("enter")
        await parent.answers_notice()
        await parent.consents()
        await parent.sees("SummaryScreen")
        assert MOTHER[0] in parent.page()
        await parent.presses("enter", then="ReceiptScreen")


async def test_consent_is_read_once_in_a_visit(school: School) -> None:
    async with parent_at(school) as parent:
        await to_form(parent)
        for before in ("BasisScreen", "ApplicationModeScreen", "MenuScreen"):
            await parent.goes_back(before)
        await parent.opens("apply", "ApplicationModeScreen")


async def test_a_double_enter_signs_in_once(school: School) -> None:
    async with parent_at(school) as parent:
        await parent.enters("P110001")
        await parent.types(FIRST_PASSWORD)
        await parent.presses("enter", "enter", "enter", then="ChangePasswordScreen")
        kinds = [type(screen).__name__ for screen in parent.app.screen_stack]
        assert kinds == ["LoginScreen", "BlankScreen", "ChangePasswordScreen"]


async def test_an_error_report_goes_to_the_registrar_and_the_visit_goes_on(school: School) -> None:
    async with parent_at(school) as parent:
        await to_hub(parent)
        await parent.opens("confirm", "ConfirmStudentScreen")
        await parent.clicks("#wrong")
        await parent.types("資二智")
        await parent.clicks("#send")
        await parent.answers_notice()
        await parent.sees("MenuScreen")
        assert "錯誤回報" in parent.text("#states")


async def test_the_consent_is_not_sent_without_a_choice(school: School) -> None:
    async with parent_at(school, (80, 24)) as parent:
        await to_hub(parent)
        await parent.opens("apply", "ConsentScreen")
        assert parent.app.screen.query_one("#agree", Button).disabled
        await parent.clicks("#send")
        assert parent.text("#message") == "請詳讀個資授權同意書並勾選本人同意或不同意此同意書"
        await parent.consents("refuse")
        await parent.answers_notice()
        await parent.sees("MenuScreen")
        await parent.opens("apply", "ConsentScreen")
        await parent.consents("agree")
        await parent.sees("ApplicationModeScreen")


async def test_a_wrong_field_is_named_and_nothing_typed_is_lost(school: School) -> None:
    async with parent_at(school) as parent:
        await to_form(parent)
        await parent.fills_in("林小花", "媽媽", "B200300400", "091010020", "B200300400@example.org")
        form = parent.app.screen
        assert parent.screen == "ApplicantFormScreen"
        for key in ("national_id", "mobile"):
            assert form.query_one(f"#{key}", Input).has_class("wrong")
        assert form.query_one("#name", Input).value == "林小花"


async def test_two_parents_apply_together(school: School) -> None:
    async with parent_at(school) as parent:
        await to_hub(parent)
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.chooses_mode("two_parents", None)
        await parent.fills_in(*MOTHER)
        await until(parent.pilot, lambda: parent.app.screen.query_one("#name", Input).value == "")
        await parent.fills_in(*FATHER)
        await parent.sends()
        await parent.sees("ReceiptScreen")


@pytest.mark.parametrize("typed", [MOTHER[2], FATHER[2]], ids=["the same parent", "another visitor"])
async def test_another_child_in_the_same_visit_keeps_the_applicant_who_says_who_they_are(
    school: School, typed: str
) -> None:
    async with parent_at(school) as parent:
        await to_form(parent)
        await parent.fills_in(*MOTHER)
        await parent.sends()
        await parent.sees("ReceiptScreen")
        await parent.clicks("#another")
        await to_hub(parent, "110002", "A290000009")
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.sees("AskIdScreen")
        painted = parent.page()
        assert "林〇花" in painted
        await parent.enters(typed)
        if typed == MOTHER[2]:
            await parent.sees("ApplicantFormScreen")
            assert parent.app.screen.query_one("#national_id", Input).value == MOTHER[2]
        else:
            await parent.answers_notice()
            await parent.chooses_mode()
            assert all(field.value == "" for field in parent.app.screen.query(Input))


@pytest.mark.parametrize(
    "step",
    [
        "LoginScreen",
        "ChangePasswordScreen",
        "MenuScreen",
        "ConfirmStudentScreen",
        "ConsentScreen",
        "ApplicantFormScreen",
    ],
)
async def test_walking_away_wipes_everything(school: School, clock: FakeClock, step: str) -> None:
    async with parent_at(school) as parent:
        app = parent.kiosk
        if step == "LoginScreen":
            await parent.presses("p", "1")
        elif step == "ChangePasswordScreen":
            await parent.logs_in("P110001", FIRST_PASSWORD)
            await parent.sees(step)
            await parent.types("half typed")
        elif step == "ApplicantFormScreen":
            await to_form(parent)
            await parent.types("林小花")
        else:
            await to_hub(parent)
            if step != "MenuScreen":
                await parent.opens({"ConfirmStudentScreen": "confirm", "ConsentScreen": "apply"}[step], step)
        await parent.presses("x")
        left = app.screen
        limit = 120 if step == "ConsentScreen" else 60
        clock.advance(limit + 1)
        app.tick()
        await parent.pilot.pause()
        assert "秒後清除畫面" in parent.text("#foot")
        clock.advance(20)
        app.tick()
        await until(
            parent.pilot, lambda: len(app.screen_stack) == 1 and (step == "LoginScreen" or not left.is_attached)
        )
        await until(parent.pilot, lambda: all(field.value == "" for field in app.screen.query(Input)))
        assert "秒後清除畫面" not in parent.text("#foot")


async def test_the_receipt_leaves_by_itself(school: School, clock: FakeClock) -> None:
    async with parent_at(school) as parent:
        app = parent.kiosk
        await to_form(parent)
        await parent.fills_in(*MOTHER)
        await parent.sends()
        await parent.sees("ReceiptScreen")
        clock.advance(46)
        app.tick()
        await parent.sees("LoginScreen")


async def test_a_draft_is_kept_and_opened_with_the_id(school: School) -> None:
    async with parent_at(school) as parent:
        await to_form(parent)
        for value in MOTHER[:2]:
            await parent.enters(value)
        await parent.types(MOTHER[2])
        await parent.clicks("#save")
        await parent.answers_notice()
        await parent.logs_in("P110001", PASSWORD)
        await parent.sees("MenuScreen")
        assert "草稿" in parent.text("#states")
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.sees("AskIdScreen")
        await parent.enters(MOTHER[2], then="ApplicantFormScreen")
        assert parent.app.screen.query_one("#name", Input).value == MOTHER[0]
