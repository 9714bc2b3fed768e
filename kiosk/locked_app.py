"""An app that a visitor cannot leave, crash into a traceback, or make speak to a clipboard.

Nothing here knows parents or schools. Each lock stands for a way out that was tried on Textual 8.2.8; the private names
used here are the reason for its exact pin.
"""

from __future__ import annotations

import asyncio
import signal
import traceback
from collections import deque
from collections.abc import Callable
from typing import ClassVar

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType

from kiosk.terminal import KioskDriver, ScrubFilter

CRASHED = 70  # EX_SOFTWARE of sysexits.h
_MOST_HELD = 4096
_GATE_SECONDS = 0.05


class LockedApp(App[int], inherit_bindings=False):
    """The locks.

    Args:
        report: takes the text about a crash: exception types and places in the code, no messages, no values.
    """

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
    ]

    def __init__(self, report: Callable[[str], None]) -> None:
        super().__init__(driver_class=KioskDriver)
        self._report = report
        self._gate: events.Key | None = None
        self._held: deque[events.Event] = deque()
        self._filters.append(ScrubFilter())

    async def on_event(self, event: events.Event) -> None:
        """Note what a person does, and keep type-ahead in order.

        Textual runs a binding only when its key has bubbled up to the App, while the next keys already go to the widget
        that has the focus: what is typed after Tab would land in the field before it. So after a key that is no
        character, later input waits until that key came back, or for 50 ms where a widget swallowed it.
        """
        is_input = isinstance(event, events.InputEvent | events.Paste)
        if not is_input or (isinstance(event, events.InputEvent) and event.is_forwarded):
            await super().on_event(event)
            if event is self._gate:
                await self._release(event)
            return
        if self._gate is not None:
            if len(self._held) < _MOST_HELD:
                self._held.append(event)
            return
        self.note_activity(event)
        if isinstance(event, events.Key) and not event.is_printable:
            self._gate = event
            self.set_timer(_GATE_SECONDS, lambda gate=event: self.call_later(self._release, gate))
        await super().on_event(event)

    async def _release(self, gate: events.Event) -> None:
        if gate is not self._gate:
            return
        self._gate = None
        while self._held and self._gate is None:
            await self.on_event(self._held.popleft())

    def drop_held_input(self) -> None:
        """Forget input that waits: it was the last visitor's."""
        self._held.clear()
        self._gate = None

    def note_activity(self, event: events.Event) -> None:
        """Hear of each real key, click, wheel and paste; the idle guard overrides this."""

    def watch_signals(self) -> None:
        """Ignore what would stop the app; end in order on TERM and HUP, the terminal restored."""
        for ignored in (signal.SIGTSTP, signal.SIGQUIT, signal.SIGINT):
            signal.signal(ignored, signal.SIG_IGN)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end_by_signal, number)

    def _end_by_signal(self, number: signal.Signals) -> None:
        self.exit(128 + number, return_code=128 + number)

    def _fatal_error(self) -> None:
        """End without a word on screen: Textual's traceback shows local variables, passwords among them."""
        error = self._exception
        frames = traceback.extract_tb(error.__traceback__) if error else []
        places = "".join(f"\n  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        self._report(f"{type(error).__name__}{places}")
        self._exit_renderables.clear()
        self._return_code = CRASHED
        self._return_value = CRASHED
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """End as for any other fault; the renderables are not shown."""
        self._fatal_error()

    def copy_to_clipboard(self, text: str) -> None:
        """Copy nothing: the next visitor could paste it."""

    async def action_quit(self) -> None:
        """Stay: only the service is stopped, from outside."""

    def action_suspend_process(self) -> None:
        """Stay."""

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Write no picture."""

    def action_help_quit(self) -> None:
        """Say nothing of a way out."""
