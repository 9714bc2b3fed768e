"""T17 on every screen of a visit: a held key and a trembling mouse keep no visit alive, activity none for ever."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import ReferenceType, ref

import pytest
from textual import events
from textual.screen import Screen
from textual.widgets import Input

from kiosk.app import KioskApp
from kiosk.config.sections import IdleTimes
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from tests.pilot.people import QuickParent, QuickPerson, leave_no_trace_of_the_pilot, parent_at
from tests.pilot.walker import SCREENS, go_to, make_ready

TIMES = IdleTimes()
_LIMITS = {
    **dict.fromkeys(("consent", "card", "pad"), TIMES.consent_idle_seconds),
    "code": TIMES.mail_code_idle_seconds,
}
STILL = {screen: _LIMITS.get(screen, TIMES.parent_idle_seconds) + TIMES.countdown_seconds for screen in SCREENS} | {
    "receipt": TIMES.receipt_seconds
}
"""Seconds of stillness until everything is wiped."""
REPEAT_SECONDS = 0.2
TYPED = "A12"


@asynccontextmanager
async def typing_at(school: School, screen: str) -> AsyncIterator[tuple[QuickParent, KioskApp]]:
    """Somebody at a screen, with something typed wherever there is a field."""
    async with parent_at(school if screen == "change" else make_ready(school)) as parent:
        app = parent.kiosk
        await go_to(parent, screen)
        await type_into_the_first_field(parent)
        yield parent, app


async def type_into_the_first_field(parent: QuickPerson) -> None:
    for field in [field for field in parent.app.screen.query(Input) if field.display][:1]:
        field.clear()
        field.focus()
        await parent.types(TYPED)
        assert field.value == TYPED


async def assert_wiped(
    parent: QuickPerson, app: KioskApp, left: ReferenceType[Screen[Any]], resting: str = "LoginScreen"
) -> None:
    """At rest again: the steps are gone from the process, and so is what the resting login held."""
    await until(parent.pilot, lambda: len(app.screen_stack) == 1)
    await parent.sees(resting)
    await until(parent.pilot, lambda: not any(field.value for field in app.screen.query(Input)))
    assert "秒後清除畫面" not in parent.text("#foot")
    await leave_no_trace_of_the_pilot()
    assert [field.id for field in gc.get_objects() if isinstance(field, Input) and field.value] == []
    assert left() in (None, app.screen)


@pytest.mark.parametrize("screen", SCREENS)
async def test_a_held_key_and_a_trembling_mouse_keep_no_visit_alive(
    school: School, clock: FakeClock, screen: str
) -> None:
    async with typing_at(school, screen) as (parent, app):
        await parent.settles()
        await parent.pilot.pause()  # the step has set its limit, which begins to count anew then
        left = ref(app.screen)
        limit = round(STILL[screen] / REPEAT_SECONDS)
        for beat in range(limit):
            assert app.screen is left()
            await app.on_event(events.Key("x", "x"))
            await app.on_event(events.MouseMove(None, 2 + beat % 2, 2, 1, 0, 0, False, False, False))
            clock.advance(REPEAT_SECONDS)
            if beat == limit - 2:
                app.tick()
                assert "1 秒後清除畫面" in parent.text("#foot")
        clock.advance(REPEAT_SECONDS)
        app.tick()
        await assert_wiped(parent, app, left)


async def assert_no_activity_keeps_it_for_ever(school: School, clock: FakeClock, screen: str) -> None:
    async with typing_at(school, screen) as (parent, app):
        left = ref(app.screen)
        began = clock.elapsed()
        while clock.elapsed() - began < TIMES.absolute_seconds - TIMES.countdown_seconds:
            assert app.screen is left()
            clock.advance(30)
            await parent.presses("f5")
            clock.advance(1)
            await parent.presses("f6")
            app.tick()
            if screen != "login" and clock.elapsed() - began > TIMES.ask_to_go_on_seconds and app.screen is left():
                await until(parent.pilot, lambda: app.screen is not left() or not app._asking)
            if parent.screen == "NoticeScreen" and app.screen is not left():
                assert parent.text("#heading") == "還要繼續嗎？"
                await parent.presses("enter")
                await until(parent.pilot, lambda: app.screen is left())
        app.tick()
        assert "請重新登入" in parent.text("#foot")
        await parent.presses("f5")
        clock.advance(TIMES.countdown_seconds)
        app.tick()
        await assert_wiped(parent, app, left)


@pytest.mark.parametrize("screen", ["form", "receipt", "login"])
async def test_no_activity_keeps_a_visit_for_ever(school: School, clock: FakeClock, screen: str) -> None:
    await assert_no_activity_keeps_it_for_ever(school, clock, screen)


@pytest.mark.long
@pytest.mark.parametrize("screen", [screen for screen in SCREENS if screen not in ("form", "receipt", "login")])
async def test_no_activity_keeps_a_visit_for_ever_on_any_screen(school: School, clock: FakeClock, screen: str) -> None:
    await assert_no_activity_keeps_it_for_ever(school, clock, screen)
