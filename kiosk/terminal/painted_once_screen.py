"""A screen that lays out and paints once what Textual 8.2.8 lays out and paints two or three times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, cast

from textual import events, messages
from textual._time import get_time
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from kiosk.terminal.cropping_compositor import CroppingCompositor

if TYPE_CHECKING:
    from kiosk.terminal.locked_app import LockedApp

T = TypeVar("T")
_MAX_UNPAINTED_SECONDS = 0.05


class PaintedOnceScreen(Screen[T], Generic[T]):
    """What its widgets ask for while they come is in its first picture, and a burst of keys is one picture."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)  # who gets or loses it paints itself
    _was_shown = False
    _painted_at = _first_picture_at = 0.0

    def __init__(self) -> None:
        super().__init__()
        self._compositor = CroppingCompositor()

    async def on_event(self, event: events.Event) -> None:
        """Style, lay out and paint the widgets of a new step once: Textual would begin anew for what they asked before.

        A step that is covered before it hears that it is shown is laid out when it is: another such event comes then.
        """
        if isinstance(event, events.Mount) and not (self.app.is_running and self in self.app.screen_stack):
            return  # it was taken away while its widgets came, and has none
        if not isinstance(event, events.ScreenResume):
            await super().on_event(event)
        elif self.is_active:
            is_new, self._was_shown = not self._was_shown, True
            if is_new:
                event.refresh_styles = False
            await super().on_event(event)
            if is_new and self._size and self.is_active and not self.app._batch_count:
                self._repaint_required = False  # Textual asks for it behind the picture that it has just painted

    async def _on_layout(self, message: messages.Layout) -> None:
        self._drop_if_painted(message)

    async def _on_update(self, message: messages.Update) -> None:
        self._drop_if_painted(message)

    def _drop_if_painted(self, message: Message) -> None:
        if message.time < self._first_picture_at:
            message.stop()
            message.prevent_default()

    def _screen_resized(self, size: Size) -> None:
        """Lay out and paint once: the first size that a new step hears of is the one it was just laid out for."""
        if size != self._compositor.size:
            super()._screen_resized(size)

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        """Lay out what was asked for until now, and a new step once more at once where that brought a scroll bar.

        Until the second time nothing is where it was measured for, and Textual would scroll to a field that it does not
        see yet.
        """
        self._layout_required = False
        is_new = not self._size
        if is_new:
            self._take_as_asked()
        super()._refresh_layout(size, scroll)
        if is_new and any(widget._layout_required for widget in self.walk_children(Widget)):
            self._take_as_asked()
            super()._refresh_layout(size, scroll)

    def _take_as_asked(self) -> None:
        """Drop what was asked for until now: it is in the picture that is about to be painted."""
        self._first_picture_at = get_time()
        self._dirty_widgets.clear()
        for widget in self.walk_children(Widget):
            widget._layout_required = widget._repaint_required = False

    def _on_timer_update(self) -> None:
        """Paint a burst of keys at its end, or every now and then: each picture would hold up the keys that wait."""
        now = get_time()
        keys = cast("LockedApp", self.app).waiting_input() + (self.focused.message_queue_size if self.focused else 0)
        if keys and now < self._painted_at + _MAX_UNPAINTED_SECONDS:
            return  # the timer comes again
        self._painted_at = now
        super()._on_timer_update()
