"""People who are as quick as the app: for the tests that make many visits."""

from __future__ import annotations

import asyncio
import gc
import heapq
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual._context import visible_screen_stack
from textual.keys import _character_to_key
from textual.widgets import Button

from kiosk.app import KioskApp
from kiosk.services.school import School
from kiosk.testing.parent import Parent
from kiosk.testing.person import Person
from kiosk.testing.reviewer import Reviewer
from tests.pilot.conftest import standing_at

_A_MOMENT = 0.002


class QuickPerson(Person):
    """Sends keys as the terminal does, one after another; the app itself keeps them in order.

    `textual.pilot.Pilot.press` waits for a quiet processor after each key, two fiftieths of a second at least, and
    `textual.pilot.Pilot.pause` paints.
    """

    async def sees(self, screen: str) -> None:
        await self._until(lambda: self.screen == screen and self.app.screen.is_active and self._is_laid_out())
        await self.settles()

    def _is_laid_out(self) -> bool:
        focused = self.app.focused
        return focused is not None and bool(focused.region)

    async def presses(self, *keys: str) -> None:
        for key in keys:
            self._send(events.Key(key, None))
        await self.settles()

    async def types(self, text: str) -> None:
        self._type(text)
        await self.settles()

    async def scans(self, *codes: str) -> None:
        """What a scanner sends: code after code without a pause, Enter behind each."""
        for code in codes:
            self._type(code)
            self._send(events.Key("enter", None))
        await self.settles()

    async def clicks(self, selector: str) -> None:
        button = self.app.screen.query_one(selector, Button)
        await self._until(lambda: not button.disabled)
        button.press()
        await self.settles()

    async def settles(self) -> None:
        """Wait until everything that was sent has been worked off on the screen that stands, or the app has ended."""
        app = self.app
        assert isinstance(app, KioskApp)
        await self._until(lambda: app._exit or (not app.waiting_input() and app._gate._settling is None))
        await self.pilot._wait_for_screen()

    async def _until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10.0
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain on {self.screen}")
            await asyncio.sleep(_A_MOMENT)

    async def moves_the_mouse(self) -> None:
        for column in (10, 11):
            self._send(events.MouseMove(None, column, 5, 1, 0, 0, False, False, False))
        await self.settles()

    def _type(self, text: str) -> None:
        for character in text:
            self._send(events.Key(_character_to_key(character), character))

    def _send(self, event: events.InputEvent) -> None:
        event.set_sender(self.app)
        self.app.post_message(event)


class QuickParent(QuickPerson, Parent):
    """A quick parent."""


class QuickReviewer(QuickPerson, Reviewer):
    """Somebody of the staff who is quick."""


@asynccontextmanager
async def quickly_at(school: School, size: tuple[int, int] = (100, 30)) -> AsyncIterator[QuickParent]:
    async with standing_at(school, size) as parent:
        yield QuickParent(parent.pilot)


async def leave_no_trace_of_the_pilot() -> None:
    """Let go of what the pilot, not the kiosk, still holds of the screens that are gone.

    It waits in tasks that it cancels, and for at most 30 s: a timer that is cancelled stays in the loop, with its
    context, until then; and it paints in the context of the test. What hung on those is collected here; the kiosk
    collects what it made itself.
    """
    await asyncio.sleep(0.01)
    loop: Any = asyncio.get_running_loop()
    loop._scheduled = [timer for timer in loop._scheduled if not timer.cancelled()]
    loop._timer_cancelled_count = 0
    heapq.heapify(loop._scheduled)
    visible_screen_stack.set([])
    gc.collect()
