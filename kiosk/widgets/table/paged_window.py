"""The pages of a long list that are in memory: a few around the cursor, fetched by key.

Nothing here draws or waits: PagedTable does. A list has neither a known length nor positions. A page is the rows after
or before a row's key. So a list of a million rows costs as much as one of a hundred.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")

MIN_PAGE_SIZE = 30
_MAX_PAGES = 4
_MAX_PENDING_PAGES = 2


class Toned(NamedTuple):
    """A highlighted cell; ``tone`` names a component style (blocked, look, quiet) that repeats the text's meaning."""

    text: str
    tone: str


Cell = str | Toned


@dataclass(frozen=True)
class Row(Generic[V]):
    """One row.

    Attributes:
        id: identifies the row; marks keep it through every filter.
        key: the place in the list from which the owner reads pages.
        cells: one per column.
        value: the owner's own data.
    """

    id: str
    key: Hashable
    cells: Sequence[Cell] = field(repr=False)
    value: V = field(repr=False)


@dataclass(frozen=True)
class RowPage(Generic[V]):
    """Rows in the list's order, and whether there are others before and after them."""

    rows: Sequence[Row[V]]
    has_before: bool
    has_more: bool


class Side(Enum):
    """The side of a key, or the end of the list, on which a page lies."""

    FIRST = auto()
    LAST = auto()
    AFTER = auto()
    BEFORE = auto()


@dataclass(frozen=True)
class PageRequest:
    """A page to fetch.

    Attributes:
        key: of the row before or after the page; None for the first and the last page.
        limit: the maximum number of rows.
    """

    side: Side
    key: Hashable
    limit: int


Fetch = Callable[[PageRequest], Awaitable[RowPage[V] | None]]
"""Returns a page; None on failure, which the owner has shown."""


def list_source(rows: Sequence[Row[V]]) -> Fetch[V]:
    """Serve a complete list as one page."""

    async def fetch(request: PageRequest) -> RowPage[V]:
        return RowPage(rows, has_before=False, has_more=False)

    return fetch


@dataclass(frozen=True)
class TablePosition:
    """A position in a list, to return to after the list has changed.

    Attributes:
        above: the key of the row above the first visible one; None at the list's start.
        row_id: the row under the cursor; None in an empty list.
        line: the cursor's visible line, used once that row is gone.
    """

    above: Hashable = None
    row_id: str | None = None
    line: int = 0


