"""Writes a checked roster in one transaction.

Known students are found by their number. A missing column, and a blank ID or birth date, leave the value on file.
Chosen passwords, consents, drafts and application states never change. Students missing from the file become inactive
and cannot sign in; if a later file has them, they return with all their data.

Every row is computed and sealed before the writers' lock is taken. If students changed meanwhile, it is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from db.bulk_insert import NewRows, new_row_id
from db.errors import StoreBusy
from db.keyring import IndexColumn, KeyRing
from db.models.columns import table_of
from db.models.logins import Credential
from db.models.school import Guardian, RosterImport, Student
from db.store import Store, UnitOfWork
from kiosk.domain.errors import ChangedMeanwhile
from kiosk.rules.accounts import student_account
from kiosk.services.applications.flags import refresh_after_roster
from kiosk.services.auth.password_changes import new_desk_code
from kiosk.services.auth.student_session import STUDENT_LOGIN
from kiosk.services.imports.roster_changes import TooManyWouldLeave, compare
from kiosk.services.imports.roster_check import Roster, StudentRow
from kiosk.services.imports.roster_columns import DETAILS
from kiosk.services.imports.roster_records import GuardianRow

_BATCH = 2000
_TRIES = 3

_student = table_of(Student)
_credential = table_of(Credential)
_guardian = table_of(Guardian)
_roster_import = table_of(RosterImport)

_FROM_ROSTER = ("name", "class_name", "seat_number", "lost_characters", "national_id_index", "sealed")
_STUDENTS = select(
    _student.c.id, _student.c.student_number, _student.c.active, *(_student.c[name] for name in _FROM_ROSTER)
)
_KNOWN = _STUDENTS.where(_student.c.student_number.in_(bindparam("numbers", expanding=True)))
_GUARDIANS = select(_guardian).where(_guardian.c.student_id.in_(bindparam("students", expanding=True)))
_IMPORTS = select(func.count()).select_from(_roster_import)
_CHANGE_STUDENT = (
    update(_student)
    .where(_student.c.id == bindparam("row"))
    .values(**{name: bindparam(name) for name in _FROM_ROSTER}, active=True, version=_student.c.version + 1)
)
_LEAVE = update(_student).where(_student.c.id == bindparam("row")).values(active=False, version=_student.c.version + 1)
_LOGIN_OF = _credential.update().where(
    _credential.c.subject_id == bindparam("row"), _credential.c.kind == STUDENT_LOGIN
)
_SWITCH_LOGIN = _LOGIN_OF.values(active=bindparam("holds"), version=_credential.c.version + 1)
_NEW_FIRST_PASSWORD = _LOGIN_OF.where(_credential.c.password_hash.is_(None)).values(
    initial_code=bindparam("code"),
    initial_kind="national_id",
    initial_failures=0,
    initial_expires_at=None,
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

    ``progress`` is called with the number of prepared students and of all, last when all are written. ``may_leave`` is
    the agreed number of leaving students, None if nobody was asked.

    Raises:
        ValueError: for a roster with faults.
        TooManyWouldLeave: for more than agreed, or, unasked, if :attr:`RosterChanges.must_be_agreed`.
        StoreError: nothing was written.
    """
    if roster.faults:
        raise ValueError("a roster with faults is not imported")
    for _try in range(_TRIES):
        with store.read() as session:
            prepared = _Import(session.connection(), store.keys, roster, progress)
            prepared.prepare(may_leave)
        with suppress(ChangedMeanwhile), store.write() as unit:
            return prepared.write(unit, file_sha256, actor)
    raise StoreBusy("the students keep changing")


