"""A table for lists of any length, drawn line by line (Textual's Line API) from the few pages that it holds.

Textual's own table makes an object of every cell and row that it may ever show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.style import Style
from textual import events, work
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import (
    Fetch,
    PagedWindow,
    PageRequest,
    Row,
    RowPage,
    Side,
    TablePosition,
    list_source,
)
from kiosk.widgets.table.table_lines import LINE_CLASSES, LINE_CSS, TableLines, status_text, text_strip

V = TypeVar("V")

_HEADER_LINES = _STATUS_LINES = 1
_WHEEL_ROWS = 3
_PREFETCH_DELAY = 0.02
"""Seconds for the first rows to reach the terminal before the next ones are fetched."""


class PagedTable(Widget, Generic[V], can_focus=True):
    """A table with header, cursor, marks and status line; its owner fetches the pages and receives messages."""

    COMPONENT_CLASSES: ClassVar[set[str]] = LINE_CLASSES
    DEFAULT_CSS = LINE_CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("pageup", "turn(-1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("space", "mark", show=False),
        Binding("enter", "open", show=False),
    ]

    class TableMessage(Message):
        """A message of a table."""

        def __init__(self, table: PagedTable[Any]) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> PagedTable[Any]:
            """The table, for selectors of `textual.on`."""
            return self.table

    class Opened(TableMessage):
        """The row under the cursor was chosen."""

    class Marked(TableMessage):
        """The marks changed."""

    class Moved(TableMessage):
        """Another row is under the cursor, or rows arrived."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        marks: dict[str, V] | None = None,
        empty: str = "",
        id: str | None = None,  # noqa: A002  # Textual's own name for it
    ) -> None:
        """Create a table without rows.

        Args:
            columns: from left to right.
            marks: the values of the marked rows by row id; None for a table without marks.
            empty: the text for a list without rows.
            id: the widget's.
        """
        super().__init__(id=id)
        self.auto_links = False
        self.marks: dict[str, V] = {} if marks is None else dict(marks)
        self._can_mark = marks is not None
        self._lines = TableLines(columns, can_mark=marks is not None)
        self._empty = empty
        self._fetch: Fetch[V] | None = None
        self._window: PagedWindow[V] = PagedWindow()
        self._lists = 0
        self._is_fetching = False
        self._hidden: frozenset[int] = frozenset()
        self._painted: tuple[object, ...] = ()
        self._drawn_size = Size(0, 0)
        self._blank_style = Style()

    @property
    def current(self) -> Row[V] | None:
        """The row under the cursor."""
        return self._window.current

    @property
    def is_loaded(self) -> bool:
        """Whether the first rows have arrived."""
        return self._window.is_loaded

    @property
    def place(self) -> TablePosition:
        """The position, for another :meth:`show` of the same list."""
        return self._window.place()

    @property
    def rows_held(self) -> Sequence[Row[V]]:
        """The rows in memory."""
        return tuple(self._window.rows)

    def show(self, fetch: Fetch[V], place: TablePosition | None = None) -> None:
        """Show another list, from its first row or a position; marks stay."""
        self._fetch = fetch
        self._begin(place or TablePosition())

    def show_rows(self, rows: Sequence[Row[V]], place: TablePosition | None = None) -> None:
        """Show a list that is complete already."""
        self.show(list_source(rows), place)

    def hide_columns(self, *places: int) -> None:
        """Hide the columns of these indexes and no others."""
        if self._hidden == frozenset(places):
            return
        self._hidden = frozenset(places)
        self._lines.lay_out(self.size.width, self._hidden)
        self.refresh()

    def reload(self) -> None:
        """Fetch the list again and keep the position."""
        if self._fetch is not None:
            self._begin(self._window.place())

    def _begin(self, place: TablePosition) -> None:
        self._lists += 1
        shown, self._window = self._window, PagedWindow()
        self._window.resize(shown.height)
        self._start(self._window.begin(place), place)

    def replace(self, row: Row[V]) -> None:
        """Replace the row of the same id, where it is in memory."""
        self._window.replace(row)
        self.refresh()

    def _start(self, request: PageRequest, place: TablePosition | None = None) -> None:
        self._is_fetching = True
        self._bring(request, place, self._lists)

    @work(group="rows", exclusive=True)
    async def _bring(self, request: PageRequest, place: TablePosition | None, asked_for: int) -> None:
        """Fetch a page and the next ones needed; drop them once another list is shown."""
        while self._fetch is not None:
            page = await self._fetch(request)
            if asked_for != self._lists or not self.is_attached:
                return
            if page is None:
                break
            if place is not None and request.side is Side.AFTER and not page.rows:
                request = PageRequest(Side.LAST, None, request.limit)  # no row remains after that position
                continue
            self._take(page, request, place)
            if place is not None:
                self.set_timer(_PREFETCH_DELAY, self._look_ahead)
                break
            following = self._window.next_request()
            if following is None:
                break
            request, place = following, None
        self._is_fetching = False

    def _take(self, page: RowPage[V], request: PageRequest, place: TablePosition | None) -> None:
        before = self.current
        if place is None:
            self._window.take(page, request)
        else:
            self._window.take_first(page, request, place)
        if self._picture() != self._painted:  # else prefetched, or the same rows as before
            self.refresh()
        if place is not None or before is not self.current:
            self.post_message(self.Moved(self))

    def _picture(self) -> tuple[object, ...]:
        """Return the state that the painted lines depend on."""
        rows = filter(None, map(self._window.in_sight, range(self._window.height)))
        shown = tuple((row.cells, row.id in self.marks) for row in rows)
        return shown, self._window.cursor - self._window.top, self._status(), self._lines.layout

    def _look_ahead(self) -> None:
        request = None if self._is_fetching else self._window.next_request()
        if request is not None:
            self._start(request)

    def on_resize(self, event: events.Resize) -> None:
        """Lay the columns out for the new width."""
        self._lines.lay_out(self.size.width, self._hidden)
        self._window.resize(self.size.height - _HEADER_LINES - _STATUS_LINES)
        self._look_ahead()
        self.refresh()

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._change(lambda: self._window.move(rows))

    def action_turn(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.action_move(pages * max(1, self._window.height - 1))

    def action_first(self) -> None:
        """Go to the first row of the whole list."""
        self._jump(Side.FIRST)

    def action_last(self) -> None:
        """Go to the last row of the whole list."""
        self._jump(Side.LAST)

    def _jump(self, side: Side) -> None:
        before = self._window.top, self._window.cursor
        request = self._window.jump(side)
        if request is None:
            self._draw_change(*before)
        else:
            self._lists += 1
            self._start(request, TablePosition())

    def _change(self, change: Callable[[], None]) -> None:
        """Call a function that moves the window, and redraw the changed lines."""
        before = self._window.top, self._window.cursor
        change()
        self._draw_change(*before)

    def _draw_change(self, top: int, cursor: int) -> None:
        """Redraw two lines, or all where the rows scrolled; post Moved for another row under the cursor."""
        window = self._window
        if window.top == top and window.cursor != cursor:
            lines = (_HEADER_LINES + place - top for place in (cursor, window.cursor))
            self.refresh(*(Region(0, line, self.size.width, 1) for line in lines), self._status_region())
            self._painted = self._picture()
        else:
            self.refresh()
        if window.cursor != cursor:
            self.post_message(self.Moved(self))
        self._look_ahead()

    def _status_region(self) -> Region:
        return Region(0, self.size.height - _STATUS_LINES, self.size.width, _STATUS_LINES)

    def action_mark(self) -> None:
        """Toggle the mark of the row under the cursor."""
        row = self.current
        if row is None or not self._can_mark:
            return
        if row.id in self.marks:
            del self.marks[row.id]
        else:
            self.marks[row.id] = row.value
        self.refresh()
        self.post_message(self.Marked(self))

    def action_open(self) -> None:
        """Choose the row under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened(self))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self._change(lambda: self._window.scroll(_WHEEL_ROWS))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self._change(lambda: self._window.scroll(-_WHEEL_ROWS))

    def on_click(self, event: events.Click) -> None:
        """Move to the clicked row; toggle a clicked mark; choose a row already under the cursor."""
        row = self._window.in_sight(event.y - _HEADER_LINES)
        if row is None:
            return
        was_current = row is self.current
        self._change(lambda: self._window.move(self._window.top + event.y - _HEADER_LINES - self._window.cursor))
        if self._can_mark and event.x < self._lines.lead_cells:
            self.action_mark()
        elif was_current:
            self.action_open()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines; look up once what they share."""
        self._drawn_size, self._blank_style = self.size, self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw the header, a row, or the status line."""
        width, height = self._drawn_size
        if y == 0:
            self._painted = self._picture()
            style = self.get_component_rich_style("paged-table--header")
            return text_strip(self._lines.header(), style, width)
        if y == height - _STATUS_LINES:
            return text_strip(self._status(), self.get_component_rich_style("paged-table--status"), width)
        line = y - _HEADER_LINES
        row = self._window.in_sight(line)
        if row is None:
            text = self._empty if line == 0 and self._window.is_loaded else ""
            return text_strip(self._lines.message(text), self._blank_style, width)
        place = self._window.top + line
        is_current = place == self._window.cursor
        name = "cursor" if is_current else "odd" if place % 2 else "even"
        base = self.get_component_rich_style(f"paged-table--{name}")
        tone_style = None if is_current else self._tone_style
        return self._lines.row(row, base, tone_style, marked=row.id in self.marks, width=width)

    def _tone_style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"paged-table--{tone}", partial=True)

    def _status(self) -> str:
        return status_text(self._window, len(self.marks))
