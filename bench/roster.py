"""The bars on an import of 100,000 validated rows.

Against raw ``executemany``, the time under the writers' lock, the kiosk's keys meanwhile, and the memory.
"""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import psutil
from argon2 import PasswordHasher

from bench.homes import Run
from bench.pseudo_terminal import ROOT, PseudoTerminal, python
from bench.report import Bar, median_ratio, percentile
from db.store import UnitOfWork
from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.demo.people import invented_id
from kiosk.domain.school_calendar import today
from kiosk.services.files.table_reader import Row, Sheet
from kiosk.services.imports.roster_check import Roster, check_roster
from kiosk.services.imports.roster_import import import_roster
from kiosk.services.imports.roster_records import sheet_records
from kiosk.services.school import open_school

_ROUNDS = 7
_ROUNDS_OF_KEYS = 3
_IDLE_KEYS = 200
_MAX_LOCK_SECONDS = 2.0
_MAX_MEMORY = 300 * 1024 * 1024
_TABLES = ("student", "credential", "guardian", "roster_import")
_HEADER = (
    "學號", "姓名", "班級", "座號", "身分證字號", "出生年月日",
    "父親姓名", "父親身分證字號", "父親行動電話", "母親姓名", "母親身分證字號", "母親行動電話", "母親電子郵件",
)  # fmt: skip


