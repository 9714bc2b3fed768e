"""Decisions on one application: conflicts, returns, refusals, notes, and what happens when two decide."""

from __future__ import annotations

import pytest

from kiosk.demo.family_visits import DEMO_PASSWORD
from kiosk.demo.people import invented_id
from kiosk.services.auth.staff_session import Role
from kiosk.services.review.queue_filter import QueueFilter, QueueSort
from kiosk.services.school import School
from kiosk.testing.person import until
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.wrapped_text import WrappedText
from tests.pilot.demo_office import (
    add_colleague,
    application_of,
    application_row,
    comparison,
    father_id,
    holds_of,
    is_in_sight,
    line_of,
    member_of,
    office_of,
    open_at,
    state_of,
)
from tests.pilot.people import at_work, parent_at


@pytest.mark.parametrize(("choice", "states"), [("keep", ["rejected", "under_review"]), ("all", ["under_review"] * 2)])
async def test_the_registrar_decides_between_two_applications(demo: School, choice: str, states: list[str]) -> None:
    registrar = member_of(demo, "REGISTRAR")

    def both() -> list[str]:
        page = office_of(demo).queue.page(registrar, QueueFilter(search="110010"), QueueSort())
        return sorted(row.state.value for row in page.rows)

    async with at_work(demo, "TEACHER") as reviewer:
        await reviewer.opens_queue()
        await reviewer.searches("110010")
        await reviewer.presses("enter", "enter", then="ApplicationScreen")
        await reviewer.reads("這名學生另有一件申請，由註冊組決定。")
        assert not reviewer.app.screen.query("#conflict")
        await reviewer.logs_out()
        await reviewer.logs_in("REGISTRAR", "Harbour7lights-staff")
        await reviewer.opens_queue()
        await reviewer.searches("110010")
        await reviewer.presses("enter", "enter", then="ApplicationScreen")
        first = reviewer.text("#what")
        await reviewer.clicks("#other-0")
        await until(reviewer.pilot, lambda: line_of(reviewer) not in ("", first))
        await reviewer.sees("ApplicationScreen")
        await reviewer.clicks("#conflict", then="StaffNoticeScreen")
        await reviewer.reads("採用")
        await reviewer.clicks(f"#{choice}")
        await reviewer.is_told("已處理申請衝突")
    assert both() == states


async def test_the_registrar_releases_a_number_that_is_a_students_too(demo: School) -> None:
    async with at_work(demo, "REGISTRAR") as reviewer:
        await open_at(reviewer, "110097")
        await reviewer.clicks("#release")
        await reviewer.is_told("已登錄註冊組確認無誤")
    assert holds_of(demo, "110097") == ["signature"]


