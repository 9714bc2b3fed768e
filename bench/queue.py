"""The bars on the queue of a million applications: open, page, search; measured on the real screen.

The list opens by a step to another state and back (left, right). ``python -m bench.queue`` shows the reference:
Textual's DataTable, whose thirty rows F3 replaces by the next thirty.
"""

from __future__ import annotations

import statistics
from contextlib import ExitStack

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable, Label

from bench.homes import REGISTRAR, Run, number_of, student_name
from bench.pseudo_terminal import PseudoTerminal, python
from bench.report import Bar, Rounds, p95
from kiosk.config.settings import Settings
from tests.builders.school import STAFF_CHOSEN

_PAGES = 10
_F2, _F3, _RIGHT, _LEFT, _PAGE_DOWN, _BACKSPACE = "\x1bOQ", "\x1bOR", "\x1b[C", "\x1b[D", "\x1b[6~", "\x7f"
_NUMBER = r"115-\d{3}-\d{4}-\d"
_UNKNOWN_NAME = "龘"
_COLUMNS = {"編號": 14, "班級": 7, "座號": 4, "學生": 8, "方式": 8, "狀態": 8, "標記": 16, "等待": 6}


class _Queue(PseudoTerminal):
    """A registrar's terminal at the queue."""

    def __init__(self, home: Settings) -> None:
        super().__init__(python("run_kiosk.py", "review", "--home", str(home.home)))
        for wanted, keys in (("密碼", f"{REGISTRAR}\t{STAFF_CHOSEN}\r"), ("審核申請", "\r"), (number_of(1)[:4], "")):
            self.wait_for(wanted)
            self.settle(1.0)
            self.send(keys)

    def open(self) -> float:
        """Return the seconds until the list is painted anew."""
        self.time_painted(_LEFT, _NUMBER)
        return self.time_painted(_RIGHT, _NUMBER)

    def search(self, text: str) -> list[float]:
        """Return the seconds from each key of a search to its rows; empties the field again."""
        self._start_search()
        taken = [self.time_painted(character) for character in text]
        for _character in text:
            self.time_painted(_BACKSPACE)
        return taken

    def search_anywhere(self) -> float:
        """Return the seconds until the search reports that no name contains a text anywhere."""
        self._start_search()
        self.time_painted(_UNKNOWN_NAME)
        taken = self.time_painted("\r", "沒有找到")
        self.time_painted(_BACKSPACE)
        return taken

    def _start_search(self) -> None:
        self.send(_F2)
        self.settle(0.1)


class _TableApp(App[None], inherit_bindings=False):
    """Textual's table, filled with the thirty rows of a page at a time."""

    CSS = "DataTable { height: 1fr; }"
    BINDINGS = [Binding("f3", "turn")]
    first = 0

    def compose(self) -> ComposeResult:
        yield Label("READY")
        yield DataTable[str](cursor_type="row", zebra_stripes=True)

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        for label, width in _COLUMNS.items():
            table.add_column(label, width=width)
        table.focus()
        self.action_turn()

    def action_turn(self) -> None:
        """Show the next page."""
        table = self.query_one(DataTable)
        table.clear()
        rest = ("科一智", "7", "王小明", "一位", "審核中", "待補文件", "5 天")
        table.add_rows([(number_of(number), *rest) for number in range(self.first + 1, self.first + 31)])
        self.first += 30


def bars(run: Run) -> list[Bar]:
    """Use the queue of many, the queue of a thousand and Textual's table in turns; then search."""
    with ExitStack() as stack:
        many = stack.enter_context(_Queue(run.home(run.applications)))
        few = stack.enter_context(_Queue(run.home(1_000)))
        table = stack.enter_context(PseudoTerminal(python("-m", "bench.queue")))
        table.wait_for("READY")
        table.settle(1.0)
        rounds = Rounds(
            run.rounds(9),
            lambda: {
                "open": many.open(),
                "page": _page(many, _PAGE_DOWN),
                "open of 1,000": few.open(),
                "page of 1,000": _page(few, _PAGE_DOWN),
                "table": _page(table, _F3),
            },
        )
        places = range(run.applications - 1, 0, -37)[: run.rounds(9)]
        prefix = p95(
            taken for place in places for text in (number_of(place), student_name(place)) for taken in many.search(text)
        )
        anywhere = p95(many.search_anywhere() for _ in range(run.rounds(20)))
    queue = f"queue of {run.applications:,}"
    result = []
    for what in ("open", "page"):
        result += [
            rounds.ratio(f"{queue}: {what} / a page of 30 rows in DataTable", 0.4, what, "table"),
            rounds.ratio(f"{queue}: {what} / of 1,000", 1.2, what, f"{what} of 1,000"),
        ]
    return [
        *result,
        Bar(f"{queue}: a key of a search by prefix, p95 in s", prefix, 0.05),
        Bar(f"{queue}: a search anywhere, p95 in s", anywhere, 0.25),
    ]


def _page(terminal: PseudoTerminal, key: str) -> float:
    """Return the median seconds until the next page is painted."""
    return statistics.median(terminal.time_painted(key, _NUMBER) for _page in range(_PAGES))


if __name__ == "__main__":
    _TableApp().run()