def bars(run: Run) -> list[Bar]:
    """Import an invented roster: in this process, then by the command beside a kiosk."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_against_raw_inserts(run, Path(folder)), *_beside_the_kiosk(run, Path(folder))]


def _row(place: int) -> tuple[str, ...]:
    return (
        f"{100_000 + place}",
        "王小明",
        f"科{place // 40}",
        f"{place % 40 + 1}",
        invented_id("A", 1 + place % 2, 1_000_000 + place),
        f"{98 + place % 3}年{1 + place % 12}月{1 + place % 28}日",
        "王大明",
        invented_id("F", 1, 2_000_000 + place),
        f"0900{place:06}",
        "林小花",
        invented_id("H", 2, 3_000_000 + place),
        f"0901{place:06}",
        f"parent{place}@example.org",
    )


def _rows(students: int) -> list[Row]:
    return [(place + 2, _row(place)) for place in range(students)]


def _against_raw_inserts(run: Run, folder: Path) -> list[Bar]:
    """Import, and ``executemany`` the rows that it stored into an equal database, in turns."""
    roster = check_roster(sheet_records(Sheet(_HEADER, _rows(run.students))), "[0-9]{6}", today(SystemClock()))
    empty, filled, bare = folder / "empty", folder / "filled", folder / "bare"
    make_school(empty)
    held: list[float] = []

    def ours() -> float:
        return _import(_fresh(empty, filled), roster, held)

    def theirs() -> float:
        return _insert(filled / "kiosk.db", _fresh(empty, bare) / "kiosk.db")

    ratio, mine, raw = median_ratio(ours, theirs, run.rounds(_ROUNDS))
    longest = max(held)
    return [
        Bar(f"an import of {run.students:,} / raw executemany", ratio, 3.0, f"{mine:.2f} s / {raw:.2f} s"),
        Bar("longest time under the writers' lock / 2 s", longest / _MAX_LOCK_SECONDS, 1.0, f"{longest:.2f} s"),
    ]


def make_school(home: Path) -> None:
    """Make a school without students."""
    open_school(load_settings(home, environment={}), SystemClock(), PasswordHasher(1, 1024, 1)).close()


def _fresh(template: Path, home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    return shutil.copytree(template, home)


def _import(home: Path, roster: Roster, held: list[float]) -> float:
    """Import and return the seconds; add the seconds of each unit of work to ``held``."""
    school = open_school(load_settings(home, environment={}), SystemClock(), PasswordHasher(1, 1024, 1))
    write = school.store.write

    @contextmanager
    def timed_write() -> Iterator[UnitOfWork]:
        with write() as unit:
            locked = time.perf_counter()
            yield unit
        held.append(time.perf_counter() - locked)

    school.store.write = timed_write  # type: ignore[method-assign]  # of this one store
    began = time.perf_counter()
    import_roster(school.store, roster, "0" * 64, "bench", lambda _done, _all: None)
    taken = time.perf_counter() - began
    school.close()
    return taken


def _insert(source: Path, target: Path) -> float:
    """Return the seconds to copy the rows of one database into another in one durable transaction."""
    read = sqlite3.connect(source)
    tables = []
    for table in _TABLES:
        found = read.execute(f"SELECT * FROM {table} ORDER BY rowid")
        names = ", ".join(f'"{column[0]}"' for column in found.description)
        marks = ", ".join("?" * len(found.description))
        tables.append((f"INSERT INTO {table} ({names}) VALUES ({marks})", found.fetchall()))
    read.close()
    raw = sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        raw.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    raw.execute("BEGIN IMMEDIATE")
    for statement, rows in tables:
        raw.executemany(statement, rows)
    raw.execute("COMMIT")
    taken = time.perf_counter() - began
    raw.close()
    return taken


def _beside_the_kiosk(run: Run, folder: Path) -> list[Bar]:
    """Type at the login of a kiosk, first idle, then while the command imports into its home."""
    files = [csv_of(folder / "roster.csv", run.students), _xlsx(folder / "roster.xlsx", run.students)]
    empty, home = folder / "idle", folder / "home"
    make_school(empty)
    ratios, memory = [], []
    for number in range(_ROUNDS_OF_KEYS):
        terminal = PseudoTerminal(python("run_kiosk.py", "run", "--home", str(_fresh(empty, home))))
        try:
            terminal.wait_for("登入帳號")
            terminal.settle(2.0)
            idle = [_key(terminal, place) for place in range(_IDLE_KEYS)]
            busy, most = _keys_during_import(terminal, home, files[number % len(files)])
        finally:
            terminal.close()
        ratios.append(percentile(busy, 0.95) / percentile(idle, 0.95))
        memory.append(most)
    ratios.sort()
    shown = f"{min(memory) >> 20} to {max(memory) >> 20} MiB"
    return [
        Bar(f"p95 of a key during an import of {run.students:,} / idle", ratios[len(ratios) // 2], 2.5),
        Bar(f"memory of an import of {run.students:,}, CSV and XLSX / 300 MB", max(memory) / _MAX_MEMORY, 1.0, shown),
    ]


def _key(terminal: PseudoTerminal, place: int) -> float:
    """Type a letter and delete it in turns, so that the field never fills."""
    return terminal.key_echo("\x7f" if place % 2 else "a")


def _keys_during_import(terminal: PseudoTerminal, home: Path, file: Path) -> tuple[list[float], int]:
    """Return the seconds of each key during an import, and the most bytes that it and its children held."""
    command = [sys.executable, "run_kiosk.py", "roster", "import", str(file), "--yes", "--home", str(home)]
    keys: list[float] = []
    most = 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as importing:
        process = psutil.Process(importing.pid)
        while importing.poll() is None:
            keys.append(_key(terminal, len(keys)))
            most = max(most, _resident(process))
    if importing.returncode != os.EX_OK:
        raise RuntimeError("the import failed")
    return keys, most


def _resident(process: psutil.Process) -> int:
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += int(one.memory_info().rss)
    except psutil.NoSuchProcess:
        pass  # it ended meanwhile
    return total


def csv_of(file: Path, students: int) -> Path:
    """Write an invented roster of a number of students."""
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(_HEADER)
        writer.writerows(cells for _number, cells in _rows(students))
    return file


def _xlsx(file: Path, students: int) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(_HEADER)
    for _number, cells in _rows(students):
        sheet.append(cells)
    book.save(file)
    return file
