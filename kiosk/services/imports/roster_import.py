"""Taking a checked roster in: all of it in one transaction, or nothing; what parents did stays as it is.

Known students are found by their number. Of them the roster changes what it speaks of, no more: a column that the
file does not have, and an ID or a birth date left blank, leave what is on file. A chosen password, a consent, a draft
and an application's state are never touched. Students whom the file no longer has become inactive and cannot sign in;
they come back with all they had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from db.bulk_insert import NewRows
from db.keyring import IndexColumn
from db.models.columns import table_of
from db.models.logins import Credential
from db.models.school import Guardian, RosterImport, Student
from db.store import Store, UnitOfWork
from kiosk.domain.errors import ServiceError
from kiosk.rules.accounts import student_account
from kiosk.services.applications.flags import refresh_after_roster
from kiosk.services.auth.password_changes import new_desk_code
from kiosk.services.auth.student_session import STUDENT_LOGIN
from kiosk.services.imports.roster_check import GuardianRow, Roster, StudentRow
from kiosk.services.imports.roster_columns import DETAILS

FEW_LEAVING = 10
SHARE_LEAVING = 0.2
"""More than both, and the file is likelier a part of the school than the school: nobody leaves unasked."""

_BATCH = 2000

_student = table_of(Student)
_credential = table_of(Credential)
_guardian = table_of(Guardian)

_ACTIVE = select(_student.c.id, _student.c.student_number).where(_student.c.active)
_KNOWN = select(_student).where(_student.c.student_number.in_(bindparam("numbers", expanding=True)))
_GUARDIANS = select(_guardian).where(_guardian.c.student_id.in_(bindparam("students", expanding=True)))
_CHANGE_STUDENT = (
    update(_student)
    .where(_student.c.id == bindparam("row"))
    .values(
        **{
            name: bindparam(name)
            for name in ("name", "class_name", "seat_number", "lost_characters", "national_id_index", "sealed")
        },
        active=True,
        updated_at=bindparam("now"),
        version=_student.c.version + 1,
    )
)
_LEAVE = (
    update(_student)
    .where(_student.c.id == bindparam("row"))
    .values(active=False, updated_at=bindparam("now"), version=_student.c.version + 1)
)
_LOGIN_OF = _credential.update().where(
    _credential.c.subject_id == bindparam("row"), _credential.c.kind == STUDENT_LOGIN
)
_SWITCH_LOGIN = _LOGIN_OF.values(active=bindparam("holds"), version=_credential.c.version + 1)
_NEW_FIRST_PASSWORD = _LOGIN_OF.where(_credential.c.password_hash.is_(None)).values(
    initial_code=bindparam("code"),
    initial_kind="national_id",
    initial_failures=0,
    initial_expires_at=None,
    changed_at=bindparam("now"),
    version=_credential.c.version + 1,
)
_FORGET_GUARDIAN = delete(_guardian).where(_guardian.c.id == bindparam("row"))


class TooManyWouldLeave(ServiceError):
    """More students would become inactive than anybody has agreed to; nothing was written."""

    def __init__(self, leaving: int, active: int) -> None:
        super().__init__("too many students would leave")
        self.leaving = leaving
        self.active = active


@dataclass(frozen=True)
class RosterChanges:
    """A roster against the school: students that are new, known, and ``leaving``, of those who are ``active`` now."""

    added: int
    known: int
    leaving: int
    active: int

    @property
    def must_be_agreed(self) -> bool:
        """Whether so many would leave that a person must agree to their number."""
        return self.leaving > max(FEW_LEAVING, SHARE_LEAVING * self.active)


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        added: new students.
        changed: known students of whom something changed, those included who came back.
        returned: students who were inactive.
        left: students who are inactive now.
        id_logins: students whose ID is new on file and is their first password from now on.
        desk_codes: (student number, code) of those without an ID; to be shown once.
    """

    added: int
    changed: int
    returned: int
    left: int
    id_logins: int
    desk_codes: tuple[tuple[str, str], ...] = field(repr=False)


def compare_with_school(store: Store, roster: Roster) -> RosterChanges:
    """Say what an import would do; nothing is written.

    Raises:
        StoreError: the database cannot be read.
    """
    listed = {row.student_number for row in roster.students}
    with store.read() as session:
        connection = session.connection()
        leaving, active = _leaving(connection, listed)
        known = 0
        for start in range(0, len(roster.students), _BATCH):
            numbers = [row.student_number for row in roster.students[start : start + _BATCH]]
            found = select(func.count()).select_from(_student).where(_student.c.student_number.in_(numbers))
            known += connection.execute(found).scalar_one()
    return RosterChanges(len(listed) - known, known, len(leaving), active)


