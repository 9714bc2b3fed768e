"""The terminal's side of the locks: a driver that survives hostile input, and a filter over everything painted.

Both stand on private parts of Textual, so its version is pinned and tests/terminal guards an upgrade.
"""

from __future__ import annotations

import codecs
from codecs import getincrementaldecoder as _decoder_of

from rich.segment import Segment
from textual import events
from textual.color import Color
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.message import Message
from textual.messages import InBandWindowResize

from kiosk.rules.text_safety import is_clean, scrub

LONGEST_PASTE = 512
_CLIPBOARD_SEQUENCE = "\x1b]52"


def _forgiving(encoding: str) -> codecs._IncrementalDecoder:
    """A decoder class that replaces bad bytes: one Big5 byte would end Textual's input thread (textual#6456)."""
    real = _decoder_of(encoding)

    def make(errors: str = "replace") -> codecs.IncrementalDecoder:
        return real("replace")

    return make


class KioskDriver(LinuxDriver):
    """Textual's driver, made to outlive whatever bytes arrive and to send nothing to a clipboard."""

    def run_input_thread(self) -> None:
        """Read input until the app ends; a sequence that breaks the parser costs that sequence, not the kiosk."""
        # Textual gives no other way to the decoder of its input thread.
        vars(linux_driver)["getincrementaldecoder"] = _forgiving
        while not self.exit_event.is_set():
            try:
                super().run_input_thread()
            except Exception:  # any fault of the parser: drop the input, go on with a fresh parser
                continue

    def process_message(self, message: Message) -> None:
        """Drop resizes that were typed (real ones come by SIGWINCH) and make pastes short and clean."""
        if isinstance(message, InBandWindowResize | events.Resize):
            return
        if isinstance(message, events.Paste):
            message = events.Paste(scrub(message.text[:LONGEST_PASTE]))
        super().process_message(message)

    def write(self, data: str) -> None:
        """Write to the terminal, never to its clipboard."""
        if _CLIPBOARD_SEQUENCE not in data:
            super().write(data)


class ScrubFilter(LineFilter):
    """Takes control, bidirectional and invisible characters out of everything that is painted."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Give the segments back, clean; most are already."""
        return [
            segment
            if segment.control or is_clean(segment.text)
            else Segment(scrub(segment.text.replace("\t", " ")), segment.style)
            for segment in segments
        ]
