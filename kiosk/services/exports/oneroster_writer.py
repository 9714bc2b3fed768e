"""The school as OneRoster has it: students, their bound parents, homeroom classes and teachers.

No identity number is written. A binding counts while it is active, its application approved, its account open and the
student at school.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from db.keyring import KeyRing
from db.models.columns import table_of
from db.models.school import Staff, StaffClass, Student
from kiosk.config.settings import Settings
from kiosk.rules.accounts import student_account
from kiosk.rules.identity import looks_like_id
from kiosk.rules.roc_dates import school_year
from kiosk.services.auth.staff_session import Role
from kiosk.services.exports.active_bindings import (
    ActiveBinding,
    accounts_of,
    read_bindings,
    shared_mobiles,
    sign_on_names,
)
from kiosk.services.exports.export_log import ACTIVE
from kiosk.services.exports.oneroster_tables import OneRosterTables, User, sourced_id, without_id
from kiosk.services.imports.oneroster_format import Package, Version

_ROLE_OF_BASIS = {"parents": "parent", "sole_custody": "parent", "guardian": "guardian", "carer": "relative"}
_ROLES_IN_ORDER = ("parent", "guardian", "relative")

_student = table_of(Student)
_staff = table_of(Staff)
_staff_class = table_of(StaffClass)

_STUDENTS: Select[Any] = select(
    _student.c.id,
    _student.c.student_number,
    _student.c.name,
    _student.c.class_name,
    _student.c.seat_number,
    _student.c.active,
    _student.c.updated_at,
).order_by(_student.c.class_name, _student.c.student_number)
_TEACHERS = (
    select(_staff.c.id, _staff.c.name, _staff_class.c.class_name)
    .join_from(_staff_class, _staff, _staff_class.c.staff_id == _staff.c.id)
    .where(_staff.c.active, _staff.c.role == Role.HOMEROOM_TEACHER.value)
    .order_by(_staff.c.id, _staff_class.c.class_name)
)


@dataclass(frozen=True)
class RosterExport:
    """A gathered export.

    Attributes:
        package: the tables.
        states: by id, the state of each binding that no earlier export had in this state.
        left_out: the number of such bindings that changed before the delta's day.
    """

    package: Package
    states: Mapping[str, str]
    left_out: int


def gather(
    connection: Connection,
    keys: KeyRing,
    settings: Settings,
    version: Version,
    exported: Mapping[str, str],
    today: date,
    now: int,
    since: int | None,
) -> RosterExport:
    """Gather an export, or with ``since`` a delta; ``exported`` are the last exported states of bindings.

    ``now`` and ``since`` are milliseconds since 1970-01-01 UTC.
    """
    bindings = read_bindings(connection)
    unreported = [one for one in bindings if one.is_unreported(exported)]
    fresh = [one for one in unreported if one.changed_at >= (since or 0)]
    states = {one.id: one.state for one in fresh}
    linked = [one for one in bindings if one.holds and (one.id in states or exported.get(one.id) == ACTIVE)]
    students = _students(connection, since, {one.student_id for one in fresh})
    class_names = sorted({row.class_name for row in students})
    tables = OneRosterTables(keys, settings, version, school_year(today), now, since is not None)
    writer = _Writer(connection, keys, tables, linked, fresh)
    tables.add_school()
    for name in class_names:
        tables.add_class(name)
    for row in students:
        writer.add_student(row)
    writer.add_parents(linked if since is None else fresh)
    if since is None:
        writer.add_teachers(class_names)
    package = Package(version, tables.is_delta, settings.school_code, tables.rows)
    return RosterExport(package, states, len(unreported) - len(fresh))


def _students(connection: Connection, since: int | None, bound: set[str]) -> list[Row[Any]]:
    """Return the active students, or, for a delta, those that changed or have a changed binding."""
    rows = connection.execute(_STUDENTS).all()
    if since is None:
        return [row for row in rows if row.active]
    return [row for row in rows if row.updated_at >= since or row.id in bound]


class _Writer:
    """Adds the school's users with their bindings."""

    def __init__(
        self,
        connection: Connection,
        keys: KeyRing,
        tables: OneRosterTables,
        linked: Sequence[ActiveBinding],
        fresh: Sequence[ActiveBinding],
    ) -> None:
        self.connection = connection
        self.keys = keys
        self.tables = tables
        self.of_student: dict[str, list[ActiveBinding]] = defaultdict(list)
        self.of_account: dict[str, list[ActiveBinding]] = defaultdict(list)
        self.changed_at: dict[str, int] = {}
        for one in linked:
            self.of_student[one.student_id].append(one)
            self.of_account[one.account_id].append(one)
        for one in fresh:
            for row_id in (one.student_id, one.account_id):
                self.changed_at[row_id] = max(self.changed_at.get(row_id, 0), one.changed_at)

    def add_student(self, row: Row[Any]) -> None:
        """Add a student and the enrolment, which a move to another class keeps."""
        number = "" if looks_like_id(row.student_number) else row.student_number
        bindings = tuple(self.of_student.get(row.id, ()))
        user = User(
            id=row.id,
            name=row.name,
            roles=("student",),
            username=student_account(number) if number else sourced_id(row.id),
            identifier=number,
            agents=tuple(one.account_id for one in bindings),
            bindings=bindings,
            seat="" if row.seat_number is None else str(row.seat_number),
            is_gone=not row.active,
            changed_at=max(row.updated_at, self.changed_at.get(row.id, 0)),
        )
        self.tables.add_user(user)
        self.tables.add_enrolment(user, row.class_name, row.id)

    def add_parents(self, exported: Sequence[ActiveBinding]) -> None:
        """Add the parents of these bindings; a parent without another binding is to be deleted."""
        bases: dict[str, set[str]] = defaultdict(set)
        for one in exported:
            bases[one.account_id].add(one.basis)
        shared = shared_mobiles(self.connection)
        for account in accounts_of(self.connection, exported):
            bindings = tuple(self.of_account.get(account.id, ()))
            roles = {_ROLE_OF_BASIS[basis] for basis in {one.basis for one in bindings} or bases[account.id]}
            known = self.keys.open("parent_account", account.id, account.sealed)
            names = filter(without_id, sign_on_names(account, known, shared))
            self.tables.add_user(
                User(
                    id=account.id,
                    name=account.name,
                    roles=tuple(role for role in _ROLES_IN_ORDER if role in roles),
                    username=next(names, sourced_id(account.id)),
                    email=without_id(known["email"] or ""),
                    sms=known["mobile"] or "",
                    agents=tuple(one.student_id for one in bindings),
                    bindings=bindings,
                    is_gone=not bindings,
                    changed_at=self.changed_at.get(account.id),
                )
            )

    def add_teachers(self, class_names: Sequence[str]) -> None:
        """Add the homeroom teachers with name and class; their kiosk account is not exported."""
        teachers: dict[str, User] = {}
        rows = [row for row in self.connection.execute(_TEACHERS) if row.class_name in class_names]
        for row in rows:
            if row.id not in teachers:
                username = sourced_id(row.id)
                teachers[row.id] = User(id=row.id, name=row.name, roles=("teacher",), username=username)
                self.tables.add_user(teachers[row.id])
        for row in rows:
            key = f"{row.id}/{row.class_name}"
            self.tables.add_enrolment(teachers[row.id], row.class_name, key, primary="true")
