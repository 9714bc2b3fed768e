"""A visitor's last key reaches neither the resting login nor the next visitor."""

from __future__ import annotations

import asyncio

from textual import events
from textual.widgets import Button, Input

from kiosk.app import KioskApp
from kiosk.services.school import School
from tests.pilot.people import parent_at
from tests.pilot.walker import PASSWORD, READY, go_to, make_ready


async def test_a_key_that_comes_back_after_its_screen_is_gone_moves_no_focus(school: School) -> None:
    """Textual runs a binding when its key has come back up to the app: here on another visitor's login."""
    async with parent_at(make_ready(school)) as parent:
        for screen in ("menu", "mode", "receipt"):
            await go_to(parent, screen)
            await parent.settles()
            await parent.kiosk.on_event(events.Key("enter", None))
            await parent.comes_to_rest()
            assert parent.app.focused is not None, screen
            assert parent.app.focused.id == "account", screen
        await parent.logs_in(f"P{READY}", PASSWORD)
        await parent.sees("MenuScreen")


async def until_a_worker_is_made(app: KioskApp) -> None:
    """Give way one turn of the loop at a time, so that the worker has not begun."""
    for _turn in range(1000):
        if app.workers:
            return
        await asyncio.sleep(0)
    raise TimeoutError


async def test_neither_a_held_enter_nor_a_cancelled_sign_in_harms_the_login(school: School) -> None:
    async with parent_at(make_ready(school)) as parent:
        app = parent.kiosk
        await parent.presses("enter", "enter", "enter")
        assert "請輸入登入帳號" in parent.text("#message")
        await parent.types(f"P{READY}")
        assert [field.value for field in parent.app.screen.query(Input)] == [f"P{READY}", ""]
        await parent.presses("enter")
        await parent.types(PASSWORD)
        app.screen.query_one("#login", Button).press()
        await until_a_worker_is_made(app)
        await parent.comes_to_rest()
        await parent.logs_in(f"P{READY}", PASSWORD)
        await parent.sees("MenuScreen")
