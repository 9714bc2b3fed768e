"""A terminal driver that survives hostile input, and a filter over all painted text.

Both use private names of Textual; `tests/terminal` guards an upgrade.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import suppress
from io import TextIOWrapper
from threading import Event
from typing import IO, Any, Protocol, runtime_checkable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import constants, events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.app import App
from textual.color import Color
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.geometry import Size
from textual.message import Message
from textual.messages import InBandWindowResize

from kiosk.rules.text_safety import is_safe, remove_unsafe_chars

MAX_PASTE_LENGTH = 2_000
"""The characters kept of one paste; a field refuses a longer password instead of cutting it."""

WIDEST, HIGHEST = 400, 150
"""The largest size in cells that is painted."""

_CHUNK_BYTES = 4096
_TICK_SECONDS = 0.1
_TICKS_TO_END_A_PASTE = 5
_A_BURST = 64
_MAX_WAITING = 512
_OPERATING_SYSTEM_COMMAND = re.compile("\x1b\\].*?(?:\x07|\x1b\\\\)", re.DOTALL)
_NOT_FOR_A_KIOSK = (InBandWindowResize, events.Resize, events.AppFocus, events.AppBlur, events.CursorPosition)


@runtime_checkable
class HoldsInput(Protocol):
    """An app that counts its waiting input."""

    def waiting_input(self) -> int:
        """Return the number of waiting events."""


class PasteGuard:
    """Shortens pastes in the input stream, and ends a paste whose end never comes.

    An unended paste would make the terminal deaf, one of megabytes would fill the memory, and escape sequences inside
    would be obeyed. The markers go on to the parser.
    """

    def __init__(self) -> None:
        self._inside = False
        self._kept = 0
        self._tail = ""
        self._still_ticks = 0

    def feed(self, data: str) -> str:
        """Return the part of the next input that may go to the parser."""
        self._still_ticks = 0
        return "".join(self._pieces(data))

    def tick(self) -> str:
        """Note a moment without input; return the end marker of a paste left open."""
        if not self._inside:
            self._tail = ""
            return ""
        self._still_ticks += 1
        if self._still_ticks < _TICKS_TO_END_A_PASTE:
            return ""
        self._inside, self._tail = False, ""
        return BRACKETED_PASTE_END

    def _pieces(self, data: str) -> Iterator[str]:
        while data:
            if self._inside:
                content, end, data = (self._tail + data).partition(BRACKETED_PASTE_END)
                self._tail = "" if end else _beginning_of(BRACKETED_PASTE_END, content)
                content = content[: len(content) - len(self._tail)]
                yield content[: MAX_PASTE_LENGTH - self._kept].replace("\x1b", "")
                self._kept = min(MAX_PASTE_LENGTH, self._kept + len(content))
                self._inside = not end
                yield end
            else:
                seen = len(self._tail)
                before, start, rest = (self._tail + data).partition(BRACKETED_PASTE_START)
                yield (before + start)[seen:]
                self._tail = "" if start else _beginning_of(BRACKETED_PASTE_START, before)
                self._inside, self._kept, data = bool(start), 0, rest


def _beginning_of(marker: str, text: str) -> str:
    """Return the end of the text that may begin the marker."""
    for length in range(min(len(marker) - 1, len(text)), 0, -1):
        if text.endswith(marker[:length]):
            return marker[:length]
    return ""


class SteadyOutput:
    """The terminal as a file that accepts any text and survives a hang-up.

    An encoding error or a closed terminal would end Textual's writing thread, and the app would wait for ever.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        if isinstance(file, TextIOWrapper):
            file.reconfigure(encoding="utf-8", errors="replace")

    def write(self, text: str) -> None:
        """Write, unless the terminal is gone."""
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """Flush, unless the terminal is gone."""
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._file.fileno()


