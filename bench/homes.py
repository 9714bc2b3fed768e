"""Homes to measure in: a school with nothing on file, and one with any number of applications."""

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
    student_id_number,
    submit,
    visitors_of,
)

YEAR = 115
REGISTRAR = "REGISTRAR"
FIRST_LOGIN = ("P120002", student_id_number(1))
"""A student's account and first password, which must be changed."""

_STUDENTS = 3
_AT_ONCE = 20_000
_FAMILY, _GIVEN = "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐", "志明俊傑雅婷怡君家豪淑芬冠宇詩涵承恩品妍宗翰"
_CLASSES = tuple(
    f"{department}{grade}{section}" for department in "電機資園" for grade in "一二三" for section in "智仁勇"
)
_DECIDED = ("approved", "rejected", "withdrawn")
_SHARE_DECIDED = 5
_TABLES = ("student", "application", "applicant", "signed_form")


class Run:
    """One run of the bench, and the homes that its measurements share.

    Args:
        folder: where the homes are made, each when first asked for.
        short: few rounds and small homes, for a look before a merge.
    """

    def __init__(self, folder: Path, *, short: bool) -> None:
        self.folder = folder
        self.short = short
        self.applications = 10_000 if short else 1_000_000
        self.students = 10_000 if short else 100_000

    def rounds(self, many: int, few: int = 3) -> int:
        """How often to measure."""
        return few if self.short else many

    @cached_property
    def empty(self) -> Settings:
        """A home with no application on file."""
        return make_home(self.folder / "empty")

    @cached_property
    def thousand(self) -> Settings:
        """A home with a thousand."""
        return make_home(self.folder / "thousand", 1_000)

    @cached_property
    def filled(self) -> Settings:
        """A home with a million of them; in short ten thousand."""
        return make_home(self.folder / "filled", self.applications)


def make_home(home: Path, applications: int = 0) -> Settings:
    """A school of three students, the first past the first password, and a registrar; and so many applications on file.

    All but one of the applications are copies of that one, each of a child and a person of its own, written without
    the services: one in five is decided, the others wait.
    """
    settings = settings_of(home)
    school = open_cheaply(settings)
    fill_school(school, _STUDENTS)
    add_staff(school, REGISTRAR, Role.REGISTRAR)
    if applications:
        submit(school, visitors_of(school)[0], 0)
    school.close()
    connection = sqlite3.connect(settings.database_file)
    connection.execute(
        "UPDATE credential SET password_hash = NULL, pepper_id = NULL WHERE account = ?", FIRST_LOGIN[:1]
    )
    if applications:
        _multiply(connection, applications)
    connection.commit()
    connection.close()
    return settings


def forget_failures(settings: Settings) -> None:
    """Forget who failed to sign in, so that nobody is made to wait."""
    connection = sqlite3.connect(settings.database_file, isolation_level=None)
    for table in ("sign_in_counter", "terminal_failure"):
        connection.execute(f"DELETE FROM {table}")
    connection.close()


def number_of(place: int) -> str:
    """The number of the application at a place of the filled home's order, from 1."""
    return format_number(YEAR, place)


def student_name(place: int) -> str:
    """The student's name of that application."""
    place, family = divmod(place, len(_FAMILY))
    later, first = divmod(place, len(_GIVEN))
    return _FAMILY[family] + _GIVEN[first] + _GIVEN[later % len(_GIVEN)]


def _multiply(connection: sqlite3.Connection, applications: int) -> None:
    """Copy the only application until there are so many, then count them; those decided came first."""
    found = {table: _newest(connection, table) for table in _TABLES}
    rows = (_copies(found, place, applications) for place in range(2, applications + 1))
    while some := list(islice(rows, _AT_ONCE)):
        for table in _TABLES:
            names = found[table]
            marks = ", ".join(f":{name}" for name in names)
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
            connection.executemany(statement, [row[table] for row in some])
    connection.execute("DELETE FROM application_count")
    connection.execute(
        "INSERT INTO application_count (class_name, state, value)"
        " SELECT class_name, state, count(*) FROM application GROUP BY class_name, state"
    )
    connection.execute("UPDATE number_counter SET value = ? WHERE name LIKE 'application.%'", (applications,))


def _newest(connection: sqlite3.Connection, table: str) -> dict[str, Any]:
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))


def _copies(found: dict[str, dict[str, Any]], place: int, applications: int) -> dict[str, dict[str, Any]]:
    """The rows of the application at a place: the child, the application, its person, its form."""
    is_decided = place <= applications // _SHARE_DECIDED
    state = _DECIDED[place % len(_DECIDED)] if is_decided else "under_review"
    child, application, person = f"{place:032x}", f"{place:031x}a", f"{place:031x}b"
    name, number = student_name(place), f"3{place:07}"
    of_child = {"class_name": _CLASSES[place % len(_CLASSES)], "seat_number": place % 40 + 1, "student_number": number}
    index = {key: os.urandom(16) for key in ("national_id_index", "mobile_index", "email_index")}
    return {
        "student": {
            **found["student"], **of_child, "id": child, "name": name, "national_id_index": os.urandom(16),
        },
        "application": {
            **found["application"], **of_child, "id": application, "student_id": child, "number": number_of(place),
            "receipt_token": f"{place:022}", "request_id": f"{place:032}", "state": state, "student_name": name,
            "names": f"{name}、{found['applicant']['name']}",
            "submitted_at": found["application"]["submitted_at"] + place, "is_blocked": place % 2 and not is_decided,
        },
        "applicant": {
            **found["applicant"], **index, "id": person, "application_id": application, "student_id": child,
            "live": not is_decided or state == "approved",
        },
        "signed_form": {
            **found["signed_form"], "id": f"{place:031x}c", "student_id": child, "application_id": application,
        },
    }  # fmt: skip
