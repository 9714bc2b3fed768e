"""T17 on every screen of the staff's: a held key and a trembling mouse keep no shift alive, activity none for ever."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import ref

import pytest
from textual import events
from textual.widgets import Static

import kiosk.screens.office
import kiosk.screens.review
from kiosk.app import KioskApp
from kiosk.config.sections import IdleTimes
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from kiosk.widgets.table.paged_table import PagedTable
from tests.pilot.family.test_walking_away import REPEAT_SECONDS, assert_wiped, type_into_the_first_field
from tests.pilot.people import QuickReviewer, reviewer_at
from tests.pilot.screens_of import screens_of
from tests.pilot.staff_walker import SCREENS, go_to

TIMES = IdleTimes()
NO_KEYS_OF_THE_STAFFS = {30: "f11", 1: "f12"}
"""Keys that no screen offers, by the seconds after which they are pressed."""
SHORT = ("login", "application", "return", "add")


def still_seconds(screen: str) -> int:
    """Seconds of stillness until everything is wiped; at the login nobody is known to be of the staff yet."""
    limit = TIMES.parent_idle_seconds if screen == "login" else TIMES.staff_idle_seconds
    return limit + TIMES.countdown_seconds


@asynccontextmanager
async def typing_at(school: School, screen: str) -> AsyncIterator[tuple[QuickReviewer, KioskApp]]:
    """Somebody at a screen, with something typed wherever there is a field."""
    async with reviewer_at(school) as reviewer:
        await go_to(reviewer, screen)
        await type_into_the_first_field(reviewer)
        await reviewer.settles()
        await reviewer.pilot.pause()  # the step has set its limit, which begins to count anew then
        yield reviewer, reviewer.kiosk


def assert_no_widget_holds_text() -> None:
    """Nothing of a shift in any widget of the process: no row of a list, and no word but the resting login's."""
    tables = [table for table in gc.get_objects() if isinstance(table, PagedTable)]
    assert [table.id for table in tables if table.rows_held or table.marks] == []
    words = [str(static.content) for static in gc.get_objects() if isinstance(static, Static)]
    assert [text for text in words if "林志明" in text or "陳冠宇" in text or "115-000" in text] == []


def test_the_walker_knows_every_screen() -> None:
    assert screens_of(kiosk.screens.review) | screens_of(kiosk.screens.office) <= set(SCREENS.values())


async def assert_no_held_key_keeps_it(school: School, clock: FakeClock, screen: str) -> None:
    async with typing_at(school, screen) as (reviewer, app):
        left = ref(app.screen)
        limit = round(still_seconds(screen) / REPEAT_SECONDS)
        for beat in range(limit):
            assert app.screen is left()
            await app.on_event(events.Key("x", "x"))
            await app.on_event(events.MouseMove(None, 2 + beat % 2, 2, 1, 0, 0, False, False, False))
            clock.advance(REPEAT_SECONDS)
            if beat == limit - 2:
                app.tick()
                assert "1 秒後清除畫面" in reviewer.text("#foot")
        clock.advance(REPEAT_SECONDS)
        app.tick()
        await assert_wiped(reviewer, app, left, "StaffLoginScreen")
        assert_no_widget_holds_text()


@pytest.mark.parametrize("screen", SHORT)
async def test_a_held_key_and_a_trembling_mouse_keep_no_shift_alive(
    demo: School, clock: FakeClock, screen: str
) -> None:
    await assert_no_held_key_keeps_it(demo, clock, screen)


@pytest.mark.long
@pytest.mark.parametrize("screen", [screen for screen in SCREENS if screen not in SHORT])
async def test_a_held_key_and_a_trembling_mouse_keep_no_shift_alive_on_any_screen(
    demo: School, clock: FakeClock, screen: str
) -> None:
    await assert_no_held_key_keeps_it(demo, clock, screen)


async def assert_no_activity_keeps_it_for_ever(school: School, clock: FakeClock, screen: str) -> None:
    """Somebody at work is not asked to go on, is told twenty seconds before, and is out after thirty minutes."""
    async with typing_at(school, screen) as (reviewer, app):
        left = ref(app.screen)
        began = clock.elapsed()
        while clock.elapsed() - began < TIMES.staff_absolute_seconds - TIMES.countdown_seconds:
            assert app.screen is left()
            for seconds, key in NO_KEYS_OF_THE_STAFFS.items():
                clock.advance(seconds)
                await reviewer.presses(key)
            app.tick()
        assert "請重新登入" in reviewer.text("#foot")
        await reviewer.presses("f11")
        clock.advance(TIMES.countdown_seconds)
        app.tick()
        await assert_wiped(reviewer, app, left, "StaffLoginScreen")
        assert_no_widget_holds_text()


@pytest.mark.parametrize("screen", SHORT)
async def test_no_activity_keeps_a_shift_for_ever(demo: School, clock: FakeClock, screen: str) -> None:
    await assert_no_activity_keeps_it_for_ever(demo, clock, screen)


@pytest.mark.long
@pytest.mark.parametrize("screen", [screen for screen in SCREENS if screen not in SHORT])
async def test_no_activity_keeps_a_shift_for_ever_on_any_screen(demo: School, clock: FakeClock, screen: str) -> None:
    await assert_no_activity_keeps_it_for_ever(demo, clock, screen)
