"""T38 for the staff: after a shift no object of the process holds what was shown or typed, and many cost no memory."""

from __future__ import annotations

import re

import pytest
from sqlmodel import delete
from textual.widgets import Static

from db.models.applications import HistoryEntry
from kiosk.demo.people import invented_id
from kiosk.services.applications.history import Action
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from tests.builders.damaged_files import spoil
from tests.pilot.memory import NUMERALS, Memory, holders_of, in_numerals, memory_of, walk_away
from tests.pilot.people import STAFF_PASSWORD, QuickReviewer, reviewer_at
from tests.pilot.staff_walker import go_on, go_to

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("freeze_again")]
"""The more a process has done, the longer a search through it takes."""

LEFT = re.compile(rf"檔[{NUMERALS}]{{6}}|字[{NUMERALS}]{{6}}|K297\d{{6}}")
"""Anything that the school keeps, once it was marked, and any reviewer's words; no text of the tests themselves."""


@pytest.fixture
def marked(demo: School) -> School:
    """The invented school with a mark in every text that it keeps."""
    spoil(demo, lambda _field, kept: kept + in_numerals("檔", 1))
    return demo


def words_of(serial: int) -> str:
    return in_numerals("字", serial)


async def log_in(reviewer: QuickReviewer, account: str = "REGISTRAR") -> None:
    await reviewer.logs_in(account, STAFF_PASSWORD)
    await reviewer.sees("StaffMenuScreen")


async def leave_the_login_half_typed(reviewer: QuickReviewer, serial: int) -> None:
    await reviewer.types(invented_id("K", 2, 9700000 + serial))


async def look_through_the_queue(reviewer: QuickReviewer, serial: int) -> None:
    await log_in(reviewer)
    await reviewer.opens_queue()
    await reviewer.presses("space", "end", "space", "home", "right")
    await reviewer.sees_rows()
    await reviewer.searches(words_of(serial))


async def reveal_and_stay(reviewer: QuickReviewer, serial: int) -> None:
    await go_to(reviewer, "application")
    await reviewer.reveals(words_of(serial))
    await reviewer.is_told("自動遮住")


async def leave_a_note_and_log_out(reviewer: QuickReviewer, serial: int) -> None:
    await go_to(reviewer, "application")
    await reviewer.notes(words_of(serial))
    await until(reviewer.pilot, lambda: "已存入" in "".join(_messages(reviewer)))
    await reviewer.logs_out()


def _messages(reviewer: QuickReviewer) -> list[str]:
    """What the screen says; nothing while it is built anew."""
    return [str(line.content) for line in reviewer.app.screen.query("#message").results(Static)]


async def leave_a_reason_half_written(reviewer: QuickReviewer, serial: int) -> None:
    await go_to(reviewer, "application")
    await reviewer.presses("f7", then="ReasonScreen")
    await reviewer.types(words_of(serial))
    await reviewer.moves_the_mouse()


async def leave_at_the_question(reviewer: QuickReviewer, serial: int) -> None:
    """Reasons for two fields stand behind the question whether to leave."""
    await go_to(reviewer, "return")
    for _field in range(2):
        await reviewer.presses("enter")
        await reviewer.gives_reason(words_of(serial))
        await reviewer.sees("ReturnFieldsScreen")
        await reviewer.presses("down")
    await reviewer.goes_back("StaffNoticeScreen")


async def leave_a_report_half_decided(reviewer: QuickReviewer, serial: int) -> None:
    await go_to(reviewer, "ticket")
    await reviewer.clicks(".verdict")
    await reviewer.types(words_of(serial))


async def call_nobody(reviewer: QuickReviewer, serial: int) -> None:
    await go_to(reviewer, "calls")
    await reviewer.presses("down", "right")
    await reviewer.sees_rows()


async def leave_a_code_standing(reviewer: QuickReviewer, serial: int) -> None:
    await go_to(reviewer, "code")


async def leave_somebody_half_added(reviewer: QuickReviewer, serial: int) -> None:
    await go_to(reviewer, "add")
    await reviewer.types(f"staff{serial}")
    for typed in (words_of(serial), invented_id("K", 2, 9700000 + serial)):
        await reviewer.presses("enter")
        await reviewer.types(typed)


async def read_the_audit(reviewer: QuickReviewer, serial: int) -> None:
    await log_in(reviewer, "ADMIN")
    for screen in ("member", "audit"):
        await go_on(reviewer, screen)
        while reviewer.screen != "StaffMenuScreen":
            await reviewer.leaves("escape")
            await until(reviewer.pilot, lambda: reviewer.screen != "StaffBlankScreen")
    await go_on(reviewer, "staff")


SHIFTS = (
    leave_the_login_half_typed,
    look_through_the_queue,
    reveal_and_stay,
    leave_a_note_and_log_out,
    leave_a_reason_half_written,
    leave_at_the_question,
    leave_a_report_half_decided,
    call_nobody,
    leave_a_code_standing,
    leave_somebody_half_added,
    read_the_audit,
)


def take_back(school: School) -> None:
    """Clear what a shift added to an application."""
    with school.store.write() as unit:
        added = (Action.REVEALED.value, Action.NOTED.value)
        unit.session.exec(delete(HistoryEntry).where(HistoryEntry.action.in_(added)))  # type: ignore[attr-defined]
        unit.audit("test", "test.taken_back", "school")


async def work_often(school: School, clock: FakeClock, shifts: int) -> Memory:
    """Make shifts of every kind in turn; see :func:`memory_of`."""
    async with reviewer_at(school, (80, 24)) as reviewer:
        return await memory_of(reviewer, clock, SHIFTS, shifts, lambda: take_back(school), LEFT)


async def test_some_shifts_leave_nobodys_data(marked: School, clock: FakeClock) -> None:
    early, late = await work_often(marked, clock, 2 * len(SHIFTS))
    assert late < early * 1.10


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_three_hundred_shifts_leave_nobodys_data(
    marked: School, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    early, late = await work_often(marked, clock, 300)
    with capsys.disabled():
        print(f"\nT38: 300 staff shifts, RSS {early / 2**20:.1f} -> {late / 2**20:.1f} MiB, no text left")  # noqa: T201
    assert late < early * 1.10


async def test_the_search_finds_what_is_still_on_the_screen(marked: School, clock: FakeClock) -> None:
    """The negative control on the real screens."""
    async with reviewer_at(marked, (80, 24)) as reviewer:
        await leave_at_the_question(reviewer, 0)
        found = holders_of(LEFT)
        for text in (words_of(0), in_numerals("檔", 1)):
            assert any(text in one for one in found)
        del found
        await walk_away(reviewer, clock)