def import_roster(
    store: Store,
    roster: Roster,
    file_sha256: str,
    actor: str,
    progress: Callable[[int, int], None],
    *,
    may_leave: int | None = None,
) -> Imported:
    """Write a roster without faults.

    Args:
        store: the school's database.
        roster: from :func:`~kiosk.services.imports.roster_check.check_roster`.
        file_sha256: of the file, kept with the import.
        actor: for the audit.
        progress: told how many students of how many are done.
        may_leave: to how many leaving students a person has agreed; None where nobody was asked.

    Raises:
        ValueError: the roster has faults.
        TooManyWouldLeave: more than agreed to, or, where nobody was asked, more than goes without saying.
        StoreError: nothing was written.
    """
    if roster.faults:
        raise ValueError("a roster with faults is not imported")
    with store.write() as unit:
        return _Import(unit, roster, progress).run(file_sha256, actor, may_leave)


def _leaving(connection: Connection, listed: set[str]) -> tuple[list[str], int]:
    """The ids of the active students who are not listed, and how many are active."""
    active, leaving = 0, []
    for row_id, number in connection.execute(_ACTIVE):
        active += 1
        if number not in listed:
            leaving.append(row_id)
    return leaving, active


class _Import:
    """One import within its unit of work."""

    def __init__(self, unit: UnitOfWork, roster: Roster, progress: Callable[[int, int], None]) -> None:
        self.unit = unit
        self.keys = unit.keys
        self.connection = unit.connection
        self.roster = roster
        self.guardian_columns = roster.guardian_columns
        self.progress = progress
        self.codes: list[tuple[str, str]] = []
        self.renamed: list[str] = []
        self.returned = self.id_logins = 0
        self.new_students = NewRows(
            _student, "id", "student_number", "name", "class_name", "seat_number", "active", "data_state",
            "lost_characters", "national_id_index", "sealed", "updated_at", "version",
        )  # fmt: skip
        self.new_logins = NewRows(
            _credential, "id", "kind", "account", "subject_id", "active", "initial_code", "initial_kind",
            "initial_failures", "earlier_hashes", "changed_at", "version",
        )  # fmt: skip
        self.new_guardians = NewRows(
            _guardian, "id", "student_id", "role", "name", "national_id_index", "mobile_index", "email_index", "sealed"
        )

    def run(self, file_sha256: str, actor: str, may_leave: int | None) -> Imported:
        """Import, and record it."""
        students = self.roster.students
        leaving, active = _leaving(self.connection, {row.student_number for row in students})
        self._refuse_unagreed(RosterChanges(0, 0, len(leaving), active), may_leave)
        added = changed = 0
        for start in range(0, len(students), _BATCH):
            batch = students[start : start + _BATCH]
            numbers = [row.student_number for row in batch]
            known = {row.student_number: row for row in self.connection.execute(_KNOWN, {"numbers": numbers})}
            new = [row for row in batch if row.student_number not in known]
            added += len(new)
            changed += self._update([row for row in batch if row.student_number in known], known)
            for row in new:
                self._insert(row)
            self._write_new()
            self.progress(start + len(batch), len(students))
        self._many(_LEAVE, [{"row": row_id, "now": self.unit.timestamp_ms} for row_id in leaving])
        self._many(_SWITCH_LOGIN, [{"row": row_id, "holds": False} for row_id in leaving])
        refresh_after_roster(self.unit, self.renamed)
        counts = {"students": len(students), "added": added, "changed": changed, "left": len(leaving)}
        record = {"id": uuid4().hex, "file_sha256": file_sha256, "imported_at": self.unit.timestamp_ms}
        self.connection.execute(insert(table_of(RosterImport)), record | counts)
        self.unit.audit(actor, "roster.imported", "school", {"sha256": file_sha256} | counts)
        return Imported(added, changed, self.returned, len(leaving), self.id_logins, tuple(self.codes))

    def _refuse_unagreed(self, found: RosterChanges, may_leave: int | None) -> None:
        refused = found.must_be_agreed if may_leave is None else found.leaving > may_leave
        if refused:
            raise TooManyWouldLeave(found.leaving, found.active)

    def _insert(self, row: StudentRow) -> None:
        student_id = uuid4().hex
        birth = row.birth_date.isoformat() if row.birth_date else None
        self.new_students.add(
            student_id,
            row.student_number,
            row.name,
            row.class_name,
            row.seat_number,
            True,
            "unconfirmed",
            row.lost_characters,
            self._index(IndexColumn.NATIONAL_ID, row.national_id),
            self.keys.seal("student", student_id, {"birth_date": birth}),
            self.unit.timestamp_ms,
            1,
        )
        secret = row.national_id
        if not secret:
            secret = new_desk_code()
            self.codes.append((row.student_number, f"{secret[:4]}-{secret[4:]}"))
        self.new_logins.add(
            uuid4().hex,
            STUDENT_LOGIN,
            student_account(row.student_number),
            student_id,
            True,
            self.keys.initial_code(row.student_number, secret),
            "national_id" if row.national_id else "desk_code",
            0,
            "[]",
            self.unit.timestamp_ms,
            1,
        )
        for guardian in row.guardians:
            self._insert_guardian(student_id, guardian)

    def _insert_guardian(self, student_id: str, guardian: GuardianRow) -> None:
        row_id = uuid4().hex
        values = {"national_id": guardian.national_id, "mobile": guardian.mobile, "email": guardian.email}
        self.new_guardians.add(
            row_id,
            student_id,
            guardian.role,
            guardian.name,
            self._index(IndexColumn.NATIONAL_ID, guardian.national_id),
            self._index(IndexColumn.MOBILE, guardian.mobile),
            self._index(IndexColumn.EMAIL, guardian.email.lower()),
            self.keys.seal("guardian", row_id, values),
        )

    def _index(self, column: IndexColumn, value: str) -> bytes | None:
        return self.keys.index(column, value) if value else None

    def _write_new(self) -> None:
        """Students first: the others point to them."""
        for rows in (self.new_students, self.new_logins, self.new_guardians):
            rows.write(self.connection)

    def _update(self, rows: Sequence[StudentRow], known: Mapping[str, Row[Any]]) -> int:
        """Change what differs of known students; how many that were."""
        changes, first_passwords, back, forgotten = [], [], [], []
        on_file = self._guardians_on_file([known[row.student_number].id for row in rows])
        changed = 0
        for row in rows:
            before = known[row.student_number]
            after = self._student_after(row, before)
            differs = not before.active or any(value != getattr(before, name) for name, value in after.items())
            if differs:
                changes.append({"row": before.id, "now": self.unit.timestamp_ms, **after})
            if row.name != before.name:
                self.renamed.append(before.id)
            if not before.active:
                back.append({"row": before.id, "holds": True})
            if after["national_id_index"] != before.national_id_index:
                code = self.keys.initial_code(row.student_number, row.national_id)
                first_passwords.append({"row": before.id, "code": code, "now": self.unit.timestamp_ms})
                self.id_logins += before.national_id_index is None
            outdated = list(self._renew_guardians(row, before.id, on_file.get(before.id, {})))
            forgotten += [{"row": row_id} for row_id in outdated if row_id]
            changed += differs or bool(outdated)
        self._many(_CHANGE_STUDENT, changes)
        self._many(_SWITCH_LOGIN, back)
        self._many(_NEW_FIRST_PASSWORD, first_passwords)
        self._many(_FORGET_GUARDIAN, forgotten)
        self.returned += len(back)
        return changed

    def _student_after(self, row: StudentRow, before: Row[Any]) -> dict[str, Any]:
        """The columns of a known student as they are to be; the sealed ones only made anew where they change."""
        index, sealed = before.national_id_index, before.sealed
        if row.national_id:
            index = self.keys.index(IndexColumn.NATIONAL_ID, row.national_id)
        if row.birth_date and row.birth_date != self._birth_date(before):
            sealed = self.keys.seal("student", before.id, {"birth_date": row.birth_date.isoformat()})
        has_seats = "seat_number" in self.roster.columns
        return {
            "name": row.name,
            "class_name": row.class_name,
            "seat_number": row.seat_number if has_seats else before.seat_number,
            "lost_characters": row.lost_characters,
            "national_id_index": index,
            "sealed": sealed,
        }

    def _birth_date(self, student: Row[Any]) -> date | None:
        found = self.keys.open("student", student.id, student.sealed)["birth_date"]
        return date.fromisoformat(found) if found else None

    def _guardians_on_file(self, students: list[str]) -> dict[str, dict[str, Row[Any]]]:
        """By student and role."""
        on_file: dict[str, dict[str, Row[Any]]] = {}
        if students:
            for row in self.connection.execute(_GUARDIANS, {"students": students}):
                on_file.setdefault(row.student_id, {})[row.role] = row
        return on_file

    def _renew_guardians(self, row: StudentRow, student_id: str, on_file: Mapping[str, Row[Any]]) -> Iterator[str]:
        """Collect the guardians that are new or differ; gives, for each change, the row it replaces, or ""."""
        listed = {guardian.role: guardian for guardian in row.guardians}
        for role, details in self.guardian_columns.items():
            before = on_file.get(role)
            now = listed.get(role, GuardianRow(role, ""))
            old = self._guardian_before(before) if before else GuardianRow(role, "")
            now = GuardianRow(role, *(getattr(now if detail in details else old, detail) for detail in DETAILS))
            if now == old:
                continue
            yield before.id if before else ""
            if any(getattr(now, detail) for detail in DETAILS):
                self._insert_guardian(student_id, now)

    def _guardian_before(self, row: Row[Any]) -> GuardianRow:
        values = self.keys.open("guardian", row.id, row.sealed)
        return GuardianRow(row.role, row.name, **{name: value or "" for name, value in values.items()})

    def _many(self, statement: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.connection.execute(statement, rows)
