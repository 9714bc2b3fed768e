"""A place to sign on the screen, by finger, pen or mouse; by keyboard alone there is the printed form."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from kiosk.rules.strokes import (
    CELL_HEIGHT,
    CELL_WIDTH,
    MAX_POINTS,
    MAX_STROKES,
    Drawing,
    Layer,
    Point,
    blocks,
    quarters,
)

_LEFT_BUTTON = 1


class SignaturePad(Widget, can_focus=False):
    """Draws while a pointer is pressed; a stroke that left the pad continues where it returns."""

    DEFAULT_CSS = "SignaturePad { height: 1fr; min-height: 5; width: 1fr; background: #ffffff; color: #10202c; }"

    class Changed(Message):
        """A stroke was drawn or removed."""

    def __init__(self, elapsed: Callable[[], float], id: str | None = None) -> None:  # noqa: A002  # Textual's own name for it
        super().__init__(id=id)
        self._elapsed = elapsed
        self.auto_links = False
        self._strokes: list[list[Point]] = []
        self._is_down = False
        self._began = 0.0
        self._finished: Layer = []
        self._lines: list[str] = []

    @property
    def is_blank(self) -> bool:
        """Whether nothing is drawn."""
        return not self._strokes

    def drawing(self) -> Drawing:
        """Return the drawing.

        Raises:
            UnusableDrawing: see `kiosk.rules.strokes.Drawing`.
        """
        width, height = self.size.width * CELL_WIDTH, self.size.height * CELL_HEIGHT
        return Drawing(width, height, tuple(map(tuple, self._strokes)))

    def undo(self) -> None:
        """Remove the last stroke."""
        if self._strokes:
            del self._strokes[-1]
        self._end_stroke()

    def clear(self) -> None:
        """Remove all strokes."""
        self._strokes.clear()
        self._end_stroke()

    def on_resize(self) -> None:
        """Clear the pad: a drawing does not fit a frame of another size."""
        self.clear()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a stroke."""
        event.stop()
        if event.button != _LEFT_BUTTON or len(self._strokes) >= MAX_STROKES:
            return
        if not self._strokes:
            self._began = self._elapsed()
        self.capture_mouse()
        self._is_down = True
        self._strokes.append([])
        self._add(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Continue the stroke."""
        event.stop()
        if self._is_down:
            self._add(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End the stroke."""
        event.stop()
        if self._is_down:
            self._end_stroke()

    def render_line(self, y: int) -> Strip:
        """Return one line of blocks."""
        text = self._lines[y] if y < len(self._lines) else " " * self.size.width
        return Strip([Segment(text, self.rich_style)], self.size.width)

    def _end_stroke(self) -> None:
        self._is_down = False
        self.release_mouse()
        self._finished = quarters(self._strokes, *self.size)
        self._show()
        self.post_message(self.Changed())

    def _add(self, event: events.MouseEvent) -> None:
        if sum(map(len, self._strokes)) < MAX_POINTS:
            across = _units(event.pointer_x, CELL_WIDTH, self.size.width)
            down = _units(event.pointer_y, CELL_HEIGHT, self.size.height)
            self._strokes[-1].append((across, down, round((self._elapsed() - self._began) * 1000)))
            self._show()

    def _show(self) -> None:
        """Paint the finished strokes, smooth once for all, and the one that is being drawn."""
        under_way = self._strokes[-1:] if self._is_down else []
        self._lines = blocks(self._finished, quarters(under_way, *self.size))
        self.refresh()


def _units(pointer: float, cell: int, cells: int) -> int:
    """Return a pointer's position in units; the middle of a cell where the terminal reports whole cells."""
    place = pointer + 0.5 if pointer == int(pointer) else pointer
    return round(min(max(0.0, place), float(cells)) * cell)
