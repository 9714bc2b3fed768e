"""The part of a long list that is held in memory: a few pages around the cursor, fetched by key.

Nothing here draws or waits: PagedTable does. A list has neither a known length nor positions. A page is the rows after
or before a row's key, so a list of a million rows costs as much as one of a hundred.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")

MIN_PAGE_SIZE = 30
_PAGES_KEPT = 4
_PAGES_OWED = 2


class Toned(NamedTuple):
    """A cell whose words matter; ``tone`` names a component style (blocked, look, quiet) and never speaks alone."""

    text: str
    tone: str


Cell = str | Toned


@dataclass(frozen=True)
class Row(Generic[V]):
    """One row.

    Attributes:
        id: names the row; a mark stays with it through every filter.
        key: what the owner pages by.
        cells: one a column.
        value: whatever the owner wants back with the row.
    """

    id: str
    key: Hashable
    cells: Sequence[Cell] = field(repr=False)
    value: V = field(repr=False)


@dataclass(frozen=True)
class RowPage(Generic[V]):
    """Some rows in the list's order, and whether there are others before and after them."""

    rows: Sequence[Row[V]]
    has_before: bool
    has_more: bool


class Side(Enum):
    """Where a wanted page lies."""

    FIRST = auto()
    LAST = auto()
    AFTER = auto()
    BEFORE = auto()


@dataclass(frozen=True)
class PageRequest:
    """A page to fetch.

    Attributes:
        side: where it lies.
        key: of the row it lies after or before; None for the first and the last page.
        limit: how many rows at most.
    """

    side: Side
    key: Hashable
    limit: int


Fetch = Callable[[PageRequest], Awaitable[RowPage[V] | None]]
"""Returns a page; None where that failed, which the owner has shown."""


def list_source(rows: Sequence[Row[V]]) -> Fetch[V]:
    """Serve a complete list as one page."""

    async def fetch(wanted: PageRequest) -> RowPage[V]:
        return RowPage(rows, has_before=False, has_more=False)

    return fetch


@dataclass(frozen=True)
class TablePosition:
    """Where somebody was in a list, to come back to after the list has changed.

    Attributes:
        above: the key of the row above the first one in sight; None at the list's start.
        row_id: the row under the cursor; None in an empty list.
        line: the cursor's line in sight, for when that row is gone.
    """

    above: Hashable = None
    row_id: str | None = None
    line: int = 0


class PagedWindow(Generic[V]):
    """The rows held, which of them are in sight, and which is under the cursor.

    Attributes:
        rows: the rows held.
        top: the place of the first row in sight.
        cursor: the place of the row under the cursor.
        height: how many rows are in sight.
        before: how many rows of the list stand before those held; None where nobody knows.
        is_loaded: whether any page has come.
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
        self._owed = 0

    @property
    def page_size(self) -> int:
        """Rows of a page: two screens, so that one is ready while another is read."""
        return max(MIN_PAGE_SIZE, 2 * self.height)

    @property
    def first_page_size(self) -> int:
        """Rows of the page that a person waits for: what is in sight, and one that says whether there are more."""
        return self.height + 1 if self.height > 1 else MIN_PAGE_SIZE

    @property
    def current(self) -> Row[V] | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def in_sight(self, line: int) -> Row[V] | None:
        """The row on a line, counted from the first in sight."""
        place = self.top + line
        return self.rows[place] if 0 <= line < self.height and place < len(self.rows) else None

    def place(self) -> TablePosition:
        """Where this is, for :meth:`begin`."""
        above = self.rows[self.top - 1].key if self.top else self._above
        current = self.current
        return TablePosition(above, current.id if current else None, self.cursor - self.top)

    def begin(self, place: TablePosition) -> PageRequest:
        """Forget every row; gives the page to begin with."""
        self.rows = []
        self.top = self.cursor = self._owed = 0
        self.is_loaded = self.has_before = self.has_more = False
        if place.above is None:
            return self._edge(Side.FIRST)
        return PageRequest(Side.AFTER, place.above, self.first_page_size)

    def take_first(self, page: RowPage[V], wanted: PageRequest, place: TablePosition) -> None:
        """Take the page that :meth:`begin` or a jump asked for."""
        self.rows = list(page.rows)
        self.has_before, self.has_more = page.has_before, page.has_more
        self.before = None if page.has_before else 0
        self.is_loaded = True
        self.top = 0
        self._above = wanted.key
        if wanted.side is Side.LAST:
            self.cursor = self.top = max(0, len(self.rows) - 1)
        else:
            same = (number for number, row in enumerate(self.rows) if row.id == place.row_id)
            self.cursor = next(same, min(place.line, max(0, len(self.rows) - 1)))
        self._show_cursor()

    def take(self, page: RowPage[V], wanted: PageRequest) -> None:
        """Put a page after or before the rows held, and let go of those far away on the other side."""
        most = _PAGES_KEPT * self.page_size
        if wanted.side is Side.AFTER:
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
        owed, self._owed = self._owed, 0
        self.move(owed)

    def _shift(self, rows: int) -> None:
        self.top += rows
        self.cursor += rows
        if self.before is not None:
            self.before = max(0, self.before - rows)

    def next_wanted(self) -> PageRequest | None:
        """The page that is likely to be looked at next; None where enough is held."""
        if not self.rows:
            return None
        if self.has_more and self.top + 2 * self.height >= len(self.rows):
            return PageRequest(Side.AFTER, self.rows[-1].key, self.page_size)
        if self.has_before and self.top < self.height:
            return PageRequest(Side.BEFORE, self.rows[0].key, self.page_size)
        return None

    def move(self, rows: int) -> None:
        """Move the cursor; what goes beyond the rows held is made up for when the next page comes."""
        wanted = self.cursor + rows
        self.cursor = max(0, min(len(self.rows) - 1, wanted))
        beyond = wanted - self.cursor
        at_an_end = not self.has_more if beyond > 0 else not self.has_before
        most = _PAGES_OWED * self.page_size
        self._owed = 0 if at_an_end else max(-most, min(most, self._owed + beyond))
        self._show_cursor()

    def scroll(self, rows: int) -> None:
        """Move what is in sight; the cursor goes along only where it would be lost from sight."""
        self.top = max(0, min(len(self.rows) - self.height, self.top + rows))
        self.cursor = max(self.top, min(self.top + self.height - 1, self.cursor, len(self.rows) - 1))

    def jump(self, side: Side) -> PageRequest | None:
        """Go to the first or the last row; gives the page to fetch where that row is not held."""
        self._owed = 0
        if self.has_before if side is Side.FIRST else self.has_more:
            return self._edge(side)
        self.cursor = 0 if side is Side.FIRST else max(0, len(self.rows) - 1)
        self._show_cursor()
        return None

    def resize(self, height: int) -> None:
        """Show another number of rows."""
        self.height = max(1, height)
        self._show_cursor()

    def replace(self, row: Row[V]) -> None:
        """Show a row anew, where it is held."""
        for place, held in enumerate(self.rows):
            if held.id == row.id:
                self.rows[place] = row

    def _edge(self, side: Side) -> PageRequest:
        return PageRequest(side, None, self.first_page_size)

    def _show_cursor(self) -> None:
        """Bring the cursor's row into sight, and no more blank lines than there must be."""
        self.top = max(self.cursor - self.height + 1, min(self.top, self.cursor))
        self.top = max(0, min(self.top, len(self.rows) - self.height))
