"""The bars on an import of 100,000 validated rows: against raw inserts, the writers' lock, and keys meanwhile."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.homes import Run, insert_statement, newest_row
from bench.pseudo_terminal import PseudoTerminal, kiosk, python
from bench.report import Bar, Rounds, p95, seconds
from bench.start import LOGIN_LABEL
from db.store import UnitOfWork
from kiosk.config.settings import Settings
from kiosk.services.imports.roster_check import Roster
from kiosk.services.imports.roster_import import import_roster
from tests.builders.filled_school import checked_roster, open_cheaply, roster_rows, settings_of
from tests.paths import ROOT

_IDLE_KEYS = 200
_TABLES = ("student", "credential", "guardian", "roster_import")


def bars(run: Run) -> list[Bar]:
    """Import an invented roster, and ``executemany`` the stored rows into an equal database, in turns.

    Then import it by the command beside a kiosk, at whose login keys are typed, first idle, then meanwhile.
    """
    with tempfile.TemporaryDirectory() as folder:
        empty, filled, copied = (settings_of(Path(folder) / name) for name in ("empty", "filled", "copied"))
        with closing(open_cheaply(empty)) as school:
            roster = checked_roster(school, run.students)
        locked: list[float] = []
        rounds = Rounds(
            run.rounds(7),
            lambda: {
                "import": _import(_fresh(empty, filled), roster, locked),
                "raw": _insert(filled, _fresh(empty, copied)),
            },
        )
        file = _csv_of(Path(folder) / "roster.csv", run.students)
        keys = Rounds(3, lambda: _keys_beside_import(_fresh(empty, filled), file))
    return [
        rounds.ratio(f"an import of {run.students:,} / raw executemany", 3.0, "import", "raw"),
        Bar("longest time under the writers' lock, s", max(locked), 2.0),
        keys.ratio(f"p95 of a key during an import of {run.students:,} / idle", 2.5, "busy", "idle"),
    ]


def _fresh(template: Settings, target: Settings) -> Settings:
    shutil.rmtree(target.home, ignore_errors=True)
    shutil.copytree(template.home, target.home)
    return target


def _import(settings: Settings, roster: Roster, locked: list[float]) -> float:
    """Import and return the seconds; add the seconds of each unit of work to ``locked``."""
    with closing(open_cheaply(settings)) as school:
        write = school.store.write

        @contextmanager
        def timed_write() -> Iterator[UnitOfWork]:
            with write() as unit:
                began = time.perf_counter()
                yield unit
            locked.append(time.perf_counter() - began)

        school.store.write = timed_write  # type: ignore[method-assign]  # of this one store
        return seconds(lambda: import_roster(school.store, roster, "0" * 64, "bench", lambda _done, _all: None))


def _insert(source: Settings, target: Settings) -> float:
    """Return the seconds to copy the rows of one database into another in one durable transaction."""
    with closing(sqlite3.connect(source.database_file)) as read:
        read.row_factory = sqlite3.Row
        statements = {
            insert_statement(table, newest_row(read, table)): read.execute(f"SELECT * FROM {table}").fetchall()
            for table in _TABLES
        }
    with closing(sqlite3.connect(target.database_file, isolation_level=None)) as raw:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            raw.execute(f"PRAGMA {pragma}")

        def insert() -> None:
            raw.execute("BEGIN IMMEDIATE")
            for statement, rows in statements.items():
                raw.executemany(statement, rows)
            raw.execute("COMMIT")

        return seconds(insert)


def _keys_beside_import(settings: Settings, file: Path) -> dict[str, float]:
    """Return the 95th percentile of a key at the login of a kiosk, idle and during an import into its home."""
    with PseudoTerminal(kiosk(settings)) as terminal:
        terminal.wait_for(LOGIN_LABEL)
        terminal.settle(2.0)
        idle = [_key(terminal, place) for place in range(_IDLE_KEYS)]
        busy: list[float] = []
        command = python("run_kiosk.py", "roster", "import", str(file), "--yes", "--home", str(settings.home))
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as importing:
            while importing.poll() is None:
                busy.append(_key(terminal, len(busy)))
    if importing.returncode != os.EX_OK:
        raise RuntimeError("the import failed")
    return {"busy": p95(busy), "idle": p95(idle)}


def _key(terminal: PseudoTerminal, place: int) -> float:
    """Type a letter and delete it in turns, so that the field never fills."""
    return terminal.key_echo("\x7f" if place % 2 else "a")


def _csv_of(file: Path, students: int) -> Path:
    sheet = roster_rows(students)
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target).writerows([sheet.header, *(cells for _number, cells in sheet.rows)])
    return file
