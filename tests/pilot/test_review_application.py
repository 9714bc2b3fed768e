"""One application in front of the staff: what is seen, revealed and decided, and what happens when two decide."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from sqlmodel import select
from textual import events
from textual.widgets import Static

from db.models import Application, AuditEntry
from kiosk.services.demo_school import invented_id
from kiosk.services.demo_visits import DEMO_PASSWORD
from kiosk.services.queue_filter import QueueFilter, QueueSort
from kiosk.services.school import School
from kiosk.services.staff_access import Role
from kiosk.testing import FakeClock, until
from kiosk.widgets.prose import Prose
from kiosk.widgets.row_table import RowTable
from tests.pilot.conftest import standing_at
from tests.pilot.office import (
    SIZES,
    add_colleague,
    application_of,
    at_work,
    demo,
    demo_home,
    father_id,
    kiosk_of,
    member_of,
    office_of,
)
from tests.pilot.quick import QuickReviewer

__all__ = ["demo", "demo_home"]


def _row(school: School, application_id: str) -> Application:
    with school.store.read() as session:
        found = session.get_one(Application, application_id)
        session.expunge(found)
        return found


def _state(school: School, student_number: str) -> str:
    return _row(school, application_of(school, student_number)).state


def _holds(school: School, student_number: str, account: str = "REGISTRAR") -> list[str]:
    view = office_of(school).review.open(member_of(school, account), application_of(school, student_number))
    return [hold.value for hold in view.holds]


def _seen(reviewer: QuickReviewer) -> str:
    return "\n".join(reviewer.words())


def _comparison(reviewer: QuickReviewer) -> dict[str, Sequence[str]]:
    """Each line of the applicant's comparison, by its field."""
    table = reviewer.app.screen.query_one("#compare-1")
    lines = [str(line).split() for line in str(table.render()).splitlines()]
    return {cells[0]: cells[1:] for cells in lines if cells}


def _line_of(reviewer: QuickReviewer) -> str:
    """The application's own line, empty while there is none."""
    return "".join(str(line.content) for line in reviewer.app.screen.query("#what").results(Static))


async def _at(reviewer: QuickReviewer, student_number: str) -> None:
    await reviewer.opens_queue()
    await reviewer.opens_application(student_number)
    await until(reviewer.pilot, lambda: reviewer.app.screen.query_one("#compare-1").size.width)  # it is laid out


def _is_in_sight(reviewer: QuickReviewer, selector: str) -> bool:
    screen = reviewer.app.screen
    return screen.query_one("#body").region.contains_region(screen.query_one(selector).region)


@pytest.mark.parametrize("size", SIZES)
async def test_what_the_school_has_stands_beside_what_the_parent_gave(demo: School, size: tuple[int, int]) -> None:
    async with at_work(demo, size=size) as reviewer:
        await _at(reviewer, "110015")
        await until(reviewer.pilot, lambda: _comparison(reviewer).get("欄位", [""])[0] == "學籍（母親）")
        lines = _comparison(reviewer)
        assert lines["姓名"][2] == "相同"
        assert lines["身分證字號"][2] == "相同"
        assert lines["手機"] == ["*******014", "*******444", "不同"]
        assert [cell[:8] for cell in lines["電子郵件"]] == ["p***@exa", "n***@exa", "不同"]
        await until(
            reviewer.pilot, lambda: "手機與學籍不同：手機號碼與學籍上登記的不同。" in _seen(reviewer).replace("\n", "")
        )


async def test_numbers_are_masked_until_asked_for_and_again_after_twenty_seconds(
    demo: School, clock: FakeClock
) -> None:
    number = father_id(12)
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110013")
        assert number not in _seen(reviewer)
        await reviewer.presses("f4")
        await reviewer.sees("ReasonScreen")
        await reviewer.presses("enter")
        assert reviewer.screen == "ReasonScreen", "without a reason nothing is shown"
        await reviewer.gives_reason("核對簽章申請書")
        await reviewer.sees("ApplicationScreen")
        await until(reviewer.pilot, lambda: number in _seen(reviewer))
        await until(reviewer.pilot, lambda: reviewer.text("#message") == "完整資料 20 秒後自動遮住。")
        await until(reviewer.pilot, lambda: _is_in_sight(reviewer, "#message"))
        clock.advance(19)
        kiosk_of(reviewer).tick()
        await until(reviewer.pilot, lambda: reviewer.text("#message") == "完整資料 1 秒後自動遮住。")
        clock.advance(1)
        kiosk_of(reviewer).tick()
        await until(reviewer.pilot, lambda: number not in _seen(reviewer))
        assert _comparison(reviewer)["身分證字號"][0] == f"*******{number[-3:]}"
        await until(reviewer.pilot, lambda: reviewer.text("#message") == "")
    with demo.store.read() as session:
        audited = session.exec(select(AuditEntry).where(AuditEntry.action == "application.revealed")).all()
    assert [entry.subject for entry in audited] == [application_of(demo, "110013")]
    view = office_of(demo).review.open(member_of(demo, "TEACHER"), application_of(demo, "110013"))
    assert view.history[-1].text == "核對簽章申請書"


