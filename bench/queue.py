"""Bar 5: the staff's queue, the real screen over the real service, with a million applications on file.

A list is opened by a step to another state and back (left, right), turned by the page, and searched as typed.
"""

from __future__ import annotations

import statistics

from bench.homes import REGISTRAR, Run, number_of, student_name
from bench.pseudo_terminal import PseudoTerminal, python
from bench.report import Bar, percentile
from bench.row_table import data_table
from bench.start import BARE, BARE_LABEL
from kiosk.config.settings import Settings
from tests.builders.filled_school import STAFF_CHOSEN

_ROUNDS = 9
_PAGES_A_ROUND = 10
_PAGES_FOR_MEMORY = 200
_MAX_MEMORY = 5.0
_MAX_SCAN_LENGTH = 0.25
_SCANS = 7
_F2, _RIGHT, _LEFT, _PAGE_DOWN, _BACKSPACE = "\x1bOQ", "\x1b[C", "\x1b[D", "\x1b[6~", "\x7f"
_A_NUMBER = r"115-\d{3}-\d{4}-\d"
_NOBODYS_NAME = "龘"


class _Queue:
    """A registrar in front of the queue."""

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
        """The seconds until the list of the state that stood before is painted anew."""
        self.terminal.time_painted(_LEFT, _A_NUMBER)
        return self.terminal.time_painted(_RIGHT, _A_NUMBER)

    def turn(self) -> float:
        """The seconds until the next page is painted."""
        return self.terminal.time_painted(_PAGE_DOWN, _A_NUMBER)

    def round(self) -> tuple[float, float]:
        """The seconds to open, and the median of some turns of the page after it."""
        opened = self.open()
        return opened, statistics.median(self.turn() for _page in range(_PAGES_A_ROUND))

    def search(self, text: str) -> list[float]:
        """The seconds of each key of a search, until the rows it finds are painted; the field is empty again after."""
        self.terminal.send(_F2)
        self.terminal.settle(0.1)
        taken = [self.terminal.time_painted(character) for character in text]
        for _character in text:
            self.terminal.time_painted(_BACKSPACE)
        return taken

    def scan(self) -> float:
        """The seconds until it is said that a name, looked for anywhere in all of them, is nobody's."""
        self.terminal.send(_F2)
        self.terminal.settle(0.1)
        self.terminal.time_painted(_NOBODYS_NAME)
        taken = self.terminal.time_painted("\r", "沒有找到")
        self.terminal.time_painted(_BACKSPACE)
        return taken


def bars(run: Run) -> list[Bar]:
    """The queue of many, the queue of a thousand and Textual's table in turns; memory after many pages."""
    pages = run.rounds(_PAGES_FOR_MEMORY, 20)
    many, few, theirs = _Queue(run.filled), _Queue(run.thousand), data_table()
    try:
        rounds = [(many.round(), few.round(), theirs.round()[1]) for _ in range(run.rounds(_ROUNDS))]
        for _page in range(pages):
            many.turn()
        grown = (many.terminal.resident_bytes() - many.before) / 2**20
        typed = _searches(run, many)
        scanned = statistics.median(many.scan() for _ in range(run.rounds(_SCANS)))
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
        Bar(f"queue of {count}: key of a search, p95 / bare typing", *typed),
        Bar(f"queue of {count}: a name nowhere / 250 ms", scanned / _MAX_SCAN_LENGTH, 1.0, f"{scanned * 1000:.0f} ms"),
    ]


def _searches(run: Run, queue: _Queue) -> tuple[float, float, str]:
    """The 95th percentiles of keys of searches, by number and by name, over those of bare typing; limit and detail."""
    ratios, shown = [], []
    with PseudoTerminal(BARE) as bare:
        bare.wait_for(BARE_LABEL)
        bare.settle(1.0)
        for number in range(run.rounds(_ROUNDS)):
            place = run.applications - 1 - number * 37
            keys = [key for text in (number_of(place), student_name(place)) for key in queue.search(text)]
            plain = [bare.time_painted("a") for _key in keys]
            bare.send(_BACKSPACE * len(keys))
            bare.settle(0.1)
            ratios.append(percentile(keys, 0.95) / percentile(plain, 0.95))
            shown.append(percentile(keys, 0.95))
    return statistics.median(ratios), 3.0, f"{statistics.median(shown) * 1000:.1f} ms"
