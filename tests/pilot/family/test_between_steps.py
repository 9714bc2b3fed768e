"""Between two steps, while a service works: nobody sees the resting login, and what is typed goes nowhere."""

from __future__ import annotations

import pytest
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Input

from kiosk.screens.base.login import LoginScreen
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from tests.pilot.people import parent_at
from tests.pilot.slow_service import Slow
from tests.pilot.walker import PASSWORD, READY, go_to, make_ready


async def test_what_is_typed_while_a_service_works_lands_in_no_field(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = make_ready(school)
    confirm = Slow(school.student_data.confirm)
    monkeypatch.setattr(school.student_data, "confirm", confirm)
    async with parent_at(ready) as parent:
        await go_to(parent, "confirm")
        await parent.presses("enter", "enter")
        await until(parent.pilot, confirm.called.is_set)
        await parent.types("A123456789")
        await parent.presses("enter", "escape")
        assert parent.screen == "BlankScreen"
        await until(parent.pilot, lambda: "請稍候" in str(parent.app.screen.query_one("#wait").render()))
        await confirm.answer(parent.pilot)
        await parent.sees("MenuScreen")
        await parent.goes_back("LoginScreen")
        assert [field.value for field in parent.app.screen.query(Input)] == ["", ""]


async def test_after_ten_minutes_the_kiosk_asks_on_a_step_and_not_between_two(
    school: School, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = make_ready(school)
    confirm = Slow(school.student_data.confirm)
    monkeypatch.setattr(school.student_data, "confirm", confirm)
    async with parent_at(ready) as parent:
        app = parent.kiosk
        await go_to(parent, "confirm")
        for half_minute in range(19):
            clock.advance(30)
            await parent.presses("tab" if half_minute % 2 else "down")
        await parent.clicks("#right")
        await parent.clicks("#send")
        await until(parent.pilot, confirm.called.is_set)
        clock.advance(31)  # not before: the app ticks by itself too
        app.tick()
        await parent.settles()
        assert parent.screen == "BlankScreen"
        await confirm.answer(parent.pilot)
        await until(
            parent.pilot, lambda: parent.screen in ("MenuScreen", "NoticeScreen")
        )  # the app ticks by itself too
        app.tick()
        await parent.sees("NoticeScreen")
        assert parent.text("#heading") == "還要繼續嗎？"
        app.tick()
        await parent.presses("enter", then="MenuScreen")
        app.tick()
        await parent.settles()
        assert parent.screen == "MenuScreen"


@pytest.mark.parametrize("service", ["confirm", "sign_in"])
async def test_an_answer_that_comes_after_the_visitor_was_forgotten_shows_nothing(
    school: School, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    ready = make_ready(school)
    slow = Slow(school.student_data.confirm if service == "confirm" else school.sign_in.student)
    async with parent_at(ready) as parent:
        app = parent.kiosk
        if service == "confirm":
            await go_to(parent, "confirm")
            monkeypatch.setattr(school.student_data, "confirm", slow)
            await parent.presses("enter", "enter")
        else:
            monkeypatch.setattr(school.sign_in, "student", slow)
            await parent.logs_in(f"P{READY}", PASSWORD)
        await until(parent.pilot, slow.called.is_set)
        clock.advance(300)
        app.tick()
        await until(parent.pilot, lambda: len(app.screen_stack) == 1)
        await slow.answer(parent.pilot)
        await parent.settles()
        assert len(app.screen_stack) == 1
        assert [field.value for field in app.screen.query(Input)] == ["", ""]
        assert parent.text("#message") == ""


async def test_a_visit_that_ends_because_the_kiosk_does_leaves_its_screens_alone(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the end of a visit asks for may be taken up while the app takes its screens apart: no field is there."""
    async with parent_at(school) as parent:
        app = parent.kiosk
        prune, forgotten, rested = app._prune, [], []

        async def prune_and_rest(*nodes: Widget, parent: DOMNode | None = None) -> None:
            await prune(*nodes, parent=parent)
            await app._rest()
            rested.append(app)

        monkeypatch.setattr(app, "_prune", prune_and_rest)
        monkeypatch.setattr(LoginScreen, "forget", lambda screen: forgotten.append(screen))
    assert rested == [app]
    assert forgotten == []