async def test_they_are_masked_behind_another_screen_too(demo: School, clock: FakeClock) -> None:
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110013")
        await reviewer.reveals("核對簽章申請書")
        await reviewer.presses("f6")
        await reviewer.sees("ReturnFieldsScreen")
        clock.advance(21)
        kiosk_of(reviewer).tick()
        await reviewer.presses("escape")
        await reviewer.sees("ApplicationScreen")
        await until(reviewer.pilot, lambda: "*******" in _seen(reviewer))
        assert father_id(12) not in _seen(reviewer)


async def test_enter_pressed_once_too_often_decides_nothing(demo: School) -> None:
    """The Enter that opens a row, bounced or held, meets an application that could be approved."""
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        await reviewer.searches("110013")
        await reviewer.presses("enter", "enter", "enter")
        await until(reviewer.pilot, lambda: reviewer.screen in ("ApplicationScreen", "QueueScreen"))
        await reviewer.pilot.pause()
    assert _state(demo, "110013") == "under_review"
    assert _holds(demo, "110009") == ["documents", "signature"]


async def test_approval_says_so_in_the_queue(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110013")
        await until(reviewer.pilot, lambda: reviewer.text("#free") == "可以通過。")
        number = _row(demo, application_of(demo, "110013")).number
        await reviewer.approves()
        await until(reviewer.pilot, lambda: reviewer.text("#message") == f"{number} 已通過。")
    assert _state(demo, "110013") == "approved"


async def test_what_wants_a_look_is_asked_about_before_an_approval(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110015")
        await reviewer.presses("f9")
        await reviewer.sees("StaffNoticeScreen")
        asked = _seen(reviewer)
        assert "手機與學籍不同、電子郵件與學籍不同" in asked
        await reviewer.clicks("#back")
        await reviewer.sees("ApplicationScreen")
        assert _state(demo, "110015") == "under_review"
        await reviewer.approves()
    assert _state(demo, "110015") == "approved"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("110008", "現在不能通過：待學生本人同意、未簽回申請書。"),
        ("110009", "現在不能通過：待補文件、未簽回申請書。"),
        ("110016", "已退件，等家長補正後才能通過。"),
        ("110020", "現在不能通過：資料更正中、未簽回申請書。"),
        ("110097", "現在不能通過：待註冊組確認、未簽回申請書。"),
    ],
)
async def test_an_approval_that_cannot_be_says_what_stands_against_it(demo: School, number: str, said: str) -> None:
    async with at_work(demo, "REGISTRAR", (80, 24)) as reviewer:
        await _at(reviewer, number)
        assert reviewer.app.screen.query_one("#approve").disabled
        for word in ("未簽回申請書", "待補文件") if number == "110009" else ():
            await until(reviewer.pilot, lambda word=word: word in _seen(reviewer))  # type: ignore[misc]
        await reviewer.presses("f9")
        await until(reviewer.pilot, lambda: reviewer.text("#message") == said)
        await until(reviewer.pilot, lambda: _is_in_sight(reviewer, "#message"))
        assert "F9" not in reviewer.text("#foot")
    assert _state(demo, number) in ("under_review", "returned")


async def test_papers_are_ticked_one_after_the_other_until_it_can_pass(demo: School) -> None:
    async with at_work(demo, "TEACHER", (80, 24)) as reviewer:
        await _at(reviewer, "110009")
        await until(reviewer.pilot, lambda: "F2" in reviewer.text("#foot"))
        await reviewer.receives_form()
        await until(reviewer.pilot, lambda: _is_in_sight(reviewer, "#message"))
        assert not reviewer.app.screen.query("#form")
        assert "F2" not in reviewer.text("#foot")
        await reviewer.sees_documents()
        assert not reviewer.app.screen.query(".cure")
        assert reviewer.app.focused is reviewer.app.screen.query_one("#back")
        await reviewer.approves()
    assert _state(demo, "110009") == "approved"


