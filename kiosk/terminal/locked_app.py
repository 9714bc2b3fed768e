"""An app without a way out, a traceback or a clipboard.

Each lock closes a way out of Textual 8.2.8. The private names used here are the reason for its exact pin.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar
from weakref import ReferenceType, WeakKeyDictionary, ref

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from kiosk.terminal.crash_report import describe_crash
from kiosk.terminal.driver import KioskDriver, SafeTextFilter
from kiosk.terminal.input_gate import TypeAheadGate

CRASHED = 70  # EX_SOFTWARE of sysexits.h
_SECONDS_TO_END_AFTER_A_CRASH = 1.5
_TEXTUALS_ACTIONS_ALLOWED = frozenset({"focus_next", "focus_previous"})


class LockedApp(App[int], inherit_bindings=False):
    """The locks.

    Args:
        report: takes the text of :func:`kiosk.terminal.crash_report.describe_crash`.
    """

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]

    def __init__(self, report: Callable[[str], None]) -> None:
        super().__init__(driver_class=KioskDriver)
        self._disable_tooltips = self._disable_notifications = True  # no use for either, and each is laid out anew
        self._report = report
        self._crashing = False
        self._gate = TypeAheadGate(self, self._deliver)
        self._meant_for: WeakKeyDictionary[events.Key, ReferenceType[Screen[Any]]] = WeakKeyDictionary()
        self._filters.append(SafeTextFilter())

    async def on_event(self, event: events.Event) -> None:
        """Note activity, and keep type-ahead in order."""
        if isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded:
            self.note_activity(event)
            await self._gate.accept(event)
        elif not self._comes_back_too_late(event):
            await super().on_event(event)

    async def _deliver(self, event: events.Event) -> None:
        """Hand an event on, and remember the screen that a key was pressed on."""
        if isinstance(event, events.Key) and self.screen_stack:
            self._meant_for[event] = ref(self.screen)
        await super().on_event(event)

    def _comes_back_too_late(self, event: events.Event) -> bool:
        """Return whether a key comes back for its binding after its screen was covered or dismissed.

        Textual would run the binding on the present screen: the last visitor's Enter would move the next visitor's
        focus.
        """
        if not isinstance(event, events.Key) or event not in self._meant_for:
            return False
        return not self.screen_stack or self._meant_for[event]() is not self.screen

    def note_activity(self, event: events.Event) -> None:
        """Receive each key, mouse event and paste of a person; the app overrides this."""

    def drop_held_input(self) -> None:
        """Drop waiting input, which belongs to the last visitor."""
        self._gate.drop()

    def waiting_input(self) -> int:
        """Return the number of waiting input events; the driver stops reading while there are many."""
        return self._gate.waiting() + self.message_queue_size

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow our own actions and the two that move the focus, and no other."""
        name = f"action_{action}"
        is_textuals_own = getattr(type(self), name, None) is getattr(App, name, None)
        if is_textuals_own and action not in _TEXTUALS_ACTIONS_ALLOWED:
            return False
        return super().check_action(action, parameters)

    def watch_signals(self) -> None:
        """Handle signals and uncaught errors; a headless app leaves them alone.

        TERM and HUP end the app in order. Signals that stop or suspend it are ignored.
        """
        if self.is_headless:
            return
        for ignored in (signal.SIGTSTP, signal.SIGQUIT, signal.SIGINT):
            signal.signal(ignored, signal.SIG_IGN)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end_by_signal, number)
        loop.set_exception_handler(lambda _loop, context: self._tell(context.get("exception")))
        threading.excepthook = lambda failed: self._tell(failed.exc_value)
        sys.unraisablehook = lambda failed: self._tell(failed.exc_value)

    def on_mount(self) -> None:
        """Replace the signal handlers that Textual has just installed."""
        self.watch_signals()

    def on_resize(self, event: events.Resize) -> None:
        """Paint the whole screen: a window that was small for a moment has lost its content.

        Textual paints only the changes since the last size that it painted.
        """
        if self._dom_ready:
            self.screen.refresh()

    def _end_by_signal(self, number: signal.Signals) -> None:
        self.exit(128 + number, return_code=128 + number)

    def _handle_exception(self, error: Exception) -> None:
        """End after an unhandled exception; Textual would print its message and local variables."""
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._crash(error)

    def _fatal_error(self) -> None:
        """End as after any exception; Textual would print a traceback with local variables."""
        self._crash(sys.exc_info()[1])

    def panic(self, *renderables: RenderableType) -> None:
        """End as after any exception, and show no renderable."""
        self._crash(sys.exc_info()[1])

    def _print_error_renderables(self) -> None:
        """Print nothing: a visitor reads this screen."""
        self._exit_renderables.clear()

    def _crash(self, error: BaseException | None) -> None:
        self._return_code = CRASHED
        self._return_value = CRASHED
        self._tell(error)
        if not self._crashing and not self.is_headless:
            # A busy thread or a widget that does not close must not keep the terminal dark.
            last_resort = threading.Timer(_SECONDS_TO_END_AFTER_A_CRASH, os._exit, (CRASHED,))
            last_resort.daemon = True
            last_resort.start()
        self._crashing = True
        self._close_messages_no_wait()

    def _tell(self, error: BaseException | None) -> None:
        """Report a fault; a failing report is dropped."""
        with suppress(OSError):
            self._report(describe_crash(error))

    def exit(self, result: int | None = None, return_code: int = 0, message: Any = None) -> None:
        """End the app, showing nothing; a crash keeps its exit code."""
        if self._crashing:
            result, return_code = CRASHED, CRASHED
        super().exit(result, return_code)

    def bell(self) -> None:
        """Make no noise in a lobby."""

    def copy_to_clipboard(self, text: str) -> None:
        """Copy nothing: the next visitor could paste it."""

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Open no browser."""

    def _set_pointer_shape(self, shape: str) -> None:
        """Keep the mouse pointer: older consoles print the command for it."""

    async def action_quit(self) -> None:
        """Stay: only a signal from outside ends the kiosk."""

    def action_suspend_process(self) -> None:
        """Stay."""

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Write no picture."""

    def action_help_quit(self) -> None:
        """Say nothing of a way out."""
