"""Homes to measure in: a small school, and schools with any number of applications on file."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from kiosk.config.settings import Settings, load_settings
from kiosk.rules.application_numbers import format_number
from kiosk.services.auth.staff_session import Role
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.builders.filled_school import add_staff, fill_school, open_cheaply, settings_of, submit, visitors_of
from tests.pilot.conftest import add_students

REGISTRAR = "REGISTRAR"
_BATCH = 20_000
_FAMILY, _GIVEN = "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐", "志明俊傑雅婷怡君家豪淑芬冠宇詩涵承恩品妍宗翰"
_CLASSES = 36
_DECIDED = ("approved", "rejected", "withdrawn")
_ONE_DECIDED_IN = 5
_TABLES = ("student", "application", "applicant", "signed_form")


class Run:
    """One run of the benchmark, and the homes that its groups share.

    Args:
        folder: holds the homes.
        short: few rounds and small homes, for a quick check before a merge.
    """

    def __init__(self, folder: Path, *, short: bool) -> None:
        self.short = short
        self.applications = 10_000 if short else 1_000_000
        self.students = 10_000 if short else 100_000
        self._folder = folder

    def rounds(self, many: int, few: int = 3) -> int:
        """Return the number of rounds to measure."""
        return few if self.short else many

    def home(self, applications: int = 0) -> Settings:
        """Return a home with a number of applications on file, made at its first use."""
        settings = settings_of(self._folder / f"of {applications}")
        if not settings.database_file.exists():
            _fill_home(settings, applications)
        return settings


@contextmanager
def small_school() -> Iterator[tuple[School, FakeClock]]:
    """Open a school of three students in a folder of its own."""
    clock = FakeClock()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder) / "home", environment={})
        with closing(open_school(settings, clock, PasswordHasher(1, 1024, 1))) as school:
            add_students(school)
            yield school, clock


def clear_failures(settings: Settings) -> None:
    """Clear the counts of failed sign-ins, so that none is delayed."""
    with closing(sqlite3.connect(settings.database_file, isolation_level=None)) as connection:
        for table in ("sign_in_counter", "terminal_failure"):
            connection.execute(f"DELETE FROM {table}")


def number_of(place: int) -> str:
    """Return the number of the application at a place of the order of submission, from 1."""
    return format_number(115, place)


def student_name(place: int) -> str:
    """Return the student's name of the application at that place."""
    place, family = divmod(place, len(_FAMILY))
    later, first = divmod(place, len(_GIVEN))
    return _FAMILY[family] + _GIVEN[first] + _GIVEN[later % len(_GIVEN)]


def newest_row(connection: sqlite3.Connection, table: str) -> dict[str, Any]:
    """Return the last row of a table by its columns."""
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))


def insert_statement(table: str, columns: Iterable[str]) -> str:
    """Return the statement that inserts a row given by its columns."""
    names = list(columns)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"


def _fill_home(settings: Settings, applications: int) -> None:
    """Make a school of three students, a registrar, and a number of applications on file.

    All applications are copies of one, each with a child and an applicant of its own, written without the services.
    One in five is decided.
    """
    with closing(open_cheaply(settings)) as school:
        fill_school(school, 3)
        add_staff(school, REGISTRAR, Role.REGISTRAR)
        if applications:
            submit(school, visitors_of(school)[0], 0)
    if applications:
        with closing(sqlite3.connect(settings.database_file)) as connection:
            _multiply(connection, applications)
            connection.commit()


def _multiply(connection: sqlite3.Connection, applications: int) -> None:
    """Copy the only application, the decided copies first; then write the counters."""
    templates = {table: newest_row(connection, table) for table in _TABLES}
    rows = (_rows_at(templates, place, applications) for place in range(2, applications + 1))
    while batch := list(islice(rows, _BATCH)):
        for table in _TABLES:
            connection.executemany(insert_statement(table, templates[table]), [row[table] for row in batch])
    connection.execute("DELETE FROM application_count")
    connection.execute(
        "INSERT INTO application_count (class_name, state, value)"
        " SELECT class_name, state, count(*) FROM application GROUP BY class_name, state"
    )
    connection.execute("UPDATE number_counter SET value = ? WHERE name LIKE 'application.%'", (applications,))


def _rows_at(templates: dict[str, dict[str, Any]], place: int, applications: int) -> dict[str, dict[str, Any]]:
    """Return the rows of the application at a place, by table."""
    is_decided = place <= applications // _ONE_DECIDED_IN
    state = _DECIDED[place % len(_DECIDED)] if is_decided else "under_review"
    child, application, name = f"{place:032x}", f"{place:031x}a", student_name(place)
    of_child = {
        "class_name": f"科{place % _CLASSES}",
        "seat_number": place % 40 + 1,
        "student_number": f"3{place:07}",
    }
    changes: dict[str, dict[str, Any]] = {
        "student": {**of_child, "id": child, "name": name, "national_id_index": os.urandom(16)},
        "application": {
            **of_child,
            "id": application,
            "student_id": child,
            "number": number_of(place),
            "receipt_token": f"{place:022}",
            "request_id": f"{place:032}",
            "state": state,
            "student_name": name,
            "names": f"{name}、{templates['applicant']['name']}",
            "submitted_at": templates["application"]["submitted_at"] + place,
            "is_blocked": place % 2 and not is_decided,
        },
        "applicant": {
            **{index: os.urandom(16) for index in ("national_id_index", "mobile_index", "email_index")},
            "id": f"{place:031x}b",
            "application_id": application,
            "student_id": child,
            "live": not is_decided or state == "approved",
        },
        "signed_form": {"id": f"{place:031x}c", "student_id": child, "application_id": application},
    }
    return {table: templates[table] | changed for table, changed in changes.items()}
