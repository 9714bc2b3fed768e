"""The bar on a submission: through the service, against the raw transaction on SQLite.

Each submission has another child and another applicant.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

from bench.homes import Run
from bench.report import Bar
from tests.builders.filled_school import fill_school, open_cheaply, settings_of, submit, visitors_of

_ROUNDS, _ROUNDS_IN_SHORT = 300, 60
_WARM_UP = 10
_TABLES = ("application", "applicant", "signed_form")


def bars(run: Run) -> list[Bar]:
    """Submit and repeat the rows raw, in turns."""
    rounds = _WARM_UP + run.rounds(_ROUNDS, _ROUNDS_IN_SHORT)
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder) / "home")
        school = open_cheaply(settings)
        fill_school(school, rounds)
        raw = sqlite3.connect(settings.database_file, isolation_level=None)
        raw.execute("PRAGMA synchronous=FULL")
        pairs = []
        for number, visitor in enumerate(visitors_of(school)):
            ours = _timed(partial(submit, school, visitor, number))
            statements = _copies_of_the_newest(raw, number)
            theirs = _timed(partial(_transaction, raw, statements))
            pairs.append((ours, theirs))
        raw.close()
        school.close()
    del pairs[:_WARM_UP]
    result = []
    for place, what in enumerate(("by the wall clock", "in processor time")):
        ratio = statistics.median(ours[place] / theirs[place] for ours, theirs in pairs)
        shown = [statistics.median(pair[side][place] for pair in pairs) * 1000 for side in (0, 1)]
        detail = f"{shown[0]:.2f} ms / {shown[1]:.2f} ms"
        result.append(Bar(f"a submission / the raw transaction, {what}", ratio, 6.0, detail))
    return result


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of an act by the wall clock and in processor time."""
    began, used = time.perf_counter(), time.thread_time()
    act()
    return time.perf_counter() - began, time.thread_time() - used


def _copies_of_the_newest(connection: sqlite3.Connection, number: int) -> list[tuple[str, tuple[object, ...]]]:
    """Return inserts of the rows of the last submission under new keys."""
    statements = []
    for table in _TABLES:
        cursor = connection.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
        row["id"] = uuid4().hex
        for unique in ("number", "receipt_token", "request_id"):
            if unique in row:
                row[unique] = f"raw{number}{uuid4().hex[:12]}"
        if table == "applicant":
            row["live"] = False
        if table == "application":
            row["state"] = "withdrawn"
        marks = ",".join("?" * len(row))
        statements.append((f"INSERT INTO {table} ({','.join(row)}) VALUES ({marks})", tuple(row.values())))
    return statements


def _transaction(connection: sqlite3.Connection, statements: list[tuple[str, tuple[object, ...]]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement, values in statements:
        connection.execute(statement, values)
    connection.execute("COMMIT")
