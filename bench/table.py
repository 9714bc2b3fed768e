"""The bar on the queue's widget: open and page over a million rows, against Textual's DataTable.

``python -m bench.table ours|theirs`` shows one of the two: F2 opens the list, F3 turns the page.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable, Label

from bench.homes import Run
from bench.pseudo_terminal import PseudoTerminal, python
from bench.report import Bar
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import PageRequest, Row, RowPage, Side

_MILLION = 1_000_000
_PAGE = 30
_VISIBLE_ROWS = 30 - 3  # of 30 lines; the label, the table's header and its status line take three
_ROUNDS = 9
_PAGES_A_ROUND = 10
_PAGES_FOR_MEMORY = 200
_LABELS = (("編號", 14), ("班級", 7), ("座號", 4), ("學生", 8), ("方式", 8), ("狀態", 8), ("標記", 16), ("等待", 6))
_OPEN, _TURN = "\x1bOQ", "\x1bOR"


def _cells(number: int) -> tuple[str, ...]:
    return (
        f"115-{number:07}-1",
        "科一智",
        f"{number % 40}",
        "王小明",
        "一位",
        "審核中",
        "待補文件",
        f"{number % 9} 天",
    )


class TableApp(App[None], inherit_bindings=False):
    """The keys of both, and the first row of the page."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "DataTable, PagedTable { height: 1fr; }"
    BINDINGS = [Binding("f2", "open"), Binding("f3", "turn")]
    first = 0


class Ours(TableApp):
    """The kiosk's table."""

    def compose(self) -> ComposeResult:
        """Show label and table."""
        yield Label("READY")
        yield PagedTable[int]([Column(label, width) for label, width in _LABELS], marks={}, id="table")

    def action_open(self) -> None:
        """Open the list from its first row."""
        table = self.query_one(PagedTable)
        table.focus()
        table.show(_page)

    def action_turn(self) -> None:
        """Turn the page."""
        self.query_one(PagedTable).action_turn(1)


async def _page(wanted: PageRequest) -> RowPage[int]:
    key = wanted.key if isinstance(wanted.key, int) else -1
    after = wanted.side in (Side.FIRST, Side.AFTER)
    numbers = range(key + 1, min(_MILLION, key + 1 + wanted.limit)) if after else range(max(0, key - wanted.limit), key)
    return RowPage([Row(str(n), n, _cells(n), n) for n in numbers], numbers[0] > 0, numbers[-1] < _MILLION - 1)


class Theirs(TableApp):
    """Textual's table, filled with the thirty rows of a page at a time."""

    def compose(self) -> ComposeResult:
        """Show label and table."""
        yield Label("READY")
        yield DataTable[str](cursor_type="row", zebra_stripes=True)

    def action_open(self) -> None:
        """Show the first page."""
        table = self.query_one(DataTable)
        if not table.columns:
            for label, width in _LABELS:
                table.add_column(label, width=width)
        table.focus()
        self.first = 0
        self._fill(table)

    def action_turn(self) -> None:
        """Show the next page."""
        self.first += _PAGE
        self._fill(self.query_one(DataTable))

    def _fill(self, table: DataTable[str]) -> None:
        table.clear()
        table.add_rows([_cells(number) for number in range(self.first, self.first + _PAGE)])


class TableTerminal:
    """One of the two tables in a terminal, timed from a key to the first or last row that follows it.

    Args:
        which: ``ours`` or ``theirs``.
        last_row: returns the number of the last row of a page, counted from 1.
    """

    def __init__(self, which: str, last_row: Callable[[int], int]) -> None:
        self.terminal = PseudoTerminal(python("-m", "bench.table", which))
        self.terminal.wait_for("READY")
        self.terminal.settle()
        self._last_row = last_row

    def open(self) -> float:
        """Return the seconds from the key to the first row; the list showed other rows before."""
        return self._key(_OPEN, f"115-{0:07}-1")

    def turn(self, page: int) -> float:
        """Return the seconds from the key to the last row of the page, counted from 1."""
        return self._key(_TURN, f"115-{self._last_row(page):07}-1")

    def _key(self, key: str, text: str) -> float:
        self.terminal.settle(quiet=0.03)
        began = time.perf_counter()
        self.terminal.send(key)
        self.terminal.wait_for(text)
        return time.perf_counter() - began

    def round(self) -> tuple[float, float]:
        """Return the seconds to open, and the median of some turns of the page after it."""
        opened = self.open()
        turned = statistics.median(self.turn(page) for page in range(1, _PAGES_A_ROUND + 1))
        return opened, turned


def data_table() -> TableTerminal:
    """Open Textual's table, the reference of the lists, in a terminal."""
    return TableTerminal("theirs", lambda page: _PAGE * page)


def bars(run: Run) -> list[Bar]:
    """Open and turn pages in turns; then turn ours on and see its memory."""
    ours = TableTerminal("ours", lambda page: (_VISIBLE_ROWS - 1) * page)
    theirs = data_table()
    try:
        empty = ours.terminal.resident_bytes()
        rounds = [(ours.round(), theirs.round()) for _ in range(run.rounds(_ROUNDS))]
        for page in range(_PAGES_A_ROUND + 1, _PAGES_FOR_MEMORY + 1):
            ours.turn(page)
        grown = ours.terminal.resident_bytes() - empty
    finally:
        ours.terminal.close()
        theirs.terminal.close()
    page_of_theirs = statistics.median(turned for _, (_, turned) in rounds)
    opened = statistics.median(a / turned for (a, _), (_, turned) in rounds)
    turned = statistics.median(a / b for (_, a), (_, b) in rounds)
    detail = f"{page_of_theirs * 1000:.1f} ms a page of DataTable"
    return [
        Bar("queue widget, 1M rows: open / a page of 30 rows in DataTable", opened, 0.4, detail),
        Bar("queue widget, 1M rows: page / a page of 30 rows in DataTable", turned, 0.4, detail),
        Bar(f"queue widget: MiB more after {_PAGES_FOR_MEMORY} pages", grown / 2**20, 5.0),
    ]


if __name__ == "__main__":
    {"ours": Ours, "theirs": Theirs}[sys.argv[1]]().run()
