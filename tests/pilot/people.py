"""People at the headless kiosk who are as quick as the app."""

from __future__ import annotations

import asyncio
import gc
import heapq
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from textual import events
from textual._context import visible_screen_stack
from textual.app import App
from textual.keys import _character_to_key
from textual.screen import Screen
from textual.widgets import Button

from kiosk.app import AppOptions, KioskApp
from kiosk.demo.staff_work import demo_staff_logins
from kiosk.services.school import School
from kiosk.testing.account import AccountParent
from kiosk.testing.parent import Parent
from kiosk.testing.person import Person, until
from kiosk.testing.reviewer import Reviewer

STAFF_PASSWORD = demo_staff_logins()[0].password
SIZES = [(80, 24), (100, 30), (60, 20)]
P = TypeVar("P", bound=Person)


async def screen_worked_off(app: App[int]) -> None:
    """Wait until the app, its screen and the screen's widgets have handled every message, and those that followed.

    A dismissed screen drops its callbacks (`GuardedScreen`). `Pilot._wait_for_screen` would wait 30 seconds for it;
    here the next screen takes its place.
    """
    deadline, quiet_rounds = time.monotonic() + 30.0, 0
    while app.screen_stack and app.is_running and quiet_rounds < 2 and time.monotonic() < deadline:
        is_quiet = await _handles_all(app, app.screen, deadline)
        quiet_rounds = quiet_rounds + 1 if is_quiet else 0


async def _handles_all(app: App[int], screen: Screen[Any], deadline: float) -> bool:
    """Return whether nothing more is to be handled, and no other screen came."""
    nodes = (app, *screen.walk_children(with_self=True))
    waiting = 0

    def handled() -> None:
        nonlocal waiting
        waiting -= 1

    for node in nodes:
        waiting += node.call_later(handled)
    while waiting and time.monotonic() < deadline and app.is_running and app._exception is None:
        await asyncio.sleep(0)
        if not app.screen_stack or app.screen is not screen:
            return False
    return not any(node.message_queue_size for node in nodes)


class QuickPerson(Person):
    """Sends keys as the terminal does, one after another; the app itself keeps them in order.

    `textual.pilot.Pilot.press` waits for a quiet processor after each key, two fiftieths of a second at least, and
    `textual.pilot.Pilot.pause` paints.
    """

    async def sees(self, screen: str) -> None:
        await until(self.pilot, lambda: self.screen == screen and self.app.screen.is_active and self._is_laid_out())
        await self.settles()

    def _is_laid_out(self) -> bool:
        focused = self.app.focused
        return focused is not None and bool(focused.region)

    @property
    def kiosk(self) -> KioskApp:
        assert isinstance(self.app, KioskApp)
        return self.app

    def page(self) -> str:
        """Every visible line, without trailing blanks."""
        return "\n".join(line.rstrip() for line in self.words())

    async def reads(self, text: str) -> None:
        """Wait for a visible text, wherever its lines break."""
        await until(self.pilot, lambda: text in self.page().replace("\n", ""))

    async def is_told(self, text: str) -> None:
        """Wait for a text in the screen's message."""
        await until(self.pilot, lambda: text in self.text("#message"))

    async def presses(self, *keys: str, then: str = "") -> None:
        """Press keys, one after another; then wait for a screen."""
        for key in keys:
            self.send(events.Key(key, None))
        await self._goes_on_to(then)

    async def types(self, text: str) -> None:
        self._type(text)
        await self.settles()

    async def _goes_on_to(self, screen: str) -> None:
        await (self.sees(screen) if screen else self.settles())

    async def scans(self, *codes: str) -> None:
        """Send what a scanner sends: code after code without a pause, Enter after each."""
        for code in codes:
            self._type(code)
            self.send(events.Key("enter", None))
        await self.settles()

    async def clicks(self, selector: str, then: str = "") -> None:
        """Press a button, wherever it is; then wait for a screen."""
        button = self.app.screen.query_one(selector, Button)
        await until(self.pilot, lambda: not button.disabled)
        button.press()
        await self._goes_on_to(then)

    async def settles(self) -> None:
        """Wait until the current screen has handled everything that was sent, or the app has ended."""
        app = self.kiosk
        await until(self.pilot, lambda: app._exit or (not app.waiting_input() and app._gate._settling is None))
        await screen_worked_off(app)

    async def comes_to_rest(self) -> None:
        """End the session; wait for the resting login."""
        self.kiosk.reset_session()
        await until(self.pilot, lambda: len(self.app.screen_stack) == 1)
        await self.sees(self.screen)

    async def moves_the_mouse(self) -> None:
        for column in (10, 11):
            self.send(events.MouseMove(None, column, 5, 1, 0, 0, False, False, False))
        await self.settles()

    def _type(self, text: str) -> None:
        for character in text:
            self.send(events.Key(_character_to_key(character), character))

    def send(self, event: events.InputEvent) -> None:
        event.set_sender(self.app)
        self.app.post_message(event)


class QuickParent(QuickPerson, Parent):
    """A quick parent."""


class QuickAccountParent(QuickPerson, AccountParent):
    """A quick parent with an account."""


class QuickReviewer(QuickPerson, Reviewer):
    """A quick member of staff."""


@asynccontextmanager
async def _at_rest(
    school: School, kind: type[P], size: tuple[int, int], options: AppOptions, resting: str
) -> AsyncIterator[P]:
    app = KioskApp(school.settings, school.clock, school, options)
    async with app.run_test(size=size) as pilot:
        person = kind(pilot)
        await person.sees(resting)
        yield person


def parent_at(school: School, size: tuple[int, int] = (100, 30)) -> AbstractAsyncContextManager[QuickParent]:
    """A parent at the resting login."""
    return _at_rest(school, QuickParent, size, AppOptions(), "LoginScreen")


def account_parent_at(
    school: School, size: tuple[int, int] = (80, 24)
) -> AbstractAsyncContextManager[QuickAccountParent]:
    """A parent with an account at the resting login."""
    return _at_rest(school, QuickAccountParent, size, AppOptions(), "LoginScreen")


def reviewer_at(school: School, size: tuple[int, int] = (100, 30)) -> AbstractAsyncContextManager[QuickReviewer]:
    """A member of staff at the login of an office machine."""
    return _at_rest(school, QuickReviewer, size, AppOptions(staff_only=True), "StaffLoginScreen")


@asynccontextmanager
async def at_work(
    school: School, account: str = "TEACHER", size: tuple[int, int] = (100, 30)
) -> AsyncIterator[QuickReviewer]:
    """A member of staff who has signed in."""
    async with reviewer_at(school, size) as reviewer:
        await reviewer.logs_in(account, STAFF_PASSWORD)
        await reviewer.sees("StaffMenuScreen")
        yield reviewer


async def leave_no_trace_of_the_pilot() -> None:
    """Release what the pilot, not the kiosk, still holds of dismissed screens.

    The pilot leaves cancelled timers in the event loop, with their context, for up to 30 s. It also paints in the
    context of the test.
    """
    await asyncio.sleep(0.01)
    loop: Any = asyncio.get_running_loop()
    loop._scheduled = [timer for timer in loop._scheduled if not timer.cancelled()]
    loop._timer_cancelled_count = 0
    heapq.heapify(loop._scheduled)
    visible_screen_stack.set([])
    gc.collect()
