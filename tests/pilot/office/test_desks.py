"""What else the staff do: approve in bulk, answer error reports, call parents, stand at the desk, manage colleagues."""

from __future__ import annotations

import pytest
from sqlmodel import select
from textual.widgets import Button

from db.models.applications import Application
from db.models.messages import OutboxMessage
from db.models.school import Staff, Student
from kiosk.demo.family_visits import DEMO_PASSWORD
from kiosk.demo.people import invented_id
from kiosk.services.auth.staff_session import CommandLine, Role
from kiosk.services.messaging.smtp import MailFault
from kiosk.services.school import School
from kiosk.testing.person import until
from kiosk.widgets.table.paged_table import PagedTable
from tests.pilot.demo_office import add_colleague, application_of, member_of, office_of
from tests.pilot.people import STAFF_PASSWORD, QuickReviewer, at_work, parent_at, reviewer_at


def _state(school: School, student_number: str) -> str:
    with school.store.read() as session:
        return session.get_one(Application, application_of(school, student_number)).state


async def _opens_report(reviewer: QuickReviewer, student_number: str) -> None:
    await reviewer.opens("error-reports", "ErrorReportsScreen")
    numbers = [cells[1] for cells in await reviewer.sees_rows()]
    assert sorted(numbers) == ["110003", "110020"]
    await reviewer.presses("home", *["down"] * numbers.index(student_number), "enter")
    await reviewer.sees("ErrorReportScreen")


async def test_many_are_approved_after_a_summary_and_the_password(demo: School) -> None:
    async with at_work(demo, size=(80, 24)) as reviewer:
        await reviewer.opens_queue()
        await reviewer.presses("f6", then="BulkApprovalScreen")
        assert len(await reviewer.sees_rows()) == 2
        await reviewer.reads("要通過 2 件，都沒有不能通過或要看一下的標記。")
        assert "不能通過 7 件，要看一下 2 件" in reviewer.page()  # with the two above all 11 that wait
        await reviewer.presses("enter")
        await reviewer.reads("請輸入您的密碼")
        await reviewer.enters("not-this-password")
        await reviewer.is_told("不正確")
        assert _state(demo, "110013") == "under_review"
        await reviewer.enters(STAFF_PASSWORD)
        await until(reviewer.pilot, lambda: not reviewer.app.screen.query_one("#send").display)
        assert [cells[-1] for cells in await reviewer.sees_rows()] == ["已通過"] * 2
        await until(reviewer.pilot, lambda: "2/2" in reviewer.text("#bar"))
        assert "密碼" not in reviewer.text("#foot")
        await reviewer.goes_back("QueueScreen")
        assert len(await reviewer.sees_rows()) == 9
    assert {_state(demo, number) for number in ("110013", "110014")} == {"approved"}


async def test_of_many_only_those_that_are_marked_and_each_says_what_became_of_it(demo: School) -> None:
    registrar = member_of(demo, "REGISTRAR")
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        for number in ("110013", "110014", "110015"):
            await reviewer.searches(number)
            reviewer.app.screen.query_one("#table").focus()
            await reviewer.presses("space")
        await reviewer.presses("f6", then="BulkApprovalScreen")
        assert len(await reviewer.sees_rows()) == 2
        await reviewer.reads("不能通過 0 件，要看一下 1 件")
        taken = application_of(demo, "110014")
        view = office_of(demo).review.open(registrar, taken)
        office_of(demo).review.reject(registrar, taken, view.version, "家長來電取消。")
        await reviewer.enters(STAFF_PASSWORD)
        await until(reviewer.pilot, lambda: not reviewer.app.screen.query_one("#send").display)
        assert [cells[-1] for cells in await reviewer.sees_rows()] == ["已通過", "林志明已先處理（不通過）"]
        await reviewer.reads("沒有通過 1 件")


async def test_a_report_is_answered_field_by_field_and_the_parent_is_told(demo: School) -> None:
    async with at_work(demo, "REGISTRAR", (80, 24)) as reviewer:
        await _opens_report(reviewer, "110003")
        assert reviewer.app.focused is reviewer.app.screen.query_one("#back"), "Enter once too often decides nothing"
        await reviewer.reads("家長說是「資二智」")
        await reviewer.clicks("#send")
        await reviewer.reads("請選「更正」或「不更正」")
        await reviewer.clicks("#decline-class_name")
        await reviewer.presses("enter")
        await reviewer.reads("請寫下不更正的原因")
        await reviewer.enters("與學籍相同，請到註冊組。", then="ErrorReportsScreen")
        assert [cells[1] for cells in await reviewer.sees_rows()] == ["110020"]
        await reviewer.presses("right")
        await reviewer.sees_rows()
        await reviewer.reads("110003")
    async with parent_at(demo) as parent:
        await parent.logs_in("P110003", DEMO_PASSWORD)
        await parent.sees("MenuScreen")
        assert "班級　未更正：與學籍相同，請到註冊組。" in "\n".join(parent.words())


