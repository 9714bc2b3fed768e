"""What a visitor pressed at the very end reaches neither the resting login nor the visitor who comes next."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.widgets import Button, Input

from kiosk.app import KioskApp
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.pilot.people import QuickParent, parent_at
from tests.pilot.walker import PASSWORD, READY, go_to, make_ready


async def come_to_rest(parent: QuickParent) -> None:
    await until(parent.pilot, lambda: len(parent.app.screen_stack) == 1)
    await parent.sees("LoginScreen")
    await parent.settles()


@pytest.mark.parametrize("screen", ["hub", "mode", "receipt"])
async def test_a_key_whose_screen_is_gone_when_it_comes_back_moves_no_focus(school: School, screen: str) -> None:
    """Textual runs a binding when its key has come back up to the app: here on another visitor's login."""
    async with parent_at(make_ready(school)) as parent:
        app = parent.kiosk
        await go_to(parent, screen)
        await parent.settles()
        await app.on_event(events.Key("enter", None))
        app.reset_session()
        await come_to_rest(parent)
        assert app.focused is not None
        assert app.focused.id == "account"
        await parent.logs_in(f"P{READY}", PASSWORD)
        await parent.sees("MenuScreen")


async def test_a_held_enter_stays_at_an_empty_account(school: School) -> None:
    async with parent_at(make_ready(school)) as parent:
        await parent.presses("enter", "enter", "enter")
        assert "請輸入登入帳號" in parent.text("#message")
        await parent.types(f"P{READY}")
        assert [field.value for field in parent.app.screen.query(Input)] == [f"P{READY}", ""]


async def until_a_worker_is_made(app: KioskApp) -> None:
    """Give way one turn of the loop at a time, so that the worker has not begun."""
    for _turn in range(1000):
        if app.workers:
            return
        await asyncio.sleep(0)
    raise TimeoutError


async def test_a_sign_in_that_is_cancelled_before_it_begins_leaves_a_login_that_works(school: School) -> None:
    async with parent_at(make_ready(school)) as parent:
        app = parent.kiosk
        await parent.enters(f"P{READY}")
        await parent.types(PASSWORD)
        app.screen.query_one("#login", Button).press()
        await until_a_worker_is_made(app)
        app.reset_session()
        await come_to_rest(parent)
        await parent.logs_in(f"P{READY}", PASSWORD)
        await parent.sees("MenuScreen")