class PagedWindow(Generic[V]):
    """The rows in memory, which of them are visible, and which is under the cursor.

    Attributes:
        top: the index of the first visible row.
        cursor: the index of the row under the cursor.
        height: the number of visible rows.
        before: the number of the list's rows before these; None if unknown.
        is_loaded: whether a page has arrived.
    """

    def __init__(self) -> None:
        self.rows: list[Row[V]] = []
        self.top = 0
        self.cursor = 0
        self.height = 1
        self.before: int | None = 0
        self.is_loaded = False
        self.has_before = False
        self.has_more = False
        self._above: Hashable = None
        self._pending_move = 0

    @property
    def page_size(self) -> int:
        """Rows of a page: two screens, so that one is ready while another is being read."""
        return max(MIN_PAGE_SIZE, 2 * self.height)

    @property
    def first_page_size(self) -> int:
        """Rows of the page that the user waits for: the visible ones, and one that shows whether there are more."""
        return self.height + 1 if self.height > 1 else MIN_PAGE_SIZE

    @property
    def current(self) -> Row[V] | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def in_sight(self, line: int) -> Row[V] | None:
        """Return the row on a visible line."""
        place = self.top + line
        return self.rows[place] if 0 <= line < self.height and place < len(self.rows) else None

    def place(self) -> TablePosition:
        """Return the present position, for :meth:`begin`."""
        above = self.rows[self.top - 1].key if self.top else self._above
        current = self.current
        return TablePosition(above, current.id if current else None, self.cursor - self.top)

    def begin(self, place: TablePosition) -> PageRequest:
        """Drop every row and return the request for the first page."""
        self.rows = []
        self.top = self.cursor = self._pending_move = 0
        self.is_loaded = self.has_before = self.has_more = False
        if place.above is None:
            return self._edge(Side.FIRST)
        return PageRequest(Side.AFTER, place.above, self.first_page_size)

    def take_first(self, page: RowPage[V], request: PageRequest, place: TablePosition) -> None:
        """Accept the page that :meth:`begin` or a jump asked for."""
        self.rows = list(page.rows)
        self.has_before, self.has_more = page.has_before, page.has_more
        self.before = None if page.has_before else 0
        self.is_loaded = True
        self.top = 0
        self._above = request.key
        if request.side is Side.LAST:
            self.cursor = self.top = max(0, len(self.rows) - 1)
        else:
            same = (number for number, row in enumerate(self.rows) if row.id == place.row_id)
            self.cursor = next(same, min(place.line, max(0, len(self.rows) - 1)))
        self._show_cursor()

    def take(self, page: RowPage[V], request: PageRequest) -> None:
        """Add a page after or before the rows, and drop those far away on the other side."""
        most = _MAX_PAGES * self.page_size
        if request.side is Side.AFTER:
            self.rows += page.rows
            self.has_more = page.has_more
            surplus = min(max(0, len(self.rows) - most), self.top)
            if surplus > 0:
                self._above, self.has_before = self.rows[surplus - 1].key, True
                del self.rows[:surplus]
                self._shift(-surplus)
        else:
            self.rows[:0] = page.rows
            self._above, self.has_before = None, page.has_before
            self._shift(len(page.rows))
            if not page.has_before:
                self.before = 0
            surplus = min(max(0, len(self.rows) - most), len(self.rows) - self.top - self.height)
            if surplus > 0:
                del self.rows[len(self.rows) - surplus :]
                self.has_more = True
        pending, self._pending_move = self._pending_move, 0
        self.move(pending)

    def _shift(self, rows: int) -> None:
        self.top += rows
        self.cursor += rows
        if self.before is not None:
            self.before = max(0, self.before - rows)

    def next_request(self) -> PageRequest | None:
        """Return the request for the page likely to be viewed next; None where enough rows are in memory."""
        if not self.rows:
            return None
        if self.has_more and self.top + 2 * self.height >= len(self.rows):
            return PageRequest(Side.AFTER, self.rows[-1].key, self.page_size)
        if self.has_before and self.top < self.height:
            return PageRequest(Side.BEFORE, self.rows[0].key, self.page_size)
        return None

    def move(self, rows: int) -> None:
        """Move the cursor; a move beyond the rows in memory continues when the next page arrives."""
        target = self.cursor + rows
        self.cursor = max(0, min(len(self.rows) - 1, target))
        beyond = target - self.cursor
        at_an_end = not self.has_more if beyond > 0 else not self.has_before
        most = _MAX_PENDING_PAGES * self.page_size
        self._pending_move = 0 if at_an_end else max(-most, min(most, self._pending_move + beyond))
        self._show_cursor()

    def scroll(self, rows: int) -> None:
        """Scroll; the cursor follows only where it would leave the visible rows."""
        self.top = max(0, min(len(self.rows) - self.height, self.top + rows))
        self.cursor = max(self.top, min(self.top + self.height - 1, self.cursor, len(self.rows) - 1))

    def jump(self, side: Side) -> PageRequest | None:
        """Go to the first or the last row; return the request for its page where it is not in memory."""
        self._pending_move = 0
        if self.has_before if side is Side.FIRST else self.has_more:
            return self._edge(side)
        self.cursor = 0 if side is Side.FIRST else max(0, len(self.rows) - 1)
        self._show_cursor()
        return None

    def resize(self, height: int) -> None:
        """Change the number of visible rows."""
        self.height = max(1, height)
        self._show_cursor()

    def replace(self, row: Row[V]) -> None:
        """Replace the row of the same id, where it is in memory."""
        for place, held in enumerate(self.rows):
            if held.id == row.id:
                self.rows[place] = row

    def _edge(self, side: Side) -> PageRequest:
        return PageRequest(side, None, self.first_page_size)

    def _show_cursor(self) -> None:
        """Make the cursor's row visible with as few blank lines as possible."""
        self.top = max(self.cursor - self.height + 1, min(self.top, self.cursor))
        self.top = max(0, min(self.top, len(self.rows) - self.height))