async def test_keys_in_a_burst_and_a_second_in_between_break_nothing(demo: School) -> None:
    """The screen is made anew after each tick; a clock that ticks and keys that come meanwhile find it whole."""
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110009")
        for _round in range(3):
            await reviewer.presses("f2", "f3", "f2", "f3")
            kiosk_of(reviewer).tick()
        await reviewer.presses("f2")  # either may have been pressed while the other worked
        await until(reviewer.pilot, lambda: "signature" not in _holds(demo, "110009", "TEACHER"))
        await reviewer.presses("f3")
        await until(reviewer.pilot, lambda: _holds(demo, "110009", "TEACHER") == [])
        await until(reviewer.pilot, lambda: not reviewer.app.screen.query(".cure"))
        assert reviewer.screen == "ApplicationScreen"
    view = office_of(demo).review.open(member_of(demo, "TEACHER"), application_of(demo, "110009"))
    assert [line.action.value for line in view.history] == ["submitted", "form_received", "documents_seen"]


@pytest.mark.parametrize("pauses", range(0, 40, 8))
async def test_leaving_while_it_is_made_anew_breaks_nothing(demo: School, pauses: int) -> None:
    """Textual takes the widgets away before it ends what was about to write into them."""
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110009")
        reviewer._send(events.Key("f2", None))
        for _turn in range(pauses):
            await asyncio.sleep(0.001)
        reviewer._send(events.Key("escape", None))
        await reviewer.sees("QueueScreen")
        await reviewer.sees_rows()
        await reviewer.logs_out()


@pytest.mark.parametrize(("choice", "is_held"), [("agree", False), ("refuse", True)])
async def test_the_paper_of_a_student_of_full_age_is_recorded(demo: School, choice: str, is_held: bool) -> None:
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110008")
        await reviewer.clicks("#consent")
        await reviewer.sees("StaffNoticeScreen")
        await reviewer.clicks(f"#{choice}")
        await until(reviewer.pilot, lambda: "已登錄學生的答覆" in reviewer.text("#message"))
    assert ("student_consent" in _holds(demo, "110008", "TEACHER")) is is_held


@pytest.mark.parametrize(("choice", "states"), [("keep", ["rejected", "under_review"]), ("all", ["under_review"] * 2)])
async def test_the_registrar_decides_between_two_applications(demo: School, choice: str, states: list[str]) -> None:
    registrar = member_of(demo, "REGISTRAR")

    def both() -> list[str]:
        page = office_of(demo).queue.page(registrar, QueueFilter(search="110010"), QueueSort())
        return sorted(row.state.value for row in page.rows)

    async with at_work(demo, "TEACHER") as reviewer:
        await reviewer.opens_queue()
        await reviewer.searches("110010")
        await reviewer.presses("enter", "enter")
        await reviewer.sees("ApplicationScreen")
        await until(reviewer.pilot, lambda: "這名學生另有一件申請，由註冊組決定。" in _seen(reviewer))
        assert not reviewer.app.screen.query("#conflict")
        await reviewer.logs_out()
        await reviewer.logs_in("REGISTRAR", "Harbour7lights-staff")
        await reviewer.opens_queue()
        await reviewer.searches("110010")
        await reviewer.presses("enter", "enter")
        await reviewer.sees("ApplicationScreen")
        first = reviewer.text("#what")
        await reviewer.clicks("#other-0")
        await until(reviewer.pilot, lambda: _line_of(reviewer) not in ("", first))
        await reviewer.sees("ApplicationScreen")
        await reviewer.clicks("#conflict")
        await reviewer.sees("StaffNoticeScreen")
        await until(reviewer.pilot, lambda: "採用" in _seen(reviewer))
        await reviewer.clicks(f"#{choice}")
        await until(reviewer.pilot, lambda: "已處理申請衝突" in reviewer.text("#message"))
    assert both() == states


async def test_the_registrar_releases_a_number_that_is_a_students_too(demo: School) -> None:
    async with at_work(demo, "REGISTRAR") as reviewer:
        await _at(reviewer, "110097")
        await reviewer.clicks("#release")
        await until(reviewer.pilot, lambda: "已登錄註冊組確認無誤" in reviewer.text("#message"))
    assert _holds(demo, "110097") == ["signature"]


