"""A one-line input for a public terminal: no clipboard, no blinking, ASCII digits whatever the input method sends."""

from __future__ import annotations

import re
from typing import Any

from textual import events
from textual.geometry import Offset
from textual.message import Message

from kiosk.rules.text_safety import half_width, remove_unsafe_chars
from kiosk.terminal.masked_input import MaskedInput

_PASSWORD = re.compile(r"[\x21-\x7e]*", re.ASCII)
_MAX_LENGTH = 128


class SafeInput(MaskedInput):
    """An input without clipboard, selection on focus or blinking cursor.

    Args:
        half_width: turn full-width letters and digits into ASCII as they are typed.
        options: those of `textual.widgets.Input`; ``max_length`` defaults to 128.
    """

    class NonAsciiRefused(Message):
        """A character that no password may contain was typed: the input method is still on Chinese."""

        def __init__(self, field: SafeInput) -> None:
            super().__init__()
            self.input = field

        @property
        def control(self) -> SafeInput:
            """The field, for selectors of `textual.on`."""
            return self.input

    def __init__(self, *, half_width: bool = False, **options: Any) -> None:
        options.setdefault("max_length", _MAX_LENGTH)
        super().__init__(**{**options, "select_on_focus": False})
        self._half_width = half_width
        self.cursor_blink = False

    @property
    def cursor_screen_offset(self) -> Offset:
        """The caret, where the input method opens its window. Textual's value is one cell right of it at the end."""
        place = super().cursor_screen_offset
        return place - (1, 0) if self.cursor_at_end else place

    def replace(self, text: str, start: int, end: int) -> None:
        """Insert typed or pasted text without unsafe characters; a password accepts printable ASCII only.

        Text that is too long is cut, except for a password, which the cut would change unnoticed.
        """
        text = remove_unsafe_chars(text)
        if self._half_width:
            text = half_width(text)
        if self.password:
            if not _PASSWORD.fullmatch(text):
                self.post_message(self.NonAsciiRefused(self))
                return
        elif self.max_length:
            start, end = sorted((max(0, start), min(len(self.value), end)))
            text = text[: max(0, self.max_length - len(self.value) + end - start)]
        super().replace(text, start, end)

    def restricted(self) -> None:
        """Refuse without the bell."""

    def on_paste(self, event: events.Paste) -> None:
        """Insert the first line of a paste; scanners end theirs with a line break."""
        event.stop()
        event.prevent_default()
        lines = event.text.strip().splitlines()
        if lines:
            self.replace(lines[0], *self.selection)

    def action_copy(self) -> None:
        """Copy nothing."""

    def action_cut(self) -> None:
        """Cut nothing."""

    def action_paste(self) -> None:
        """Paste nothing: the clipboard may hold the last visitor's text."""
