"""The bar on writers: eight processes that submit applications without rest into one SQLite file."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

from bench.homes import Run
from bench.report import Bar
from kiosk.config.settings import Settings
from kiosk.domain.errors import ServiceError
from kiosk.rules.application_numbers import parse_number
from kiosk.services.errors import StoreError
from tests.builders.filled_school import fill_school, open_cheaply, settings_of, submit, visitors_of

_WRITERS = 8
_SECONDS, _SECONDS_IN_SHORT = 10.0, 3.0
_STUDENTS = 1200
_FIRST_SERIAL = 1_000_000
_MAX_SECONDS = 0.5
_PROCESSES = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class WriterResult:
    """One writer's seconds of each submission, application numbers, and count of errors."""

    seconds: list[float]
    numbers: list[str]
    errors: int


def bars(run: Run) -> list[Bar]:
    """Measure in a school of its own."""
    with tempfile.TemporaryDirectory() as folder:
        done = measure(settings_of(Path(folder) / "home"), _SECONDS_IN_SHORT if run.short else _SECONDS)
    counts = [len(one.seconds) for one in done]
    serials = sorted(parse_number(number)[1] for one in done for number in one.numbers)
    misnumbered = len(set(serials) ^ set(range(1, len(serials) + 1))) + len(serials) - len(set(serials))
    worst = max(max(one.seconds) for one in done)
    detail = f"{sum(counts)} submissions, {min(counts)} to {max(counts)} a writer, worst {worst * 1000:.0f} ms"
    return [
        Bar("8 writers: errors", sum(one.errors for one in done), 0, detail),
        Bar("8 writers: numbers repeated or skipped", misnumbered, 0),
        Bar("8 writers: the worst submission / 500 ms", worst / _MAX_SECONDS, 1.0),
        Bar("8 writers: the slowest / the fastest", min(counts) / max(counts), 0.5, at_least=True),
    ]


def measure(settings: Settings, seconds: float, writers: int = _WRITERS) -> list[WriterResult]:
    """Fill a school and let all writers begin at once."""
    school = open_cheaply(settings)
    fill_school(school, _STUDENTS)
    school.close()
    start = _PROCESSES.Barrier(writers)
    with _PROCESSES.Pool(writers, _remember, (start,)) as pool:
        return pool.starmap(_write, [(settings, place, writers, seconds) for place in range(writers)], chunksize=1)


_start: Barrier


def _remember(start: Barrier) -> None:
    global _start
    _start = start


def _write(settings: Settings, place: int, writers: int, seconds: float) -> WriterResult:
    """Submit for one student after another, each time with a new applicant, until the time is over."""
    school = open_cheaply(settings)
    visitors = visitors_of(school)[place::writers]
    taken: list[float] = []
    numbers: list[str] = []
    errors = 0
    _start.wait()
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        serial = _FIRST_SERIAL + len(taken) * writers + place
        try:
            numbers.append(submit(school, visitors[len(taken) % len(visitors)], serial).number)
        except (ServiceError, StoreError):
            errors += 1
        taken.append(time.perf_counter() - began)
    school.close()
    return WriterResult(taken, numbers, errors)