async def test_fields_go_back_and_the_parent_answers_only_those(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110013")
        await reviewer.presses("f6", then="ReturnFieldsScreen")
        await reviewer.sees_rows()
        await reviewer.clicks("#send")
        await reviewer.is_told("請先選欄位並寫下原因")
        await reviewer.presses("home", "down", "down", "down", "enter", then="ReasonScreen")
        common = await reviewer.sees_rows()
        await reviewer.presses("tab", "down", "down", "enter", "enter", then="ReturnFieldsScreen")
        rows = await reviewer.sees_rows()
        assert rows[3][3] == common[2][0] == "這個號碼打不通，請填可以聯絡的手機。"
        await reviewer.presses("home", "enter")
        await reviewer.gives_reason("姓名少一個字")
        await reviewer.sees("ReturnFieldsScreen")
        await reviewer.presses("space")  # not the name after all
        await until(reviewer.pilot, lambda: len(reviewer.app.screen.query_one(PagedTable).marks) == 1)
        await reviewer.clicks("#send", then="QueueScreen")
        await reviewer.is_told("已退件，家長可在本機補正")
        await reviewer.searches("")
        assert len(await reviewer.chooses_state("returned")) == 2
    async with parent_at(demo) as parent:
        await parent.logs_in("P110013", DEMO_PASSWORD)
        await parent.sees("MenuScreen")
        await parent.clicks("#correct", then="AskIdScreen")
        await parent.enters(father_id(12), then="CorrectionScreen")
        words = "\n".join(parent.words())
        assert "手機 退回原因：這個號碼打不通，請填可以聯絡的手機。" in words
        assert [field.id for field in parent.app.screen.query("Field") if field.display] == ["mobile"]
        await parent.presses("ctrl+u")
        await parent.enters("0912345678")
        await until(parent.pilot, lambda: parent.screen != "CorrectionScreen")
        for _step in range(3):
            if parent.screen == "MenuScreen":
                break
            await parent.leaves("enter")
        await parent.sees("MenuScreen")
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110013")
        await until(reviewer.pilot, lambda: comparison(reviewer).get("手機", [])[1:2] == ["*******678"])
        assert comparison(reviewer)["身分證字號"][2] == "相同"
    assert state_of(demo, "110013") == "under_review"


async def test_a_refusal_names_its_reason(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110013")
        await reviewer.presses("f7", then="ReasonScreen")
        await reviewer.presses("enter")
        assert state_of(demo, "110013") == "under_review"
        await reviewer.gives_reason("家長來電表示不申請。")
        await reviewer.sees("QueueScreen")
        await reviewer.is_told("已登錄不通過")
        await reviewer.opens_application("110013")
        await reviewer.reads("不通過：家長來電表示不申請。")
        assert not reviewer.app.screen.query("#approve, #return, #reject")
    assert state_of(demo, "110013") == "rejected"


async def test_a_teacher_does_not_refuse_one_of_two_that_contradict(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        await reviewer.searches("110010")
        await reviewer.presses("enter", "enter", then="ApplicationScreen")
        await reviewer.presses("f7")
        await reviewer.gives_reason("重複申請。")
        await reviewer.is_told("由註冊組決定")
        assert reviewer.screen == "ReasonScreen"


async def test_a_note_is_for_colleagues(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110013")
        await reviewer.notes("下週一家長會帶申請書來。")
        await reviewer.is_told("已存入備註")
        said = "王淑芬　備註：下週一家長會帶申請書來。"
        await until(reviewer.pilot, lambda: said in str(list(reviewer.app.screen.query(WrappedText))[-1].render()))
    async with parent_at(demo) as parent:
        await parent.logs_in("P110013", DEMO_PASSWORD)
        await parent.sees("MenuScreen")
        assert "帶申請書來" not in "".join(parent.words())


async def test_the_slower_of_two_is_told_who_and_when(demo: School) -> None:
    add_colleague(demo, "SECOND", Role.REGISTRAR, (), invented_id("A", 2, 9480001))
    second = member_of(demo, "SECOND")
    application_id = application_of(demo, "110013")
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110013")
        office_of(demo).review.reject(
            second, application_id, application_row(demo, application_id).version, "家長來電取消。"
        )
        await reviewer.presses("f9")
        await reviewer.is_told("先處理了")
        assert reviewer.text("#message").startswith("同事 在 115/09/02 09:00 先處理了（不通過）。")
        await until(reviewer.pilot, lambda: not reviewer.app.screen.query("#approve"))
        await until(reviewer.pilot, lambda: "不通過" in line_of(reviewer))
        await until(reviewer.pilot, lambda: is_in_sight(reviewer, "#message"))
    assert state_of(demo, "110013") == "rejected"


async def test_the_slower_of_two_loses_nothing_typed(demo: School) -> None:
    """Reasons stay on the screen of either kind, and what the other did is not undone."""
    registrar = member_of(demo, "REGISTRAR")
    application_id = application_of(demo, "110013")
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110013")
        await reviewer.presses("f6", then="ReturnFieldsScreen")
        await reviewer.sees_rows()
        await reviewer.presses("enter")
        await reviewer.gives_reason("請填身分證上的全名。")
        await reviewer.sees("ReturnFieldsScreen")
        office_of(demo).review.approve(registrar, application_id, application_row(demo, application_id).version)
        await reviewer.clicks("#send")
        await reviewer.is_told("林志明 在 115/09/02 09:00 先處理了（通過）")
        assert reviewer.screen == "ReturnFieldsScreen"
        assert (await reviewer.sees_rows())[0][3] == "請填身分證上的全名。"
        await reviewer.goes_back("StaffNoticeScreen")
        await reviewer.clicks("#drop", then="ApplicationScreen")
        await until(reviewer.pilot, lambda: "已開通" in line_of(reviewer))
    assert state_of(demo, "110013") == "approved"


async def test_a_reason_to_refuse_stays_where_a_colleague_was_faster(demo: School) -> None:
    registrar = member_of(demo, "REGISTRAR")
    application_id = application_of(demo, "110013")
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110013")
        await reviewer.presses("f7", then="ReasonScreen")
        office_of(demo).review.approve(registrar, application_id, application_row(demo, application_id).version)
        await reviewer.gives_reason("申請人不是學生的家長。")
        await reviewer.is_told("林志明")
        assert reviewer.app.screen.query_one("#reason").value == "申請人不是學生的家長。"  # type: ignore[attr-defined]
    assert state_of(demo, "110013") == "approved"


async def test_nobody_decides_on_their_own_child(demo: School) -> None:
    add_colleague(demo, "PARENT", Role.HOMEROOM_TEACHER, ("科一智",), father_id(12))
    async with at_work(demo, "PARENT") as reviewer:
        await open_at(reviewer, "110013")
        await reviewer.reads("這是您自己的孩子，只能看，請由同事審核。")
        assert [button.id for button in reviewer.app.screen.query("Button")] == ["back"]
        await reviewer.presses("f2", "f4", "f6", "f7", "f8", "f9")
        assert reviewer.screen == "ApplicationScreen"
        await until(reviewer.pilot, lambda: reviewer.text("#foot") == "PageDown 往下看　Esc 返回")
    assert state_of(demo, "110013") == "under_review"


async def test_the_registrar_ends_a_binding_with_a_reason(demo: School) -> None:
    async with at_work(demo, "REGISTRAR") as reviewer:
        await open_at(reviewer, "110017")
        await reviewer.clicks("#end-0")
        await reviewer.gives_reason("家長申請終止")
        await reviewer.sees("ApplicationScreen")
        await reviewer.is_told("已終止綁定")
        assert not reviewer.app.screen.query("#end-0")
        await until(reviewer.pilot, lambda: "已終止" in line_of(reviewer))
    assert state_of(demo, "110017") == "ended"
