"""The bars on submissions: one against the raw transaction on SQLite, and eight processes that submit without rest."""

from __future__ import annotations

import multiprocessing
import sqlite3
import tempfile
import time
from contextlib import closing
from functools import partial
from itertools import count
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import uuid4

from bench.homes import Run, insert_statement, newest_row
from bench.report import Bar, Rounds, seconds
from kiosk.config.settings import Settings
from kiosk.domain.errors import ServiceError
from kiosk.rules.application_numbers import parse_number
from kiosk.services.errors import StoreError
from tests.builders.filled_school import fill_school, open_cheaply, settings_of, submit, visitors_of

_WARM_UP = 10
_WRITERS = 8
_PROCESSES = multiprocessing.get_context("spawn")


def bars(run: Run) -> list[Bar]:
    """Submit and repeat the rows raw, in turns; then let the writers compete."""
    with tempfile.TemporaryDirectory() as folder:
        return [
            _against_raw(run, settings_of(Path(folder) / "one")),
            *_competing(run, settings_of(Path(folder) / "eight")),
        ]


def _against_raw(run: Run, settings: Settings) -> Bar:
    """Submit for one child after another, each time with another applicant."""
    count_of_rounds = run.rounds(300, 60)
    with closing(open_cheaply(settings)) as school:
        fill_school(school, _WARM_UP + count_of_rounds)
        visitors = enumerate(visitors_of(school))
        with closing(sqlite3.connect(settings.database_file, isolation_level=None)) as raw:
            raw.execute("PRAGMA synchronous=FULL")

            def one_round() -> dict[str, float]:
                serial, visitor = next(visitors)
                ours = seconds(lambda: submit(school, visitor, serial))
                return {"ours": ours, "raw": seconds(partial(_insert, raw, _copies_of_the_newest(raw, serial)))}

            Rounds(_WARM_UP, one_round)
            return Rounds(count_of_rounds, one_round).ratio("a submission / the raw transaction", 6.0, "ours", "raw")


def _copies_of_the_newest(connection: sqlite3.Connection, number: int) -> list[tuple[str, dict[str, object]]]:
    """Return inserts of the rows of the last submission under new keys."""
    statements = []
    for table in ("application", "applicant", "signed_form"):
        row = newest_row(connection, table)
        row["id"] = uuid4().hex
        for unique in {"number", "receipt_token", "request_id"} & row.keys():
            row[unique] = f"raw{number}{uuid4().hex[:12]}"
        if table == "applicant":
            row["live"] = False
        if table == "application":
            row["state"] = "withdrawn"
        statements.append((insert_statement(table, row), row))
    return statements


def _insert(connection: sqlite3.Connection, statements: list[tuple[str, dict[str, object]]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement, row in statements:
        connection.execute(statement, row)
    connection.execute("COMMIT")


def _competing(run: Run, settings: Settings) -> list[Bar]:
    """Fill a school and let all writers begin at once."""
    with closing(open_cheaply(settings)) as school:
        fill_school(school, 1_200)
    start = _PROCESSES.Barrier(_WRITERS)
    with _PROCESSES.Pool(_WRITERS, _remember, (start,)) as pool:
        done = pool.starmap(_write, [(settings, place, run.rounds(10)) for place in range(_WRITERS)], chunksize=1)
    counts = [len(taken) for taken, _serials, _errors in done]
    serials = sorted(serial for _taken, serials, _errors in done for serial in serials)
    misnumbered = sum(serial != expected for expected, serial in enumerate(serials, 1))
    detail = f"{sum(counts)} submissions, {min(counts)} to {max(counts)} a writer"
    return [
        Bar("8 writers: errors", sum(errors for _taken, _serials, errors in done), 0, detail),
        Bar("8 writers: numbers repeated or skipped", misnumbered, 0),
        Bar("8 writers: the worst submission, s", max(max(taken) for taken, _serials, _errors in done), 0.5),
        Bar("8 writers: the fastest / the slowest", max(counts) / min(counts), 2.0),
    ]


_start: Barrier


def _remember(start: Barrier) -> None:
    global _start
    _start = start


def _write(settings: Settings, place: int, limit: float) -> tuple[list[float], list[int], int]:
    """Submit until the time is over, each time for another child and applicant.

    Returns:
        The seconds of each submission, the serials of the application numbers, and the count of errors.
    """
    school = open_cheaply(settings)
    visitors = visitors_of(school)[place::_WRITERS]
    taken: list[float] = []
    serials: list[int] = []
    errors = 0
    _start.wait()
    end = time.perf_counter() + limit
    for number in count():
        began = time.perf_counter()
        if began > end:
            break
        try:
            receipt = submit(school, visitors[number % len(visitors)], 1_000_000 + number * _WRITERS + place)
            serials.append(parse_number(receipt.number)[1])
        except (ServiceError, StoreError):
            errors += 1
        taken.append(time.perf_counter() - began)
    school.close()
    return taken, serials, errors
