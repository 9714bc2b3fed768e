"""What a screen is spared, so that it comes sooner: pictures nobody sees, and widgets nobody uses."""

from __future__ import annotations

import pytest

from kiosk.app import KioskApp, build_app
from kiosk.screens.base.login import LoginScreen
from kiosk.services.school import School
from kiosk.terminal import painted_once_screen
from kiosk.widgets.field import Field
from tests.pilot.first_visit import FIRST_PASSWORD, PASSWORD
from tests.pilot.quick import quickly_at


async def test_the_curtain_under_a_first_step_has_no_frame_until_it_shows(school: School) -> None:
    async with quickly_at(school) as parent:
        await parent.logs_in("P110001", FIRST_PASSWORD)
        await parent.sees("ChangePasswordScreen")
        curtain = parent.app.screen_stack[1]
        assert type(curtain).__name__ == "BlankScreen"
        assert not curtain.query("*")
        await parent.changes_password(PASSWORD)
        await parent.sees("MenuScreen")
        assert curtain.query("#wait")


async def test_a_burst_of_keys_is_painted_at_its_end_or_every_now_and_then(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with quickly_at(school) as parent:
        app, screen = parent.app, parent.app.screen
        assert isinstance(app, KioskApp)
        assert isinstance(screen, LoginScreen)
        painted: list[float] = []
        waiting, now = [0], [1000.0]
        monkeypatch.setattr(app, "waiting_input", lambda: waiting[0])
        monkeypatch.setattr(painted_once_screen, "get_time", lambda: now[0])
        monkeypatch.setattr(screen, "_compositor_refresh", lambda: painted.append(now[0]))
        for keys, moment in ((0, 1000.0), (2, 1000.01), (1, 1000.04), (1, 1000.06), (1, 1000.07), (0, 1000.08)):
            waiting[0], now[0] = keys, moment
            screen.refresh()
            screen._on_timer_update()
        assert list(dict.fromkeys(painted)) == [1000.0, 1000.06, 1000.08]


def test_no_screen_gets_widgets_for_tooltips_and_toasts(school: School) -> None:
    """`textual.app.App.run_test` decides that for itself, so this asks the app as a terminal has it."""
    app = build_app(school.settings, school.clock, school)
    assert (app._disable_tooltips, app._disable_notifications) == (True, True)


async def test_a_scroll_bar_that_comes_with_the_first_picture_is_laid_out_and_scrolls_nothing(school: School) -> None:
    """It is asked for while that picture is laid out, and leaves the question narrower than it was measured for."""
    app = build_app(school.settings, school.clock, school, demo_lines="\n".join(["P110001"] * 20))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.wait_for_scheduled_animations()
        body = app.screen.query_one("#body")
        assert body.show_vertical_scrollbar
        rows = ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]
        assert any("登入帳號" in row for row in rows)
        assert {field.region.right for field in app.screen.query(Field)} <= {body.scrollable_content_region.right}
        assert body.scroll_y == 0, "the address above the field stays in sight"
