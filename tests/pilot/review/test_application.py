"""One application in front of the staff: what is seen, revealed, ticked off and approved."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select
from textual import events

from db.models.audit import AuditEntry
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from tests.pilot.demo_office import (
    application_of,
    application_row,
    comparison,
    father_id,
    holds_of,
    is_in_sight,
    member_of,
    office_of,
    open_at,
    state_of,
)
from tests.pilot.people import SIZES, at_work


@pytest.mark.parametrize("size", SIZES)
async def test_what_the_school_has_stands_beside_what_the_parent_gave(demo: School, size: tuple[int, int]) -> None:
    async with at_work(demo, size=size) as reviewer:
        await open_at(reviewer, "110015")
        await until(reviewer.pilot, lambda: comparison(reviewer).get("欄位", [""])[0] == "學籍（母親）")
        lines = comparison(reviewer)
        assert lines["姓名"][2] == "相同"
        assert lines["身分證字號"][2] == "相同"
        assert lines["手機"] == ["*******014", "*******444", "不同"]
        assert [cell[:8] for cell in lines["電子郵件"]] == ["p***@exa", "n***@exa", "不同"]
        await reviewer.reads("手機與學籍不同：手機號碼與學籍上登記的不同。")


async def test_numbers_are_masked_until_asked_for_and_again_after_twenty_seconds(
    demo: School, clock: FakeClock
) -> None:
    number = father_id(12)
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110013")
        assert number not in reviewer.page()
        await reviewer.presses("f4", then="ReasonScreen")
        await reviewer.presses("enter")
        assert reviewer.screen == "ReasonScreen", "without a reason nothing is shown"
        await reviewer.gives_reason("核對簽章申請書")
        await reviewer.sees("ApplicationScreen")
        await reviewer.reads(number)
        await until(reviewer.pilot, lambda: reviewer.text("#message") == "完整資料 20 秒後自動遮住。")
        await until(reviewer.pilot, lambda: is_in_sight(reviewer, "#message"))
        clock.advance(19)
        reviewer.kiosk.tick()
        await until(reviewer.pilot, lambda: reviewer.text("#message") == "完整資料 1 秒後自動遮住。")
        clock.advance(1)
        reviewer.kiosk.tick()
        await until(reviewer.pilot, lambda: number not in reviewer.page())
        assert comparison(reviewer)["身分證字號"][0] == f"*******{number[-3:]}"
        await until(reviewer.pilot, lambda: reviewer.text("#message") == "")
    with demo.store.read() as session:
        audited = session.exec(select(AuditEntry).where(AuditEntry.action == "application.revealed")).all()
    assert [entry.subject for entry in audited] == [application_of(demo, "110013")]
    view = office_of(demo).review.open(member_of(demo, "TEACHER"), application_of(demo, "110013"))
    assert view.history[-1].text == "核對簽章申請書"


async def test_they_are_masked_behind_another_screen_too(demo: School, clock: FakeClock) -> None:
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110013")
        await reviewer.reveals("核對簽章申請書")
        await reviewer.presses("f6", then="ReturnFieldsScreen")
        clock.advance(21)
        reviewer.kiosk.tick()
        await reviewer.goes_back("ApplicationScreen")
        await reviewer.reads("*******")
        assert father_id(12) not in reviewer.page()


async def test_enter_pressed_once_too_often_decides_nothing(demo: School) -> None:
    """The Enter that opens a row, bounced or held, meets an application that could be approved."""
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        await reviewer.searches("110013")
        await reviewer.presses("enter", "enter", "enter")
        await until(reviewer.pilot, lambda: reviewer.screen in ("ApplicationScreen", "QueueScreen"))
        await reviewer.pilot.pause()
    assert state_of(demo, "110013") == "under_review"
    assert holds_of(demo, "110009") == ["documents", "signature"]


async def test_approval_says_so_in_the_queue(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110013")
        await until(reviewer.pilot, lambda: reviewer.text("#free") == "可以通過。")
        number = application_row(demo, application_of(demo, "110013")).number
        await reviewer.approves()
        await until(reviewer.pilot, lambda: reviewer.text("#message") == f"{number} 已通過。")
    assert state_of(demo, "110013") == "approved"


async def test_what_wants_a_look_is_asked_about_before_an_approval(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110015")
        await reviewer.presses("f9", then="StaffNoticeScreen")
        asked = reviewer.page()
        assert "手機與學籍不同、電子郵件與學籍不同" in asked
        await reviewer.clicks("#back", then="ApplicationScreen")
        assert state_of(demo, "110015") == "under_review"
        await reviewer.approves()
    assert state_of(demo, "110015") == "approved"


async def test_an_approval_that_is_blocked_says_why(demo: School) -> None:
    async with at_work(demo, "REGISTRAR", (80, 24)) as reviewer:
        await reviewer.opens_queue()
        for number, said in (
            ("110008", "現在不能通過：待學生本人同意、未簽回申請書。"),
            ("110009", "現在不能通過：待補文件、未簽回申請書。"),
            ("110016", "已退件，等家長補正後才能通過。"),
            ("110020", "現在不能通過：資料更正中、未簽回申請書。"),
            ("110097", "現在不能通過：待註冊組確認、未簽回申請書。"),
        ):
            await reviewer.opens_application(number)
            await until(reviewer.pilot, lambda: reviewer.app.screen.query_one("#compare-1").size.width)
            assert reviewer.app.screen.query_one("#approve").disabled, number
            if number == "110009":
                await reviewer.reads("未簽回申請書")
                await reviewer.reads("待補文件")
            await reviewer.presses("f9")
            await until(reviewer.pilot, lambda said=said: reviewer.text("#message") == said)  # type: ignore[misc]
            await until(reviewer.pilot, lambda: is_in_sight(reviewer, "#message"))
            assert "F9" not in reviewer.text("#foot"), number
            assert state_of(demo, number) in ("under_review", "returned")
            await reviewer.goes_back("QueueScreen")


async def test_papers_are_ticked_one_after_the_other_until_it_can_pass(demo: School) -> None:
    async with at_work(demo, "TEACHER", (80, 24)) as reviewer:
        await open_at(reviewer, "110009")
        await until(reviewer.pilot, lambda: "F2" in reviewer.text("#foot"))
        await reviewer.receives_form()
        await until(reviewer.pilot, lambda: is_in_sight(reviewer, "#message"))
        assert not reviewer.app.screen.query("#form")
        assert "F2" not in reviewer.text("#foot")
        await reviewer.sees_documents()
        assert not reviewer.app.screen.query(".cure")
        assert reviewer.app.focused is reviewer.app.screen.query_one("#back")
        await reviewer.approves()
    assert state_of(demo, "110009") == "approved"


async def test_keys_in_a_burst_and_a_second_in_between_break_nothing(demo: School) -> None:
    """The screen is made anew after each tick; a clock that ticks and keys that come meanwhile find it whole."""
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110009")
        for _round in range(3):
            await reviewer.presses("f2", "f3", "f2", "f3")
            reviewer.kiosk.tick()
        await reviewer.presses("f2")  # either may have been pressed while the other worked
        await until(reviewer.pilot, lambda: "signature" not in holds_of(demo, "110009", "TEACHER"))
        await reviewer.presses("f3")
        await until(reviewer.pilot, lambda: holds_of(demo, "110009", "TEACHER") == [])
        await until(reviewer.pilot, lambda: not reviewer.app.screen.query(".cure"))
        assert reviewer.screen == "ApplicationScreen"
    view = office_of(demo).review.open(member_of(demo, "TEACHER"), application_of(demo, "110009"))
    assert [line.action.value for line in view.history] == ["submitted", "form_received", "documents_seen"]


@pytest.mark.parametrize("pauses", range(0, 40, 8))
async def test_leaving_while_it_is_made_anew_breaks_nothing(demo: School, pauses: int) -> None:
    """Textual takes the widgets away before it ends what was about to write into them."""
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110009")
        reviewer.send(events.Key("f2", None))
        for _turn in range(pauses):
            await asyncio.sleep(0.001)
        reviewer.send(events.Key("escape", None))
        await reviewer.sees("QueueScreen")
        await reviewer.sees_rows()
        await reviewer.logs_out()


@pytest.mark.parametrize(("choice", "is_held"), [("agree", False), ("refuse", True)])
async def test_the_paper_of_a_student_of_full_age_is_recorded(demo: School, choice: str, is_held: bool) -> None:
    async with at_work(demo) as reviewer:
        await open_at(reviewer, "110008")
        await reviewer.clicks("#consent")
        await reviewer.answers_notice(f"{choice}")
        await reviewer.is_told("已登錄學生的答覆")
    assert ("student_consent" in holds_of(demo, "110008", "TEACHER")) is is_held
