"""A screen that handles nothing more once it was dismissed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from textual import events
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

T = TypeVar("T")
_TEXTUALS_OWN = ("textual.events", "textual.messages")
_LATE_EVENTS = (
    events.Mount,
    events.ScreenResume,
    events.Timer,
    events.InputEvent,
    events.Paste,
    events.DescendantBlur,
    events.DescendantFocus,
)


class GuardedScreen(Screen[T], Generic[T]):
    """Drops late messages, timers and deferred callbacks, and is styled once before its first frame.

    Textual removes a screen's widgets one by one before the screen itself ends; a handler that runs in between would
    find widgets missing and end the app.
    """

    _was_shown = False

    @property
    def is_dismissed(self) -> bool:
        """Whether the screen left the stack, or the app is ending."""
        return not self.app.is_running or self not in self.app.screen_stack

    async def _dispatch_message(self, message: Message) -> None:
        """Handle a message, unless it is late."""
        is_late = isinstance(message, _LATE_EVENTS) or type(message).__module__ not in _TEXTUALS_OWN
        if is_late and self.is_dismissed:
            message.stop()
            return
        if isinstance(message, events.ScreenResume) and not self._was_shown:
            message.refresh_styles = False  # every widget was styled as it was mounted
            self._was_shown = True
        await super()._dispatch_message(message)

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Call back after the next refresh, unless the screen was dismissed meanwhile."""
        return super().call_after_refresh(self._unless_dismissed(callback), *args, **kwargs)

    def set_timer(self, delay: float, callback: Callable[..., Any] | None = None, **options: Any) -> Timer:
        """Call back after ``delay`` seconds, unless the screen was dismissed meanwhile."""
        return super().set_timer(delay, callback and self._unless_dismissed(callback), **options)

    def _unless_dismissed(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        """Guard a callback, unless it belongs to another object, which may wait for it."""
        if getattr(callback, "__self__", self) is not self:
            return callback

        async def call(*args: Any, **kwargs: Any) -> None:
            if self.is_dismissed:
                return
            result = callback(*args, **kwargs)
            if inspect.isawaitable(result):
                await result

        return call
