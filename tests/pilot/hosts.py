"""A tiny host for one screen: the kiosk's app with no school behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Generic, TypeVar

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button

from kiosk.app import KioskApp
from kiosk.config.settings import load_settings
from kiosk.terminal.screen_text import visible_lines
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from tests.pilot.people import QuickParent

T = TypeVar("T")


class Shown(Generic[T]):
    """A screen that stands, and what it answered."""

    def __init__(self, pilot: Pilot[int], screen: Screen[T]) -> None:
        self.pilot = pilot
        self.parent = QuickParent(pilot)
        self.screen = screen
        self.answers: list[T | None] = []

    @property
    def app(self) -> App[int]:
        return self.pilot.app

    def one(self, selector: str) -> Widget:
        return self.screen.query_one(selector)

    def words(self) -> str:
        """Every line in sight, without the blanks that lines are filled with."""
        return "\n".join(line.rstrip() for line in visible_lines(self.screen))

    def in_sight(self, selector: str) -> bool:
        """Whether all of a widget is shown inside the body."""
        return self.one("#body").region.contains_region(self.one(selector).region)

    async def clicks(self, selector: str) -> None:
        """Click where the thing stands now, without scrolling to it first."""
        thing = self.one(selector)
        await until(self.pilot, lambda: thing.region.area > 0 and not thing.has_class("-active"))
        assert await self.pilot.click(selector)
        await self.pilot.pause()

    async def answered(self) -> T | None:
        await until(self.pilot, lambda: self.answers)
        return self.answers[0]

    def label(self, selector: str) -> str:
        return str(self.screen.query_one(selector, Button).label)


async def _stay_shut() -> None:
    """Open nothing."""


@asynccontextmanager
async def showing(
    home: Path, screen: Screen[T], size: tuple[int, int] = (100, 30), clock: FakeClock | None = None
) -> AsyncIterator[Shown[T]]:
    """Show one screen in the kiosk's app, whose database stays shut."""
    app = KioskApp(load_settings(home / "home", environment={}), clock or FakeClock())
    app._open_school = _stay_shut  # type: ignore[method-assign]  # no school is opened behind a single screen
    async with app.run_test(size=size) as pilot:
        shown = Shown(pilot, screen)
        await shown.parent.sees("LoginScreen")
        app.guard.begin_visit()
        await app.push_screen(screen, shown.answers.append)
        await shown.parent.sees(type(screen).__name__)
        await pilot.pause()
        yield shown