class _Import:
    """An import: prepared on a snapshot, then written in a unit of work."""

    def __init__(
        self, connection: Connection, keys: KeyRing, roster: Roster, progress: Callable[[int, int], None]
    ) -> None:
        self.connection = connection
        self.keys = keys
        self.roster = roster
        self.guardian_columns = roster.guardian_columns
        self.progress = progress
        self.state = _state_of(connection)
        self.found, self.leaving = compare(connection, roster)
        self.codes: list[tuple[str, str]] = []
        self.renamed: list[str] = []
        self.changed = self.id_logins = 0
        self.new_students = NewRows(
            _student, "id", "student_number", "name", "class_name", "seat_number", "active", "data_state",
            "lost_characters", "national_id_index", "sealed",
        )  # fmt: skip
        self.new_logins = NewRows(
            _credential, "id", "kind", "account", "subject_id", "active", "initial_code", "initial_kind",
            "earlier_hashes",
        )  # fmt: skip
        self.new_guardians = NewRows(
            _guardian, "id", "student_id", "role", "name", "national_id_index", "mobile_index", "email_index", "sealed"
        )
        self.changes: list[dict[str, Any]] = []
        self.returned: list[dict[str, Any]] = []
        self.first_passwords: list[dict[str, Any]] = []
        self.forgotten: list[dict[str, Any]] = []

    def prepare(self, may_leave: int | None) -> None:
        """Compute and seal every row."""
        students, found = self.roster.students, self.found
        refused = found.must_be_agreed if may_leave is None else found.leaving > may_leave
        if refused:
            raise TooManyWouldLeave(found.leaving, found.active)
        for start in range(0, len(students), _BATCH):
            if start:
                self.progress(start, len(students))
            self._prepare_batch(students[start : start + _BATCH])

    def _prepare_batch(self, batch: tuple[StudentRow, ...]) -> None:
        known: dict[str, Row[Any]] = {}
        guardians: dict[str, dict[str, Row[Any]]] = {}
        if self.found.known:
            numbers = {"numbers": [row.student_number for row in batch]}
            known = {row.student_number: row for row in self.connection.execute(_KNOWN, numbers)}
            students = {"students": [row.id for row in known.values()]}
            for guardian in self.connection.execute(_GUARDIANS, students):
                guardians.setdefault(guardian.student_id, {})[guardian.role] = guardian
        for row in batch:
            before = known.get(row.student_number)
            if before is None:
                self._insert(row)
            else:
                self._update(row, before, guardians.get(before.id, {}))

    def write(self, unit: UnitOfWork, file_sha256: str, actor: str) -> Imported:
        """Write and record the import.

        Raises:
            ChangedMeanwhile: students or guardians are no longer those of the snapshot.
        """
        if _state_of(unit.connection) != self.state:
            raise ChangedMeanwhile
        now = unit.timestamp_ms
        for statement, rows in (
            (_CHANGE_STUDENT.values(updated_at=now), self.changes),
            (_LEAVE.values(updated_at=now), [{"row": row_id} for row_id in self.leaving]),
            (_SWITCH_LOGIN, self.returned + [{"row": row_id, "holds": False} for row_id in self.leaving]),
            (_NEW_FIRST_PASSWORD.values(changed_at=now), self.first_passwords),
            (_FORGET_GUARDIAN, self.forgotten),
        ):
            if rows:
                unit.connection.execute(statement, rows)
        self.new_students.write(unit.connection, updated_at=now, version=1)
        self.new_logins.write(unit.connection, initial_failures=0, changed_at=now, version=1)
        self.new_guardians.write(unit.connection)
        refresh_after_roster(unit, self.renamed)
        total, left = len(self.roster.students), len(self.leaving)
        counts = {"students": total, "added": self.found.added, "changed": self.changed, "left": left}
        record = {"id": new_row_id(), "file_sha256": file_sha256, "imported_at": now}
        unit.connection.execute(insert(_roster_import), record | counts)
        unit.audit(actor, "roster.imported", "school", {"sha256": file_sha256} | counts)
        self.progress(total, total)
        return Imported(self.found.added, self.changed, len(self.returned), left, self.id_logins, tuple(self.codes))

    def _insert(self, row: StudentRow) -> None:
        student_id = new_row_id()
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
        )
        secret = row.national_id
        if not secret:
            secret = new_desk_code()
            self.codes.append((row.student_number, f"{secret[:4]}-{secret[4:]}"))
        self.new_logins.add(
            new_row_id(),
            STUDENT_LOGIN,
            student_account(row.student_number),
            student_id,
            True,
            self.keys.initial_code(row.student_number, secret),
            "national_id" if row.national_id else "desk_code",
            "[]",
        )
        for guardian in row.guardians:
            self._insert_guardian(student_id, guardian)

    def _insert_guardian(self, student_id: str, guardian: GuardianRow) -> None:
        row_id = new_row_id()
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

    def _update(self, row: StudentRow, before: Row[Any], guardians: Mapping[str, Row[Any]]) -> None:
        after = self._student_after(row, before)
        differs = not before.active or any(value != getattr(before, name) for name, value in after.items())
        if differs:
            self.changes.append({"row": before.id, **after})
        if row.name != before.name:
            self.renamed.append(before.id)
        if not before.active:
            self.returned.append({"row": before.id, "holds": True})
        if after["national_id_index"] != before.national_id_index:
            code = self.keys.initial_code(row.student_number, row.national_id)
            self.first_passwords.append({"row": before.id, "code": code})
            self.id_logins += before.national_id_index is None
        guardians_differ = self._renew_guardians(row, before.id, guardians)
        self.changed += differs or guardians_differ

    def _student_after(self, row: StudentRow, before: Row[Any]) -> dict[str, Any]:
        """Return a known student's new columns; ``sealed`` stays the same bytes unless the birth date changes."""
        after = {name: getattr(row, name) for name in ("name", "class_name", "seat_number", "lost_characters")}
        after |= {"national_id_index": before.national_id_index, "sealed": before.sealed}
        if "seat_number" not in self.roster.columns:
            after["seat_number"] = before.seat_number
        if row.national_id:
            after["national_id_index"] = self.keys.index(IndexColumn.NATIONAL_ID, row.national_id)
        if row.birth_date and row.birth_date != self._birth_date(before):
            after["sealed"] = self.keys.seal("student", before.id, {"birth_date": row.birth_date.isoformat()})
        return after

    def _birth_date(self, student: Row[Any]) -> date | None:
        found = self.keys.open("student", student.id, student.sealed)["birth_date"]
        return date.fromisoformat(found) if found else None

    def _renew_guardians(self, row: StudentRow, student_id: str, on_file: Mapping[str, Row[Any]]) -> bool:
        """Replace changed guardians; return whether there are any."""
        listed = {guardian.role: guardian for guardian in row.guardians}
        differs = False
        for role, details in self.guardian_columns.items():
            before = on_file.get(role)
            now = listed.get(role, GuardianRow(role, ""))
            old = self._guardian_before(before) if before else GuardianRow(role, "")
            now = GuardianRow(role, *(getattr(now if detail in details else old, detail) for detail in DETAILS))
            if now == old:
                continue
            differs = True
            if before:
                self.forgotten.append({"row": before.id})
            if any(getattr(now, detail) for detail in DETAILS):
                self._insert_guardian(student_id, now)
        return differs

    def _guardian_before(self, row: Row[Any]) -> GuardianRow:
        values = self.keys.open("guardian", row.id, row.sealed)
        return GuardianRow(row.role, row.name, **{name: value or "" for name, value in values.items()})


def _state_of(connection: Connection) -> int:
    """Return a hash that any change of students, as far as a roster has them, or of guardians changes.

    Only imports change guardians, so the number of imports stands for them.
    """
    state = hash(connection.execute(_IMPORTS).scalar_one())
    for row in connection.execute(_STUDENTS):
        state ^= hash(row)
    return state