async def test_a_student_number_is_corrected_to_one_that_is_free(demo: School) -> None:
    async with at_work(demo, "REGISTRAR") as reviewer:
        await _opens_report(reviewer, "110020")
        await reviewer.clicks("#correct-student_number")
        await reviewer.presses("ctrl+u")
        await reviewer.enters("110003")
        await reviewer.reads("這個學號是另一位學生的")
        await reviewer.presses("ctrl+u")
        await reviewer.enters("110920", then="ErrorReportsScreen")
        await reviewer.sees_rows()
    with demo.store.read() as session:
        assert session.exec(select(Student.name).where(Student.student_number == "110920")).one()


async def test_a_parent_is_struck_off_the_list_of_calls_only_after_a_question(demo: School) -> None:
    async with at_work(demo, "TEACHER", (80, 24)) as reviewer:
        await reviewer.opens("calls", "CallsScreen")
        before = await reviewer.sees_rows()
        assert len(before) == 3
        await reviewer.presses("enter", "enter")  # asks; the second answers "not yet"
        await reviewer.sees("CallsScreen")
        assert await reviewer.sees_rows() == before
        await reviewer.presses("enter", then="StaffNoticeScreen")
        await reviewer.reads(before[0][3])
        await reviewer.clicks("#called", then="CallsScreen")
        await reviewer.is_told("已打過電話")
        await until(reviewer.pilot, lambda: len(reviewer.app.screen.query_one(PagedTable).rows_held) == 2)
        assert (await reviewer.sees_rows()) == before[1:]
        await reviewer.goes_back("StaffMenuScreen")
        await reviewer.reads("待打電話 2 通")


async def test_a_mail_that_could_not_be_sent_says_why_and_goes_again(demo: School) -> None:
    bound = application_of(demo, "110017")
    with demo.store.write() as unit:
        failed = unit.session.exec(select(OutboxMessage).where(OutboxMessage.application_id == bound)).one()
        failed.state, failed.last_fault, failed.attempts = "failed", MailFault.UNCERTAIN.value, 3
        unit.session.add(failed)
        unit.audit("test", "test.mail", failed.id)
    async with at_work(demo, "REGISTRAR") as reviewer:
        await reviewer.opens("calls", "CallsScreen")
        await reviewer.sees_rows()
        assert "F3" not in reviewer.text("#foot")
        await reviewer.presses("right")
        await reviewer.reads(MailFault.UNCERTAIN.label)
        await reviewer.reads("家長可能收到兩封")
        await reviewer.reads("@example.org")
        await until(reviewer.pilot, lambda: "F3 再寄一次" in reviewer.text("#foot"))
        await reviewer.presses("f3")
        await reviewer.is_told("已排入再寄")
        await until(reviewer.pilot, lambda: not reviewer.app.screen.query_one(PagedTable).rows_held)


