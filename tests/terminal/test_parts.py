"""The terminal's parts without a terminal: field, filter, paste guard, crash report, restart times."""

from __future__ import annotations

import sys

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.color import Color
from textual.worker import WorkerFailed

from kiosk.runtime.supervisor import count_quick_crashes, restart_wait
from kiosk.terminal.crash_report import describe_crash
from kiosk.terminal.driver import MAX_PASTE_LENGTH, PasteGuard, SafeTextFilter
from kiosk.terminal.input_gate import MAX_KEPT
from kiosk.terminal.locked_app import LockedApp
from kiosk.widgets.safe_input import SafeInput

START, END = "\x1b[200~", "\x1b[201~"


class FieldApp(LockedApp):
    def __init__(self) -> None:
        self.reports: list[str] = []
        super().__init__(self.reports.append)
        self.refused = 0
        self.noted: list[str] = []

    def note_activity(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self.noted.append(event.key)

    def compose(self) -> ComposeResult:
        yield SafeInput(id="plain", half_width=True, max_length=12)
        yield SafeInput(id="password", password=True, max_length=12)

    def on_safe_input_non_ascii_refused(self) -> None:
        self.refused += 1


async def test_a_field_makes_full_width_letters_ascii_and_takes_what_fits() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        field = app.query_one("#plain", SafeInput)
        field.insert_text_at_cursor("Ｐ１１０\u200b")
        await pilot.press("５")
        assert field.value == "P1105"
        field.insert_text_at_cursor("x" * 100_000)
        assert field.value == "P1105xxxxxxx"


async def test_a_password_is_never_cut_and_takes_ascii_only() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        field = app.query_one("#password", SafeInput)
        field.insert_text_at_cursor("x" * 13)
        assert field.value == ""
        field.insert_text_at_cursor("密碼")
        await pilot.pause()
        assert (field.value, app.refused) == ("", 1)
        field.insert_text_at_cursor("Abc-123~")
        assert field.value == "Abc-123~"


async def test_the_input_methods_window_opens_at_the_caret() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        field = app.query_one("#plain", SafeInput)
        left = field.content_region.x
        assert field.cursor_screen_offset.x == left
        await pilot.press("王", "a")
        assert field.cursor_screen_offset.x == left + 3
        await pilot.press("left")
        assert field.cursor_screen_offset.x == left + 2


async def test_actions_that_textual_brings_are_refused_by_any_name() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        for action in ("command_palette", "toggle_dark", "pop_screen", "simulate_key('a')", "notify('x')", "quit"):
            await app.run_action(f"app.{action}")
        await pilot.press("ctrl+q", "ctrl+p", "ctrl+c", "ctrl+z")
        assert app.is_running
        assert len(app.screen_stack) == 1
        assert app.clipboard == ""


async def test_input_beyond_what_is_kept_is_dropped_not_misdirected() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        keys = ["tab", *["x"] * (2 * MAX_KEPT), "tab", "y"]
        for key in keys:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        password = app.query_one("#password", SafeInput)
        while len(password.value) < 12 or app.waiting_input():
            await pilot.pause()
        assert password.value == "x" * 12
        assert app.query_one("#plain", SafeInput).value == ""
        await pilot.press("tab", "z")
        assert app.query_one("#plain", SafeInput).value == "z"


async def test_activity_is_noted_once_for_each_key_as_it_arrives() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        await pilot.press("a", "tab", "b", "enter")
        assert app.noted == ["a", "tab", "b", "enter"]


@pytest.mark.parametrize("split", range(1, 30))
def test_the_paste_guard_finds_markers_in_pieces(split: int) -> None:
    stream = f"ab{START}in\x1bside{END}cd"
    guard = PasteGuard()
    assert guard.feed(stream[:split]) + guard.feed(stream[split:]) == f"ab{START}inside{END}cd"


def test_the_paste_guard_cuts_a_long_paste() -> None:
    guard = PasteGuard()
    assert (
        guard.feed(f"{START}{'x' * 5_000}") + guard.feed(f"{'y' * 10}{END}z")
        == f"{START}{'x' * MAX_PASTE_LENGTH}{END}z"
    )


def test_the_paste_guard_ends_a_paste_that_was_left_open() -> None:
    guard = PasteGuard()
    guard.feed(f"{START}abc")
    assert "".join(guard.tick() for _tick in range(10)) == END
    assert guard.feed("typed\x1b[A") == "typed\x1b[A"


@pytest.mark.parametrize("text", ["a\x1b[2Jb", "王\u202e小明", "tab\there", "\ud800", "plain", "全形　字"])
def test_the_filter_keeps_the_width(text: str) -> None:
    segment = Segment(text, Style(link="https://example.org", bold=True))
    [clean] = SafeTextFilter().apply([segment], Color(0, 0, 0))
    assert cell_len(clean.text) == cell_len(text)
    assert clean.text.isprintable() or "\u3000" in clean.text
    assert clean.style is not None
    assert clean.style.link is None
    assert clean.style.bold


def test_a_crash_report_names_types_and_places_only() -> None:
    personal = "A123456789"
    try:
        try:
            int(personal)
        except ValueError as error:
            raise KeyError(personal) from error
    except KeyError as error:
        told = describe_crash(WorkerFailed(error))
    assert "KeyError" in told
    assert "ValueError" in told
    assert f"test_parts.py:{sys._getframe().f_code.co_firstlineno + 4}" in told
    assert personal not in told


def test_restarts_come_later_and_later_after_quick_crashes() -> None:
    lives = [5.0] * 8 + [3600.0] + [1.0] * 2
    waits, quick = [], 0
    for lived in lives:
        quick = count_quick_crashes(quick, lived)
        waits.append(restart_wait(quick))
    assert waits == [0, 1, 2, 4, 8, 16, 30, 30, 0, 1, 2]
