"""Hostile texts, moments and visitors on the real screens, headless (T05, T16, T17, T38)."""

from __future__ import annotations

from kiosk.app import KioskApp
from kiosk.services.school import School
from tests.pilot.conftest import standing_at


async def test_the_second_that_passes_while_a_screen_comes_up_does_no_harm(school: School) -> None:
    async with standing_at(school) as parent:
        app = parent.app
        assert isinstance(app, KioskApp)
        app.push_screen(app.new_login())
        app.tick()
        await parent.pilot.pause()
        assert app.is_running
        assert app.return_code is None
