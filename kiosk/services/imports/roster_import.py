"""Writes a checked roster in one transaction.

Known students are found by their number. A missing column, and a blank ID or birth date, leave the value on file.
Chosen passwords, consents, drafts and application states never change. Students missing from the file become inactive
and cannot sign in; if a later file has them, they return with all their data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, bindparam, delete, insert, select, update

from db.bulk_insert import NewRows
from db.keyring import IndexColumn
from db.models.columns import table_of
from db.models.logins import Credential
from db.models.school import Guardian, RosterImport, Student
from db.store import Store, UnitOfWork
from kiosk.rules.accounts import student_account
from kiosk.services.applications.flags import refresh_after_roster
from kiosk.services.auth.password_changes import new_desk_code
from kiosk.services.auth.student_session import STUDENT_LOGIN
from kiosk.services.imports.roster_changes import RosterChanges, TooManyWouldLeave, leaving_students
from kiosk.services.imports.roster_check import Roster, StudentRow
from kiosk.services.imports.roster_columns import DETAILS
from kiosk.services.imports.roster_records import GuardianRow

_BATCH = 2000

_student = table_of(Student)
_credential = table_of(Credential)
_guardian = table_of(Guardian)

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


@dataclass(frozen=True)
class Imported:
    """Counts of students after an import.

    Attributes:
        added: new students.
        changed: known students with a change, returned ones included.
        returned: inactive students who became active.
        left: active students who became inactive.
        id_logins: known students whose ID is new on file and becomes their first password.
        desk_codes: student number and code of each new student without an ID, for one display.
    """

    added: int
    changed: int
    returned: int
    left: int
    id_logins: int
    desk_codes: tuple[tuple[str, str], ...] = field(repr=False)


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
        roster: the checked roster.
        file_sha256: the file's, kept with the import.
        actor: for the audit.
        progress: called with the number of written students and of all.
        may_leave: the agreed number of leaving students; None if nobody was asked.

    Raises:
        ValueError: for a roster with faults.
        TooManyWouldLeave: for more than agreed, or, unasked, if :attr:`RosterChanges.must_be_agreed`.
        StoreError: nothing was written.
    """
    if roster.faults:
        raise ValueError("a roster with faults is not imported")
    with store.write() as unit:
        return _Import(unit, roster, progress).run(file_sha256, actor, may_leave)


class _Import:
    """An import within its unit of work."""

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
        """Write and record the import."""
        students = self.roster.students
        leaving, active = leaving_students(self.connection, {row.student_number for row in students})
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
        self._execute_many(_LEAVE, [{"row": row_id, "now": self.unit.timestamp_ms} for row_id in leaving])
        self._execute_many(_SWITCH_LOGIN, [{"row": row_id, "holds": False} for row_id in leaving])
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
        """Write the new rows, students first: the others refer to them."""
        for rows in (self.new_students, self.new_logins, self.new_guardians):
            rows.write(self.connection)

    def _update(self, rows: Sequence[StudentRow], known: Mapping[str, Row[Any]]) -> int:
        """Update known students and return how many changed."""
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
            replaced = list(self._renew_guardians(row, before.id, on_file.get(before.id, {})))
            forgotten += [{"row": row_id} for row_id in replaced if row_id]
            changed += differs or bool(replaced)
        self._execute_many(_CHANGE_STUDENT, changes)
        self._execute_many(_SWITCH_LOGIN, back)
        self._execute_many(_NEW_FIRST_PASSWORD, first_passwords)
        self._execute_many(_FORGET_GUARDIAN, forgotten)
        self.returned += len(back)
        return changed

    def _student_after(self, row: StudentRow, before: Row[Any]) -> dict[str, Any]:
        """Return a known student's new columns; ``sealed`` stays the same bytes unless the birth date changes."""
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
        """Return the guardians' rows by student and role."""
        on_file: dict[str, dict[str, Row[Any]]] = {}
        if students:
            for row in self.connection.execute(_GUARDIANS, {"students": students}):
                on_file.setdefault(row.student_id, {})[row.role] = row
        return on_file

    def _renew_guardians(self, row: StudentRow, student_id: str, on_file: Mapping[str, Row[Any]]) -> Iterator[str]:
        """Insert changed guardians; yield the id of each replaced row, or "" for a guardian without one."""
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

    def _execute_many(self, statement: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.connection.execute(statement, rows)
