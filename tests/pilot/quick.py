"""People who are as quick as the app: for the tests that make many visits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual import events
from textual.keys import _character_to_key
from textual.widgets import Button

from kiosk.app import KioskApp
from kiosk.services.school import School
from kiosk.testing import Parent, Person, Reviewer, until
from tests.pilot.conftest import standing_at


class QuickPerson(Person):
    """Sends keys as the terminal does, one after another; the app itself keeps them in order.

    `textual.pilot.Pilot.press` waits for a quiet processor after each key, two fiftieths of a second at least.
    """

    async def presses(self, *keys: str) -> None:
        for key in keys:
            self._send(key, None)
        await self.settles()

    async def types(self, text: str) -> None:
        for character in text:
            self._send(_character_to_key(character), character)
        await self.settles()

    async def clicks(self, selector: str) -> None:
        button = self.app.screen.query_one(selector, Button)
        await until(self.pilot, lambda: not button.disabled)
        button.press()
        await self.settles()

    async def settles(self) -> None:
        """Wait until everything that was sent has been worked off on the screen that stands."""
        app = self.app
        assert isinstance(app, KioskApp)
        await asyncio.sleep(0)
        await until(self.pilot, lambda: not app.waiting_input() and app._gate._settling is None)
        await self.pilot._wait_for_screen()

    def _send(self, key: str, character: str | None) -> None:
        event = events.Key(key, character)
        event.set_sender(self.app)
        assert self.app._driver is not None
        self.app._driver.send_message(event)


class QuickParent(QuickPerson, Parent):
    """A quick parent."""


class QuickReviewer(QuickPerson, Reviewer):
    """Somebody of the staff who is quick."""


@asynccontextmanager
async def quickly_at(school: School, size: tuple[int, int] = (100, 30)) -> AsyncIterator[QuickParent]:
    async with standing_at(school, size) as parent:
        yield QuickParent(parent.pilot)
