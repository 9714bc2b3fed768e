"""Between two steps, while a service works: nobody sees the resting login, and what is typed goes nowhere."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import Input

from kiosk.app import KioskApp
from kiosk.services.school import School
from kiosk.services.visitor import Visitor
from kiosk.testing import FakeClock, until
from tests.pilot.quick import quickly_at
from tests.pilot.walker import go_to, make_ready


async def test_what_is_typed_while_a_service_works_lands_in_no_field(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = make_ready(school)
    held, confirm = threading.Event(), school.student_data.confirm

    def slow(visitor: Visitor) -> None:
        assert held.wait(30)
        confirm(visitor)

    monkeypatch.setattr(school.student_data, "confirm", slow)
    async with quickly_at(ready) as parent:
        await go_to(parent, "confirm")
        await parent.presses("enter", "enter")
        await parent.types("A123456789")
        await parent.presses("enter", "escape")
        assert parent.screen == "CurtainScreen"
        await until(parent.pilot, lambda: "請稍候" in str(parent.app.screen.query_one("#wait").render()))
        held.set()
        await parent.sees("HubScreen")
        await parent.presses("escape")
        await parent.sees("LoginScreen")
        assert [field.value for field in parent.app.screen.query(Input)] == ["", ""]


async def test_after_ten_minutes_the_kiosk_asks_on_a_step_and_not_between_two(
    school: School, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = make_ready(school)
    held, confirm = threading.Event(), school.student_data.confirm

    def slow(visitor: Visitor) -> None:
        assert held.wait(30)
        confirm(visitor)

    monkeypatch.setattr(school.student_data, "confirm", slow)
    async with quickly_at(ready) as parent:
        app = parent.app
        assert isinstance(app, KioskApp)
        await go_to(parent, "confirm")
        for minute in range(10):
            clock.advance(60)
            await parent.presses("tab" if minute % 2 else "down")
        await parent.clicks("#right")
        await parent.clicks("#send")
        app.tick()
        await parent.settles()
        assert parent.screen == "CurtainScreen"
        held.set()
        await parent.sees("HubScreen")
        app.tick()
        await parent.sees("NoticeScreen")
        assert parent.text("#heading") == "還要繼續嗎？"
        app.tick()
        await parent.presses("enter")
        await parent.sees("HubScreen")
        app.tick()
        await parent.settles()
        assert parent.screen == "HubScreen"
