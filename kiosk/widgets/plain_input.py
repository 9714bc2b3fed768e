"""A one-line input for a public terminal: no clipboard, no blinking, ASCII digits whatever the input method sends."""

from __future__ import annotations

import re
from typing import Any

from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import Input

from kiosk.rules.text_safety import half_width, scrub

_ASCII = re.compile(r"[\x21-\x7e]*", re.ASCII)


class PlainInput(Input):
    """An input that leaves nothing behind.

    Args:
        half_width: turn full-width letters and digits into ASCII as they are typed.
    """

    class NonAsciiRefused(Message):
        """A character no password can hold was typed: the input method is still on Chinese."""

    def __init__(self, *, half_width: bool = False, **options: Any) -> None:
        options.setdefault("max_length", 128)
        super().__init__(select_on_focus=False, **options)
        self._half_width = half_width
        self.cursor_blink = False

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the input method opens its window: under the caret, one cell left of Textual's own answer."""
        place = super().cursor_screen_offset
        return Offset(max(0, place.x - 1), place.y)

    def insert_text_at_cursor(self, text: str) -> None:
        """Insert what was typed, clean; a password field takes printable ASCII only and says so."""
        text = scrub(text)
        if self._half_width:
            text = half_width(text)
        if self.password and not _ASCII.fullmatch(text):
            self.post_message(self.NonAsciiRefused())
            return
        super().insert_text_at_cursor(text)

    def _on_paste(self, event: events.Paste) -> None:
        """Take a scanner's or terminal's paste as typing."""
        self.insert_text_at_cursor(event.text)
        event.stop()
        event.prevent_default()

    def action_copy(self) -> None:
        """Copy nothing."""

    def action_cut(self) -> None:
        """Cut nothing."""

    def action_paste(self) -> None:
        """Paste nothing: what is there may be the last visitor's."""
