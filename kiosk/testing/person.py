"""A person at the headless kiosk, parent or staff."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from kiosk.terminal.screen_text import visible_lines

if TYPE_CHECKING:
    from textual.pilot import Pilot


async def until(pilot: Pilot[int], condition: Callable[[], object], within: float = 30.0) -> None:
    """Let the app run until a condition holds.

    Raises:
        TimeoutError: it did not hold in time; names the current screen.
    """
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain on {type(pilot.app.screen).__name__}")
        await asyncio.sleep(0.002)


class Person:
    """A person at the headless kiosk: what everybody can do, by keyboard."""

    LOGIN: ClassVar[str]
    """The screen of the login; with the two below, each kind of person has its own."""
    NEW_PASSWORD: ClassVar[str]
    MENU: ClassVar[str]

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        self.app = pilot.app

    @property
    def screen(self) -> str:
        """The name of the current screen."""
        return type(self.app.screen).__name__

    def text(self, selector: str) -> str:
        """The text of a static widget; of a wrapped one, without the line breaks of this width."""
        from textual.widgets import Static

        from kiosk.widgets.wrapped_text import WrappedText

        part = self.app.screen.query_one(selector)
        if isinstance(part, WrappedText):
            return str(part.render()).replace("\n", "")
        assert isinstance(part, Static)
        return str(part.content)

    def words(self) -> list[str]:
        """Every visible line."""
        return visible_lines(self.app.screen)

    async def sees(self, screen: str) -> None:
        """Wait for a screen that is ready to be used."""
        await until(self.pilot, lambda: self.screen == screen and self.app.screen.is_active and self.app.focused)

    async def types(self, text: str) -> None:
        """Type into the focused field."""
        from textual.widgets import Input

        field = self.app.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor(text)
        await self.pilot.pause()

    async def presses(self, *keys: str, then: str = "") -> None:
        """Press keys by their Textual names; then wait for a screen."""
        await self.pilot.press(*keys)
        await self._goes_on_to(then)

    async def enters(self, *texts: str, then: str = "") -> None:
        """Type each text and press Enter; then wait for a screen."""
        for text in texts:
            await self.types(text)
            await self.presses("enter")
        await self._goes_on_to(then)

    async def clicks(self, selector: str, then: str = "") -> None:
        """Click a widget once it is laid out; then wait for a screen."""
        target = self.app.screen.query_one(selector)
        target.scroll_visible(animate=False)
        await until(self.pilot, lambda: target.region.area > 0 and not target.disabled)
        assert await self.pilot.click(selector)
        await self._goes_on_to(then)

    async def _goes_on_to(self, screen: str) -> None:
        if screen:
            await self.sees(screen)

    async def goes_back(self, screen: str) -> None:
        """Go back one step, to this screen."""
        await self.presses("escape", then=screen)

    async def leaves(self, *keys: str) -> None:
        """Press keys; wait until the current screen is gone."""
        left = self.app.screen
        await self.presses(*keys)
        await until(self.pilot, lambda: self.app.screen is not left)

    async def chooses(self, button: str, screen: str) -> None:
        """Press a button by its id; wait for the next screen."""
        self.app.screen.query_one(f"#{button}").focus()
        await self.presses("enter", then=screen)

    async def logs_in(self, account: str, password: str) -> None:
        """登入; wait for the result with :meth:`sees`."""
        await self.sees(self.LOGIN)
        await self.enters(account, password)

    async def changes_password(self, password: str) -> None:
        """Choose a new password, as far as the menu."""
        await self.sees(self.NEW_PASSWORD)
        await self.enters(password, password)
        await self.sees(self.MENU)

    async def opens(self, item: str, screen: str) -> None:
        """Open an item of the menu by its id."""
        await self.sees(self.MENU)
        await self.chooses(item, screen)

    async def answers_notice(self, choice: str | None = None) -> str:
        """Answer a notice with its first choice, or another by its key; return the notice's heading."""
        await until(self.pilot, lambda: self.screen.endswith("NoticeScreen") and self.app.focused)
        heading = self.text("#heading")
        if choice is None:
            await self.presses("enter")
        else:
            await self.clicks(f"#{choice}")
        return heading