class KioskDriver(LinuxDriver):
    """Textual's driver, hardened against any input bytes and silent towards the clipboard."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        """Prepare the terminal.

        Raises:
            RuntimeError: the Kitty keyboard protocol is on; the launcher turns it off.
        """
        if not constants.DISABLE_KITTY_KEY:
            raise RuntimeError("TEXTUAL_DISABLE_KITTY_KEY must be set before textual is imported")
        super().__init__(app, **options)
        output = SteadyOutput(sys.__stderr__ or sys.stderr)
        self._file = output  # type: ignore[assignment]  # the writing thread asks only for what SteadyOutput has
        self._size = self._size or self._get_terminal_size()
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)  # Textual would start a second set of threads

    def run_input_thread(self) -> None:
        """Read input until the app ends; a sequence that breaks the parser is dropped."""
        decoder = getincrementaldecoder("utf-8")("replace")
        guard = PasteGuard()
        parser = XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                arrived = selector.select(_TICK_SECONDS)
                data = self._read() if arrived else None
                if data == b"":
                    self._loop.call_soon_threadsafe(self._app.exit, None, 128 + signal.SIGHUP)
                    return
                text = guard.tick() if data is None else guard.feed(decoder.decode(data))
                try:
                    self._parse(parser, text)
                except Exception:  # a hostile sequence may raise anything in the parser
                    parser = XTermParser(self._debug)
                self._wait_for_the_app(len(text))
                self._look_at_the_size()

    def _read(self) -> bytes:
        """Return the arrived bytes; empty bytes mean that the terminal is gone."""
        try:
            return os.read(self.fileno, _CHUNK_BYTES)
        except OSError:
            return b""

    def _parse(self, parser: XTermParser, text: str) -> None:
        if text:
            for message in parser.feed(text):
                self.process_message(message)
                parser.mouse_pixels = False  # a forged resize turns it on
        for message in parser.tick():
            self.process_message(message)

    def _wait_for_the_app(self, characters: int) -> None:
        """Leave further input in the kernel while the app is busy, so that memory stays bounded."""
        if characters > _A_BURST:
            delivered = Event()
            self._loop.call_soon_threadsafe(delivered.set)
            while not delivered.wait(_TICK_SECONDS) and not self.exit_event.is_set():
                pass
        app = self._app
        if isinstance(app, HoldsInput):
            while app.waiting_input() > _MAX_WAITING and not self.exit_event.wait(0.01):
                pass

    def send_message(self, message: Message) -> None:
        """Hand a message to the app's thread."""
        self._loop.call_soon_threadsafe(self._app.post_message, message)

    def process_message(self, message: Message) -> None:
        """Drop forged events (real resizes come by SIGWINCH) and clean the lines of a paste."""
        if isinstance(message, _NOT_FOR_A_KIOSK):
            return
        if isinstance(message, events.Paste):
            message = events.Paste("\n".join(remove_unsafe_chars(line) for line in message.text.splitlines()))
        super().process_message(message)

    def write(self, data: str) -> None:
        """Write to the terminal without commands for clipboard, title or links."""
        if "\x1b]" in data:
            data = _OPERATING_SYSTEM_COMMAND.sub("", data)
        super().write(data)

    def stop_application_mode(self) -> None:
        """Clear the screen and restore the terminal; a console without an alternate screen would keep the picture."""
        self.write("\x1b[2J\x1b[H")
        super().stop_application_mode()

    def _query_in_band_window_resize(self) -> None:
        """Ask for no in-band resizes."""

    def _get_terminal_size(self) -> tuple[int, int]:
        width, height = super()._get_terminal_size()
        return max(1, min(width, WIDEST)), max(1, min(height, HIGHEST))

    def _look_at_the_size(self) -> None:
        """Notice a size that SIGWINCH did not bring.

        Linux sends the signal before it stores the new size (``pty_resize`` in drivers/tty/pty.c), so an immediate
        answer reads the old one. A second signal may also overtake the answer to the first.
        """
        if self._get_terminal_size() != self._app.size:
            self._loop.call_soon_threadsafe(self._tell_size)

    def _tell_size(self) -> None:
        size = Size(*self._get_terminal_size())
        self._app.post_message(events.Resize(size, size))


class SafeTextFilter(LineFilter):
    """Removes control, bidirectional and invisible characters and links from painted text."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments, cleaned, with the width that the layout expects."""
        return [_clean(segment) for segment in segments]


def _clean(segment: Segment) -> Segment:
    text, style, control = segment
    if control:
        return segment
    if style is not None and style.link:
        style = style.update_link(None)
    elif is_safe(text):
        return segment
    return Segment(set_cell_size(remove_unsafe_chars(text.replace("\t", " ")), cell_len(text)), style)
