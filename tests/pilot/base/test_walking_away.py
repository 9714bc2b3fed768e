"""T17 on every screen: walking away wipes it, a held key keeps no session alive, and no activity keeps it for ever."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import ReferenceType, ref

import pytest
from textual import events
from textual.screen import Screen
from textual.widgets import Input, Static

import kiosk.screens.office
import kiosk.screens.review
from kiosk.config.sections import IdleTimes
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from kiosk.widgets.table.paged_table import PagedTable
from tests.pilot import account_walker, staff_walker, walker
from tests.pilot.people import (
    QuickAccountParent,
    QuickParent,
    QuickPerson,
    QuickReviewer,
    account_parent_at,
    leave_no_trace_of_the_pilot,
    parent_at,
    reviewer_at,
)
from tests.pilot.screens_of import screens_of

TIMES = IdleTimes()
REPEAT_SECONDS = 0.2
TYPED = "A12"
UNUSED_KEYS = {30: "f11", 1: "f12"}
"""Keys that no screen offers, by the seconds after which they are pressed."""
STAFF_DATA = ("林志明", "陳冠宇", "115-000")
P = TypeVar("P", bound=QuickPerson)


@dataclass(frozen=True)
class Sessions(Generic[P]):
    """Sessions of one kind.

    Attributes:
        go_to: goes from the resting login to a screen.
        resting: the class of the resting login.
        seconds: of stillness until a screen is wiped, by the screen.
        longest: seconds until activity keeps a session no longer.
    """

    go_to: Callable[[P, str], Awaitable[None]]
    resting: str
    seconds: dict[str, int]
    longest: int


def _limits(screens: Iterable[str], usual: int, **other: int) -> dict[str, int]:
    return {screen: other.get(screen, usual) + TIMES.countdown_seconds for screen in screens}


_CONSENT, _CODE, _PARENT = TIMES.consent_idle_seconds, TIMES.mail_code_idle_seconds, TIMES.parent_idle_seconds
FAMILY = Sessions[QuickParent](
    walker.go_to,
    "LoginScreen",
    _limits(walker.SCREENS, _PARENT, consent=_CONSENT, card=_CONSENT, pad=_CONSENT, code=_CODE)
    | {"receipt": TIMES.receipt_seconds},
    TIMES.absolute_seconds,
)
ACCOUNT = Sessions[QuickAccountParent](
    account_walker.go_to,
    "LoginScreen",
    _limits(account_walker.SCREENS, _PARENT, recovery_code=_CODE, email_code=_CODE, data=_CONSENT),
    TIMES.absolute_seconds,
)
STAFF = Sessions[QuickReviewer](
    staff_walker.go_to,
    "StaffLoginScreen",
    _limits(staff_walker.SCREENS, TIMES.staff_idle_seconds, login=_PARENT),  # nobody is known to be staff yet
    TIMES.staff_absolute_seconds,
)
SHORT_FAMILY = ("form", "receipt", "login")
SHORT_ACCOUNT = ("recovery_code", "contact", "grant")
SHORT_STAFF = ("login", "application", "return", "add")


async def go_and_type(person: P, sessions: Sessions[P], screen: str) -> ReferenceType[Screen[Any]]:
    """Go to a screen and type into its first field, if it has one."""
    await sessions.go_to(person, screen)
    for field in [field for field in person.app.screen.query(Input) if field.display][:1]:
        field.clear()
        field.focus()
        await person.types(TYPED)
        assert field.value == TYPED
    await person.settles()
    await person.pilot.pause()  # the step has set its limit, which begins to count anew then
    return ref(person.app.screen)


async def assert_wiped(person: P, sessions: Sessions[P], left: ReferenceType[Screen[Any]]) -> None:
    """At rest again: no screen, typed text, row or record is left in the process."""
    app = person.kiosk
    await until(person.pilot, lambda: len(app.screen_stack) == 1)
    await person.sees(sessions.resting)
    await until(person.pilot, lambda: not any(field.value for field in app.screen.query(Input)))
    assert "秒後清除畫面" not in person.text("#foot")
    await leave_no_trace_of_the_pilot()
    held = gc.get_objects()
    assert [field.id for field in held if isinstance(field, Input) and field.value] == []
    assert left() in (None, app.screen)
    assert [table.id for table in held if isinstance(table, PagedTable) and (table.rows_held or table.marks)] == []
    words = [str(static.content) for static in held if isinstance(static, Static)]
    assert [text for text in words if any(name in text for name in STAFF_DATA)] == []


async def hold_key(person: P, clock: FakeClock, sessions: Sessions[P], screens: Iterable[str]) -> None:
    """On each screen hold a key down and tremble with the mouse until the screen is wiped."""
    app = person.kiosk
    for screen in screens:
        left = await go_and_type(person, sessions, screen)
        limit = round(sessions.seconds[screen] / REPEAT_SECONDS)
        for beat in range(limit):
            assert app.screen is left(), screen
            await app.on_event(events.Key("x", "x"))
            await app.on_event(events.MouseMove(None, 2 + beat % 2, 2, 1, 0, 0, False, False, False))
            clock.advance(REPEAT_SECONDS)
            if beat == limit - 2:
                app.tick()
                assert "1 秒後清除畫面" in person.text("#foot"), screen
        clock.advance(REPEAT_SECONDS)
        app.tick()
        await assert_wiped(person, sessions, left)


async def stay_active(person: P, clock: FakeClock, sessions: Sessions[P], screens: Iterable[str]) -> None:
    """On each screen press keys, and answer that one goes on, until the session ends."""
    for screen in screens:
        left = await go_and_type(person, sessions, screen)
        began = clock.elapsed()
        while clock.elapsed() - began < sessions.longest - TIMES.countdown_seconds:
            assert person.app.screen is left(), screen
            for seconds, key in UNUSED_KEYS.items():
                clock.advance(seconds)
                await person.presses(key)
            person.kiosk.tick()
            if clock.elapsed() - began > TIMES.ask_to_go_on_seconds and screen != "login":
                await _goes_on_if_asked(person, left)
        person.kiosk.tick()
        assert "請重新登入" in person.text("#foot"), screen
        await person.presses("f11")
        clock.advance(TIMES.countdown_seconds)
        person.kiosk.tick()
        await assert_wiped(person, sessions, left)


async def _goes_on_if_asked(person: QuickPerson, left: ReferenceType[Screen[Any]]) -> None:
    """Parents are asked; staff are not."""
    if person.app.screen is left():
        await until(person.pilot, lambda: person.app.screen is not left() or not person.kiosk._asking)
    if person.screen == "NoticeScreen" and person.app.screen is not left():
        assert person.text("#heading") == "還要繼續嗎？"
        await person.presses("enter")
        await until(person.pilot, lambda: person.app.screen is left())


def test_the_walker_knows_every_screen_of_the_staff() -> None:
    assert screens_of(kiosk.screens.review) | screens_of(kiosk.screens.office) <= set(staff_walker.SCREENS.values())


@pytest.mark.parametrize("screens", [SHORT_FAMILY, pytest.param(tuple(walker.SCREENS), marks=pytest.mark.long)])
async def test_a_held_key_and_a_trembling_mouse_keep_no_visit_alive(
    school: School, clock: FakeClock, screens: tuple[str, ...]
) -> None:
    async with parent_at(walker.make_ready(school)) as parent:
        await hold_key(parent, clock, FAMILY, screens)


@pytest.mark.parametrize("screens", [SHORT_ACCOUNT, pytest.param(tuple(ACCOUNT.seconds), marks=pytest.mark.long)])
async def test_a_held_key_keeps_no_visit_with_an_account_alive(
    school: School, clock: FakeClock, screens: tuple[str, ...]
) -> None:
    async with account_parent_at(account_walker.make_ready(school)) as parent:
        await hold_key(parent, clock, ACCOUNT, screens)


@pytest.mark.parametrize("screens", [SHORT_STAFF, pytest.param(tuple(STAFF.seconds), marks=pytest.mark.long)])
async def test_a_held_key_keeps_no_shift_alive(demo: School, clock: FakeClock, screens: tuple[str, ...]) -> None:
    async with reviewer_at(demo) as reviewer:
        await hold_key(reviewer, clock, STAFF, screens)


@pytest.mark.parametrize("screens", [SHORT_FAMILY, pytest.param(tuple(FAMILY.seconds), marks=pytest.mark.long)])
async def test_no_activity_keeps_a_visit_for_ever(school: School, clock: FakeClock, screens: tuple[str, ...]) -> None:
    async with parent_at(walker.make_ready(school)) as parent:
        await stay_active(parent, clock, FAMILY, screens)


@pytest.mark.parametrize("screens", [SHORT_STAFF, pytest.param(tuple(STAFF.seconds), marks=pytest.mark.long)])
async def test_no_activity_keeps_a_shift_for_ever(demo: School, clock: FakeClock, screens: tuple[str, ...]) -> None:
    async with reviewer_at(demo) as reviewer:
        await stay_active(reviewer, clock, STAFF, screens)