async def test_fields_go_back_and_the_parent_answers_only_those(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110013")
        await reviewer.presses("f6")
        await reviewer.sees("ReturnFieldsScreen")
        await reviewer.sees_rows()
        await reviewer.clicks("#send")
        await until(reviewer.pilot, lambda: "請先選欄位並寫下原因" in reviewer.text("#message"))
        await reviewer.presses("home", "down", "down", "down", "enter")
        await reviewer.sees("ReasonScreen")
        common = await reviewer.sees_rows()
        await reviewer.presses("tab", "down", "down", "enter", "enter")
        await reviewer.sees("ReturnFieldsScreen")
        rows = await reviewer.sees_rows()
        assert rows[3][3] == common[2][0] == "這個號碼打不通，請填可以聯絡的手機。"
        await reviewer.presses("home", "enter")
        await reviewer.gives_reason("姓名少一個字")
        await reviewer.sees("ReturnFieldsScreen")
        await reviewer.presses("space")  # not the name after all
        await until(reviewer.pilot, lambda: len(reviewer.app.screen.query_one(RowTable).marks) == 1)
        await reviewer.clicks("#send")
        await reviewer.sees("QueueScreen")
        await until(reviewer.pilot, lambda: "已退件，家長可在本機補正" in reviewer.text("#message"))
        await reviewer.searches("")
        assert len(await reviewer.chooses_state("returned")) == 2
    async with standing_at(demo) as parent:
        await parent.logs_in("P110013", DEMO_PASSWORD)
        await parent.sees("HubScreen")
        await parent.clicks("#correct")
        await parent.sees("AskIdScreen")
        await parent.types(father_id(12))
        await parent.presses("enter")
        await parent.sees("CorrectionScreen")
        words = "\n".join(parent.words())
        assert "手機 退回原因：這個號碼打不通，請填可以聯絡的手機。" in words
        assert [field.id for field in parent.app.screen.query("Field") if field.display] == ["mobile"]
        await parent.presses("ctrl+u")
        await parent.types("0912345678")
        await parent.presses("enter")
        await until(parent.pilot, lambda: parent.screen != "CorrectionScreen")
        for _step in range(3):
            if parent.screen == "HubScreen":
                break
            before = parent.app.screen
            await parent.presses("enter")
            await until(parent.pilot, lambda before=before: parent.app.screen is not before)  # type: ignore[misc]
        await parent.sees("HubScreen")
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110013")
        await until(reviewer.pilot, lambda: _comparison(reviewer).get("手機", [])[1:2] == ["*******678"])
        assert _comparison(reviewer)["身分證字號"][2] == "相同"
    assert _state(demo, "110013") == "under_review"


async def test_a_refusal_names_its_reason(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110013")
        await reviewer.presses("f7")
        await reviewer.sees("ReasonScreen")
        await reviewer.presses("enter")
        assert _state(demo, "110013") == "under_review"
        await reviewer.gives_reason("家長來電表示不申請。")
        await reviewer.sees("QueueScreen")
        await until(reviewer.pilot, lambda: "已登錄不通過" in reviewer.text("#message"))
        await reviewer.opens_application("110013")
        await until(reviewer.pilot, lambda: "不通過：家長來電表示不申請。" in _seen(reviewer).replace("\n", ""))
        assert not reviewer.app.screen.query("#approve, #return, #reject")
    assert _state(demo, "110013") == "rejected"


async def test_a_teacher_does_not_refuse_one_of_two_that_contradict(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        await reviewer.searches("110010")
        await reviewer.presses("enter", "enter")
        await reviewer.sees("ApplicationScreen")
        await reviewer.presses("f7")
        await reviewer.gives_reason("重複申請。")
        await until(reviewer.pilot, lambda: "由註冊組決定" in reviewer.text("#message"))
        assert reviewer.screen == "ReasonScreen"


async def test_a_note_is_for_colleagues(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110013")
        await reviewer.notes("下週一家長會帶申請書來。")
        await until(reviewer.pilot, lambda: "已存入備註" in reviewer.text("#message"))
        said = "王淑芬　備註：下週一家長會帶申請書來。"
        await until(reviewer.pilot, lambda: said in str(list(reviewer.app.screen.query(Prose))[-1].render()))
    async with standing_at(demo) as parent:
        await parent.logs_in("P110013", DEMO_PASSWORD)
        await parent.sees("HubScreen")
        assert "帶申請書來" not in "".join(parent.words())


async def test_the_slower_of_two_is_told_who_and_when(demo: School) -> None:
    add_colleague(demo, "SECOND", Role.REGISTRAR, (), invented_id("A", 2, 9480001))
    second = member_of(demo, "SECOND")
    application_id = application_of(demo, "110013")
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110013")
        office_of(demo).review.reject(second, application_id, _row(demo, application_id).version, "家長來電取消。")
        await reviewer.presses("f9")
        await until(reviewer.pilot, lambda: "先處理了" in reviewer.text("#message"))
        assert reviewer.text("#message").startswith("同事 在 115/09/02 09:00 先處理了（不通過）。")
        await until(reviewer.pilot, lambda: not reviewer.app.screen.query("#approve"))
        await until(reviewer.pilot, lambda: "不通過" in reviewer.text("#what"))
        await until(reviewer.pilot, lambda: _is_in_sight(reviewer, "#message"))
    assert _state(demo, "110013") == "rejected"


async def test_the_slower_of_two_loses_nothing_typed(demo: School) -> None:
    """Reasons stay on the screen of either kind, and what the other did is not undone."""
    registrar = member_of(demo, "REGISTRAR")
    application_id = application_of(demo, "110013")
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110013")
        await reviewer.presses("f6")
        await reviewer.sees("ReturnFieldsScreen")
        await reviewer.sees_rows()
        await reviewer.presses("enter")
        await reviewer.gives_reason("請填身分證上的全名。")
        await reviewer.sees("ReturnFieldsScreen")
        office_of(demo).review.approve(registrar, application_id, _row(demo, application_id).version)
        await reviewer.clicks("#send")
        await until(reviewer.pilot, lambda: "林志明 在 115/09/02 09:00 先處理了（通過）" in reviewer.text("#message"))
        assert reviewer.screen == "ReturnFieldsScreen"
        assert (await reviewer.sees_rows())[0][3] == "請填身分證上的全名。"
        await reviewer.presses("escape")
        await reviewer.sees("StaffNoticeScreen")
        await reviewer.clicks("#drop")
        await reviewer.sees("ApplicationScreen")
        await until(reviewer.pilot, lambda: "已開通" in reviewer.text("#what"))
    assert _state(demo, "110013") == "approved"


async def test_a_reason_to_refuse_stays_where_a_colleague_was_faster(demo: School) -> None:
    registrar = member_of(demo, "REGISTRAR")
    application_id = application_of(demo, "110013")
    async with at_work(demo) as reviewer:
        await _at(reviewer, "110013")
        await reviewer.presses("f7")
        await reviewer.sees("ReasonScreen")
        office_of(demo).review.approve(registrar, application_id, _row(demo, application_id).version)
        await reviewer.gives_reason("申請人不是學生的家長。")
        await until(reviewer.pilot, lambda: "林志明" in reviewer.text("#message"))
        assert reviewer.app.screen.query_one("#reason").value == "申請人不是學生的家長。"  # type: ignore[attr-defined]
    assert _state(demo, "110013") == "approved"


async def test_nobody_decides_on_their_own_child(demo: School) -> None:
    add_colleague(demo, "PARENT", Role.HOMEROOM_TEACHER, ("科一智",), father_id(12))
    async with at_work(demo, "PARENT") as reviewer:
        await _at(reviewer, "110013")
        await until(reviewer.pilot, lambda: "這是您自己的孩子，只能看，請由同事審核。" in _seen(reviewer))
        assert [button.id for button in reviewer.app.screen.query("Button")] == ["back"]
        await reviewer.presses("f2", "f4", "f6", "f7", "f8", "f9")
        assert reviewer.screen == "ApplicationScreen"
        await until(reviewer.pilot, lambda: reviewer.text("#foot") == "PageDown 往下看　Esc 返回")
    assert _state(demo, "110013") == "under_review"


async def test_the_registrar_ends_a_binding_with_a_reason(demo: School) -> None:
    async with at_work(demo, "REGISTRAR") as reviewer:
        await _at(reviewer, "110017")
        await reviewer.clicks("#end-0")
        await reviewer.gives_reason("家長申請終止")
        await reviewer.sees("ApplicationScreen")
        await until(reviewer.pilot, lambda: "已終止綁定" in reviewer.text("#message"))
        assert not reviewer.app.screen.query("#end-0")
        await until(reviewer.pilot, lambda: "已終止" in reviewer.text("#what"))
    assert _state(demo, "110017") == "ended"
