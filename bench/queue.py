"""The bars on the queue of a million applications: open, page, search; measured on the real screen.

The list opens by a step to another state and back (left, right).
"""

from __future__ import annotations

import statistics

from bench.homes import REGISTRAR, Run, number_of, student_name
from bench.pseudo_terminal import PseudoTerminal, python
from bench.report import Bar, percentile
from bench.table import data_table
from kiosk.config.settings import Settings
from tests.builders.school import STAFF_CHOSEN

_ROUNDS = 9
_PAGES_A_ROUND = 10
_PAGES_FOR_MEMORY = 200
_MAX_MEMORY = 5.0
_MAX_KEY_SECONDS = 0.05
_MAX_SCAN_SECONDS = 0.25
_SCANS = 20
_F2, _RIGHT, _LEFT, _PAGE_DOWN, _BACKSPACE = "\x1bOQ", "\x1b[C", "\x1b[D", "\x1b[6~", "\x7f"
_NUMBER_PATTERN = r"115-\d{3}-\d{4}-\d"
_UNKNOWN_NAME = "龘"


class _Queue:
    """A registrar's terminal at the queue."""

    def __init__(self, settings: Settings) -> None:
        self.terminal = PseudoTerminal(python("run_kiosk.py", "review", "--home", str(settings.home)))
        self.terminal.wait_for("密碼")
        self.terminal.settle(1.0)
        self.terminal.send(f"{REGISTRAR}\t{STAFF_CHOSEN}\r")
        self.terminal.wait_for("審核申請")
        self.terminal.settle(1.0)
        self.before = self.terminal.resident_bytes()
        self.terminal.send("\r")
        self.terminal.wait_for(number_of(1)[:4])
        self.terminal.settle(1.0)

    def open(self) -> float:
        """Return the seconds until the list is painted anew."""
        self.terminal.time_painted(_LEFT, _NUMBER_PATTERN)
        return self.terminal.time_painted(_RIGHT, _NUMBER_PATTERN)

    def turn(self) -> float:
        """Return the seconds until the next page is painted."""
        return self.terminal.time_painted(_PAGE_DOWN, _NUMBER_PATTERN)

    def round(self) -> tuple[float, float]:
        """Return the seconds to open, and the median of some turns of the page after it."""
        opened = self.open()
        return opened, statistics.median(self.turn() for _page in range(_PAGES_A_ROUND))

    def search(self, text: str) -> list[float]:
        """Return the seconds from each key of a search to its rows; empties the field again."""
        self.terminal.send(_F2)
        self.terminal.settle(0.1)
        taken = [self.terminal.time_painted(character) for character in text]
        for _character in text:
            self.terminal.time_painted(_BACKSPACE)
        return taken

    def scan(self) -> float:
        """Return the seconds until the search reports that no name contains a text anywhere."""
        self.terminal.send(_F2)
        self.terminal.settle(0.1)
        self.terminal.time_painted(_UNKNOWN_NAME)
        taken = self.terminal.time_painted("\r", "沒有找到")
        self.terminal.time_painted(_BACKSPACE)
        return taken


def bars(run: Run) -> list[Bar]:
    """Use the queue of many, the queue of a thousand and Textual's table in turns; then page and search on."""
    pages = run.rounds(_PAGES_FOR_MEMORY, 20)
    many, few, theirs = _Queue(run.filled), _Queue(run.thousand), data_table()
    try:
        rounds = [(many.round(), few.round(), theirs.round()[1]) for _ in range(run.rounds(_ROUNDS))]
        for _page in range(pages):
            many.turn()
        grown = (many.terminal.resident_bytes() - many.before) / 2**20
        typed = percentile(_searches(run, many), 0.95)
        scanned = percentile([many.scan() for _ in range(run.rounds(_SCANS))], 0.95)
    finally:
        for terminal in (many.terminal, few.terminal, theirs.terminal):
            terminal.close()
    count = f"{run.applications:,}"
    result = []
    for place, what in enumerate(("open", "page")):
        ours, page = statistics.median(of[0][place] for of in rounds), statistics.median(of[2] for of in rounds)
        detail = f"{ours * 1000:.1f} ms / {page * 1000:.1f} ms"
        against_table = statistics.median(a[place] / table for a, _, table in rounds)
        against_few = statistics.median(a[place] / b[place] for a, b, _ in rounds)
        result += [
            Bar(f"queue of {count}: {what} / a page of 30 rows in DataTable", against_table, 0.4, detail),
            Bar(f"queue of {count}: {what} / of 1,000", against_few, 1.2),
        ]
    return [
        *result,
        Bar(f"queue of {count}: MiB more than before it, after {pages} pages", grown, _MAX_MEMORY),
        Bar(
            f"queue of {count}: search by prefix, p95 / 50 ms",
            typed / _MAX_KEY_SECONDS,
            1.0,
            f"{typed * 1000:.0f} ms a key",
        ),
        Bar(
            f"queue of {count}: search anywhere, p95 / 250 ms",
            scanned / _MAX_SCAN_SECONDS,
            1.0,
            f"{scanned * 1000:.0f} ms",
        ),
    ]


def _searches(run: Run, queue: _Queue) -> list[float]:
    """Return the seconds of each key of searches by number and by name."""
    taken = []
    for number in range(run.rounds(_ROUNDS)):
        place = run.applications - 1 - number * 37
        for text in (number_of(place), student_name(place)):
            taken += queue.search(text)
    return taken