async def test_the_desk_gives_a_code_only_after_an_id_was_seen(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens("desk", "LoginResetScreen")
        await reviewer.reads("[ ] 還沒查驗證件")
        await reviewer.enters("999999")
        await reviewer.is_told("請先看證件")
        await reviewer.presses("enter")
        await reviewer.reads("[V] 已查驗證件")
        await reviewer.clicks("#send")
        await reviewer.reads("找不到這個學號")
        reviewer.app.screen.query_one("#student_number").focus()
        await reviewer.presses("ctrl+u")
        await reviewer.enters("110095")
        await reviewer.is_told("不是您班上的學生")
        await reviewer.presses("ctrl+u")
        await reviewer.enters("110013", then="OneTimeCodeScreen")
        code = reviewer.text("#code").rpartition("：")[2]
        await reviewer.presses("escape")
        await reviewer.is_told("抄下之後")
        await reviewer.presses("enter", then="StaffMenuScreen")
        assert code not in reviewer.page()
    async with parent_at(demo) as parent:
        await parent.logs_in("P110013", code)
        await parent.sees("ChangePasswordScreen")


async def test_a_colleague_is_added_and_signs_in_with_the_first_password(demo: School) -> None:
    async with at_work(demo, "ADMIN", (80, 24)) as reviewer:
        await reviewer.opens("staff", "StaffListScreen")
        await reviewer.sees_rows()
        await reviewer.presses("f2", then="AddStaffScreen")
        await reviewer.enters("new.teacher", "新老師")
        await reviewer.types("A123456788")
        await reviewer.clicks("#send")
        await reviewer.reads("身分證字號不正確")
        await reviewer.presses("ctrl+u")
        await reviewer.types(invented_id("A", 2, 9480002))
        reviewer.app.screen.query_one("#classes").focus()
        await reviewer.enters("科九智")
        await reviewer.reads("名冊裡沒有班級「科九智」")
        await reviewer.presses("ctrl+u")
        await reviewer.enters("科一仁、機二智", then="OneTimeCodeScreen")
        first_password = reviewer.text("#code").rpartition("：")[2]
        await reviewer.presses("enter", then="StaffListScreen")
        (added,) = [cells for cells in await reviewer.sees_rows() if cells[1] == "新老師"]
        assert sorted(added[3].split("、")) == ["機二智", "科一仁"]
        assert first_password not in reviewer.page()
        await reviewer.logs_out()
        await reviewer.logs_in("new.teacher", first_password)
        await reviewer.changes_password("seven-green-lanterns")
        assert [item.id for item in reviewer.app.screen.query(".menu-item")][0] == "queue"


@pytest.mark.parametrize("size", [(80, 24)])
async def test_a_colleague_is_disabled_enabled_reset_and_given_other_work(demo: School, size: tuple[int, int]) -> None:
    add_colleague(demo, "SECOND", Role.HOMEROOM_TEACHER, ("科一仁",), invented_id("A", 2, 9480001))

    def row() -> Staff:
        with demo.store.read() as session:
            found = session.exec(select(Staff).where(Staff.account == "SECOND")).one()
            session.expunge(found)
            return found

    async with at_work(demo, "ADMIN", size) as reviewer:

        async def opens_them() -> None:
            await reviewer.sees("StaffListScreen")
            rows = await reviewer.sees_rows()
            await reviewer.presses("home", *["down"] * [cells[0] for cells in rows].index("SECOND"), "enter")
            await reviewer.sees("StaffMemberScreen")

        async def does(button: str, answer: str = "") -> None:
            await reviewer.clicks(button)
            if answer:
                await reviewer.sees("StaffNoticeScreen")
                await reviewer.clicks(answer)

        await reviewer.opens("staff", "StaffListScreen")
        await opens_them()
        await does("#disable", "#back")
        await reviewer.sees("StaffMemberScreen")
        assert row().active
        await does("#disable", "#disable")
        await reviewer.sees("StaffListScreen")
        assert not row().active
        await opens_them()
        await does("#enable")
        await reviewer.sees("StaffListScreen")
        assert row().active
        await opens_them()
        reviewer.app.screen.query_one("#classes").focus()
        await reviewer.presses("ctrl+u")
        await reviewer.types("機二仁")
        await does("#put-classes")
        await reviewer.sees("StaffListScreen")
        await reviewer.reads("機二仁")
        await opens_them()
        await does("#registrar", "#change")
        await reviewer.sees("StaffListScreen")
        assert row().role == "registrar"
        await opens_them()
        await does("#reset", "#reset")
        await reviewer.sees("OneTimeCodeScreen")
        code = reviewer.text("#code").rpartition("：")[2]
        await reviewer.presses("enter", then="StaffListScreen")
        await reviewer.logs_out()
        await reviewer.logs_in("SECOND", code)
        await reviewer.sees("StaffNewPasswordScreen")


async def test_the_last_administrator_stays(demo: School) -> None:
    async with at_work(demo, "ADMIN") as reviewer:
        await reviewer.opens("staff", "StaffListScreen")
        await reviewer.sees_rows()
        await reviewer.presses("home", "enter", then="StaffMemberScreen")
        await reviewer.clicks("#disable")
        await reviewer.answers_notice("disable")
        await until(reviewer.pilot, lambda: reviewer.screen == "StaffMemberScreen")
        await reviewer.is_told("最後一位系統管理員")
        await reviewer.sees("StaffMemberScreen")  # with the focus where it was


async def test_two_administrators_at_once(demo: School) -> None:
    row = office_of(demo).staff_accounts.find(CommandLine(), "TEACHER")
    async with at_work(demo, "ADMIN") as reviewer:
        await reviewer.opens("staff", "StaffListScreen")
        await reviewer.sees_rows()
        await reviewer.presses("end", "enter", then="StaffMemberScreen")
        office_of(demo).staff_accounts.disable(CommandLine(), row.id, row.version)
        await reviewer.clicks("#disable")
        await reviewer.answers_notice("disable")
        await reviewer.reads("別的管理員剛改過")


async def test_the_audit_says_who_did_what_newest_first(demo: School) -> None:
    async with at_work(demo, "ADMIN", (100, 30)) as reviewer:
        await reviewer.opens("audit", "AuditLogScreen")
        rows = await reviewer.sees_rows()
        numbers = [int(cells[0]) for cells in rows]
        assert numbers == sorted(numbers, reverse=True)
        assert rows[0][2:4] == ("ADMIN", "登入")
        await reviewer.presses("end")
        await reviewer.reads("     1 ")
        await reviewer.reads("金鑰")
        await reviewer.presses("home")
        await reviewer.reads(str(numbers[0]))
        assert not [cells for cells in rows if "." in cells[3]], "an act without a word"


async def test_buttons_say_names_as_they_are(demo: School) -> None:
    """A name with brackets is no markup in a question's buttons."""
    from kiosk.screens.base.notice import NoticeScreen

    async with reviewer_at(demo) as reviewer:
        answers = {"n1": "母親 林[/]花", "n2": "[V] 父親"}
        await reviewer.app.push_screen(NoticeScreen("要看哪一位？", "", answers))
        await reviewer.sees("NoticeScreen")
        labels = [str(button.label) for button in reviewer.app.screen.query("#actions Button").results(Button)]
        assert labels == list(answers.values())
        await reviewer.reads("[V] 父親")
