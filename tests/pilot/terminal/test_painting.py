"""What a screen is spared, so that it comes sooner: pictures nobody sees, and widgets nobody uses."""

from __future__ import annotations

from kiosk.app import AppOptions, KioskApp
from kiosk.services.school import School
from kiosk.terminal.screen_text import visible_lines
from kiosk.widgets.field import Field


def test_no_screen_gets_widgets_for_tooltips_and_toasts(school: School) -> None:
    """`textual.app.App.run_test` decides that for itself, so this asks the app as a terminal has it."""
    app = KioskApp(school.settings, school.clock, school)
    assert (app._disable_tooltips, app._disable_notifications) == (True, True)


async def test_a_scroll_bar_that_comes_with_the_first_picture_is_laid_out_and_scrolls_nothing(school: School) -> None:
    """It is asked for while that picture is laid out, and leaves the question narrower than it was measured for."""
    app = KioskApp(school.settings, school.clock, school, AppOptions(family_demo_lines="\n".join(["P110001"] * 20)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.wait_for_scheduled_animations()
        body = app.screen.query_one("#body")
        assert body.show_vertical_scrollbar
        rows = visible_lines(app.screen)
        assert any("登入帳號" in row for row in rows)
        assert {field.region.right for field in app.screen.query(Field)} <= {body.scrollable_content_region.right}
        assert body.scroll_y == 0, "the address above the field stays in sight"
