"""Screens that are taken away, or covered, while they still come: at every turn of the loop where that may be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from kiosk.app import KioskApp
from kiosk.flows.flow import Flow, SessionEnded
from kiosk.screens.base.notice import BlankScreen, NoticeScreen
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.pilot.people import QuickParent, parent_at


@asynccontextmanager
async def in_a_visit(school: School) -> AsyncIterator[tuple[QuickParent, KioskApp]]:
    async with parent_at(school) as parent:
        app = parent.kiosk
        yield parent, app


def begin(app: KioskApp) -> None:
    """Begin a visit of one notice after another."""

    async def visit() -> None:
        app.push_screen(BlankScreen())
        walk = Flow(app)
        with suppress(SessionEnded):
            while True:
                await walk.show_notice("一", "二")

    app.guard.begin_visit()
    app.run_worker(app._until_it_ends(visit()), group="visit")


async def turn(times: int) -> None:
    for _turn in range(times):
        await asyncio.sleep(0)


async def test_a_visitor_forgotten_while_the_first_step_comes(school: School) -> None:
    async with in_a_visit(school) as (parent, app):
        for turns in range(3, 100, 3):
            begin(app)
            await turn(turns)
            app.reset_session()
            await until(parent.pilot, lambda: len(app.screen_stack) == 1)
            assert app._exception is None, f"after {turns} turns"


@pytest.mark.parametrize("end", ["forget", "exit"])
async def test_a_visit_that_ends_between_two_steps(school: School, end: str) -> None:
    for turns in range(0, 60, 6):
        async with in_a_visit(school) as (parent, app):
            begin(app)
            await parent.sees("NoticeScreen")
            _blank, notice = app.screen_stack[1:]
            assert isinstance(notice, NoticeScreen)
            notice.finish("ok")
            await turn(turns)
            if end == "exit":
                app.exit(0)
            else:
                app.reset_session()
                await parent.sees("LoginScreen")
        assert app._exception is None, f"after {turns} turns"
        assert app.return_code in (None, 0)
