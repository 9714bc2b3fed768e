"""Homes to measure in: a school with no application on file, and schools with any number of them."""

from __future__ import annotations

import os
import sqlite3
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from kiosk.config.settings import Settings
from kiosk.rules.application_numbers import format_number
from kiosk.services.auth.staff_session import Role
from tests.builders.filled_school import (
    add_staff,
    fill_school,
    open_cheaply,
    settings_of,
    submit,
    visitors_of,
)

YEAR = 115
REGISTRAR = "REGISTRAR"
_STUDENTS = 3
_BATCH = 20_000
_FAMILY, _GIVEN = "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐", "志明俊傑雅婷怡君家豪淑芬冠宇詩涵承恩品妍宗翰"
_CLASSES = tuple(
    f"{department}{grade}{section}" for department in "電機資園" for grade in "一二三" for section in "智仁勇"
)
_DECIDED = ("approved", "rejected", "withdrawn")
_ONE_DECIDED_IN = 5
_TABLES = ("student", "application", "applicant", "signed_form")


class Run:
    """One run of the benchmark, and the homes that its groups share.

    Args:
        folder: holds the homes, each made at its first use.
        short: few rounds and small homes, for a quick check before a merge.
    """

    def __init__(self, folder: Path, *, short: bool) -> None:
        self.folder = folder
        self.short = short
        self.applications = 10_000 if short else 1_000_000
        self.students = 10_000 if short else 100_000

    def rounds(self, many: int, few: int = 3) -> int:
        """Return the number of rounds to measure."""
        return few if self.short else many

    @cached_property
    def empty(self) -> Settings:
        """A home with no application on file."""
        return make_home(self.folder / "empty")

    @cached_property
    def thousand(self) -> Settings:
        """A home with a thousand applications on file."""
        return make_home(self.folder / "thousand", 1_000)

    @cached_property
    def filled(self) -> Settings:
        """A home with :attr:`applications` on file."""
        return make_home(self.folder / "filled", self.applications)


def make_home(home: Path, applications: int = 0) -> Settings:
    """Make a school of three students, a registrar, and a number of applications on file.

    All applications are copies of one, each with a child and an applicant of its own, written without the services.
    One in five is decided.
    """
    settings = settings_of(home)
    school = open_cheaply(settings)
    fill_school(school, _STUDENTS)
    add_staff(school, REGISTRAR, Role.REGISTRAR)
    if applications:
        submit(school, visitors_of(school)[0], 0)
    school.close()
    if applications:
        connection = sqlite3.connect(settings.database_file)
        _multiply(connection, applications)
        connection.commit()
        connection.close()
    return settings


def forget_failures(settings: Settings) -> None:
    """Clear the counts of failed sign-ins, so that none is delayed."""
    connection = sqlite3.connect(settings.database_file, isolation_level=None)
    for table in ("sign_in_counter", "terminal_failure"):
        connection.execute(f"DELETE FROM {table}")
    connection.close()


def number_of(place: int) -> str:
    """Return the number of the application at a place of the order of submission, from 1."""
    return format_number(YEAR, place)


def student_name(place: int) -> str:
    """Return the student's name of the application at that place."""
    place, family = divmod(place, len(_FAMILY))
    later, first = divmod(place, len(_GIVEN))
    return _FAMILY[family] + _GIVEN[first] + _GIVEN[later % len(_GIVEN)]


def _multiply(connection: sqlite3.Connection, applications: int) -> None:
    """Copy the only application, the decided copies first; then write the counters."""
    templates = {table: _newest(connection, table) for table in _TABLES}
    rows = (_rows_at(templates, place, applications) for place in range(2, applications + 1))
    while batch := list(islice(rows, _BATCH)):
        for table in _TABLES:
            names = templates[table]
            marks = ", ".join(f":{name}" for name in names)
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
            connection.executemany(statement, [row[table] for row in batch])
    connection.execute("DELETE FROM application_count")
    connection.execute(
        "INSERT INTO application_count (class_name, state, value)"
        " SELECT class_name, state, count(*) FROM application GROUP BY class_name, state"
    )
    connection.execute("UPDATE number_counter SET value = ? WHERE name LIKE 'application.%'", (applications,))


def _newest(connection: sqlite3.Connection, table: str) -> dict[str, Any]:
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))


def _rows_at(templates: dict[str, dict[str, Any]], place: int, applications: int) -> dict[str, dict[str, Any]]:
    """Return the rows of the application at a place, by table."""
    is_decided = place <= applications // _ONE_DECIDED_IN
    state = _DECIDED[place % len(_DECIDED)] if is_decided else "under_review"
    child, application, applicant = f"{place:032x}", f"{place:031x}a", f"{place:031x}b"
    name, number = student_name(place), f"3{place:07}"
    of_child = {"class_name": _CLASSES[place % len(_CLASSES)], "seat_number": place % 40 + 1, "student_number": number}
    index = {key: os.urandom(16) for key in ("national_id_index", "mobile_index", "email_index")}
    return {
        "student": {
            **templates["student"], **of_child, "id": child, "name": name, "national_id_index": os.urandom(16),
        },
        "application": {
            **templates["application"], **of_child, "id": application, "student_id": child, "number": number_of(place),
            "receipt_token": f"{place:022}", "request_id": f"{place:032}", "state": state, "student_name": name,
            "names": f"{name}、{templates['applicant']['name']}",
            "submitted_at": templates["application"]["submitted_at"] + place,
            "is_blocked": place % 2 and not is_decided,
        },
        "applicant": {
            **templates["applicant"], **index, "id": applicant, "application_id": application, "student_id": child,
            "live": not is_decided or state == "approved",
        },
        "signed_form": {
            **templates["signed_form"], "id": f"{place:031x}c", "student_id": child, "application_id": application,
        },
    }  # fmt: skip
