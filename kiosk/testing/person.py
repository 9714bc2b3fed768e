"""Somebody in front of the headless kiosk, parent or staff."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from kiosk.terminal.screen_text import visible_lines

if TYPE_CHECKING:
    from textual.pilot import Pilot


async def until(pilot: Pilot[int], condition: Callable[[], object], within: float = 10.0) -> None:
    """Let the app run until a condition holds.

    Raises:
        TimeoutError: it did not hold in time; names the screen that stood instead.
    """
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain on {type(pilot.app.screen).__name__}")
        await asyncio.sleep(0.01)


class Person:
    """Somebody in front of the headless kiosk: what everybody can do, by keyboard."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        self.app = pilot.app

    @property
    def screen(self) -> str:
        """The name of the screen that stands."""
        return type(self.app.screen).__name__

    def text(self, selector: str) -> str:
        """What a static part of the screen says; of a longer text, without the line breaks of this width."""
        from textual.widgets import Static

        from kiosk.widgets.wrapped_text import WrappedText

        part = self.app.screen.query_one(selector)
        if isinstance(part, WrappedText):
            return str(part.render()).replace("\n", "")
        assert isinstance(part, Static)
        return str(part.content)

    def words(self) -> list[str]:
        """Every line in sight."""
        return visible_lines(self.app.screen)

    async def sees(self, screen: str) -> None:
        """Wait for a screen that is ready to be used."""
        await until(self.pilot, lambda: self.screen == screen and self.app.screen.is_active and self.app.focused)

    async def types(self, text: str) -> None:
        """Type into the field that has the focus."""
        from textual.widgets import Input

        field = self.app.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor(text)
        await self.pilot.pause()

    async def presses(self, *keys: str) -> None:
        """Press keys by their Textual names."""
        await self.pilot.press(*keys)

    async def clicks(self, selector: str) -> None:
        """Click, once the thing has a place on the screen."""
        target = self.app.screen.query_one(selector)
        target.scroll_visible(animate=False)
        await until(self.pilot, lambda: target.region.area > 0 and not target.disabled)
        assert await self.pilot.click(selector)

    async def goes_back(self, screen: str) -> None:
        """Back one step, to this screen."""
        await self.presses("escape")
        await self.sees(screen)

    async def answers_notice(self, choice: str | None = None) -> str:
        """Answer a notice with its first choice, or another by its key; gives the notice's heading."""
        await until(self.pilot, lambda: self.screen.endswith("NoticeScreen") and self.app.focused)
        heading = self.text("#heading")
        if choice is None:
            await self.presses("enter")
        else:
            await self.clicks(f"#{choice}")
        return heading
