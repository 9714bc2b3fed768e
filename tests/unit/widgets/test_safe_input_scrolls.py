"""A key lays nothing out anew, and what is longer than the field still scrolls as in Textual's own input."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from kiosk.widgets.safe_input import SafeInput

_KEYS = [*"abcdefghijklmnop", "home", "right", "delete", "end", "left", "left", "backspace", *"王小明", "end"]


class _Fields(App[None]):
    CSS = "Input { width: 14; height: 3; border: blank; padding: 0 1; }"

    def compose(self) -> ComposeResult:
        yield SafeInput(id="ours")
        yield Input(id="theirs", select_on_focus=False)


def _shown(app: App[None], name: str) -> str:
    field = app.query_one(f"#{name}", Input)
    return "".join(segment.text for segment in field.render_line(0))


async def test_the_visible_text_follows_the_cursor() -> None:
    app = _Fields()
    async with app.run_test() as pilot:
        seen: dict[str, list[str]] = {"ours": [], "theirs": []}
        for name, shown in seen.items():
            app.query_one(f"#{name}", Input).cursor_blink = False
            app.query_one(f"#{name}", Input).focus()
            for key in _KEYS:
                await pilot.press(key)
                shown.append(_shown(app, name))
        assert seen["ours"] == seen["theirs"]
        assert len(set(seen["ours"])) > len("abcdefghij")


async def test_a_key_causes_no_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[Screen[object]] = []
    original = Screen._refresh_layout

    def noted(screen: Screen[object], *arguments: object, **options: object) -> None:
        laid_out.append(screen)
        original(screen, *arguments, **options)  # type: ignore[arg-type]  # handed on as it came

    app = _Fields()
    async with app.run_test() as pilot:
        app.query_one("#ours", Input).focus()
        await pilot.pause()
        monkeypatch.setattr(Screen, "_refresh_layout", noted)
        await pilot.press(*"abc")
        await pilot.pause()
        assert laid_out == []
        app.query_one("#theirs", Input).focus()
        await pilot.press(*"abc")
        await pilot.pause()
        assert laid_out, "Textual lays out no more for a key of its own: take ours away"
