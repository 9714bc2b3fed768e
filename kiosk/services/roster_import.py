"""Taking a checked roster in: all of it in one transaction, or nothing; what parents did stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import SQLModel

from db.models import Credential, Guardian, RosterImport, Student, table_of
from db.sealed import IndexColumn, KeyRing
from db.store import Store, UnitOfWork
from kiosk.rules.accounts import student_account
from kiosk.services.application_flags import refresh_after_roster
from kiosk.services.credentials import new_desk_code
from kiosk.services.roster_check import Roster, StudentRow

_BATCH = 2000


@dataclass(frozen=True)
class Imported:
    """What an import changed; ``desk_codes`` are (student number, code), to be shown once."""

    added: int
    changed: int
    left: int
    desk_codes: tuple[tuple[str, str], ...] = field(repr=False)


def import_roster(
    store: Store, roster: Roster, file_sha256: str, actor: str, progress: Callable[[int, int], None]
) -> Imported:
    """Write a roster without faults.

    Known students are updated by their number: class, name, seat, ID; a chosen password, a consent and an application
    are never touched. Students the file no longer has become inactive, and cannot sign in.

    Raises:
        ValueError: the roster has faults.
        StoreError: nothing was written.
    """
    if roster.faults:
        raise ValueError("a roster with faults is not imported")
    with store.write() as unit:
        return _Import(unit, roster, progress).run(file_sha256, actor)


class _Import:
    def __init__(self, unit: UnitOfWork, roster: Roster, progress: Callable[[int, int], None]) -> None:
        self.unit = unit
        self.keys: KeyRing = unit.keys
        self.roster = roster
        self.progress = progress
        self.codes: list[tuple[str, str]] = []

    def run(self, file_sha256: str, actor: str) -> Imported:
        student, credential = table_of(Student), table_of(Credential)
        known = {row.student_number: row for row in self.unit.connection.execute(select(student))}
        added = changed = 0
        for start in range(0, len(self.roster.students), _BATCH):
            batch = self.roster.students[start : start + _BATCH]
            new = [row for row in batch if row.student_number not in known]
            old = [row for row in batch if row.student_number in known]
            added += len(new)
            changed += self._update(old, known)
            self._insert(new)
            self.progress(start + len(batch), len(self.roster.students))
        listed = {row.student_number for row in self.roster.students}
        gone = [row.id for number, row in known.items() if number not in listed and row.active]
        for table, column in ((student, student.c.id), (credential, credential.c.subject_id)):
            if gone:
                statement = update(table).where(column == bindparam("gone")).values(active=False)
                self.unit.connection.execute(statement, [{"gone": one} for one in gone])
        self.unit.connection.execute(
            insert(table_of(RosterImport)),
            {
                "id": uuid4().hex,
                "file_sha256": file_sha256,
                "students": len(listed),
                "added": added,
                "changed": changed,
                "left": len(gone),
                "imported_at": self.unit.at,
            },
        )
        refresh_after_roster(self.unit)
        self.unit.audit(actor, "roster.imported", "school", {"sha256": file_sha256, "students": len(listed)})
        return Imported(added, changed, len(gone), tuple(self.codes))

    def _insert(self, rows: list[StudentRow]) -> None:
        students, credentials, guardians = [], [], []
        for row in rows:
            student_id = uuid4().hex
            students.append(
                {"id": student_id, "data_state": "unconfirmed", "version": 1, **self._student(row, student_id)}
            )
            credentials.append(self._credential(row, student_id))
            guardians += self._guardians(row, student_id)
        self._many(Student, students)
        self._many(Credential, credentials)
        self._many(Guardian, guardians)

    def _update(self, rows: list[StudentRow], known: dict[str, Any]) -> int:
        if not rows:
            return 0
        student, credential, guardian = table_of(Student), table_of(Credential), table_of(Guardian)
        values, initial, guardians, changed = [], [], [], 0
        for row in rows:
            before = known[row.student_number]
            fresh = self._student(row, before.id)
            kept = ("name", "class_name", "seat_number", "active", "national_id_index")
            changed += any(fresh[key] != getattr(before, key) for key in kept)
            if not row.national_id:
                fresh["national_id_index"] = before.national_id_index
            else:
                code = self.keys.initial_code(row.student_number, row.national_id)
                initial.append(
                    {
                        "subject": before.id,
                        "code": code,
                        "is_new": before.national_id_index != fresh["national_id_index"],
                    }
                )
            values.append({"row": before.id, **fresh})
            guardians += self._guardians(row, before.id)
        connection = self.unit.connection
        columns = [key for key in values[0] if key != "row"]
        connection.execute(
            update(student).where(student.c.id == bindparam("row")).values({key: bindparam(key) for key in columns}),
            values,
        )
        connection.execute(
            update(credential).where(credential.c.subject_id == bindparam("row")).values(active=True),
            [{"row": value["row"]} for value in values],
        )
        new_codes = [{"subject": one["subject"], "code": one["code"]} for one in initial if one["is_new"]]
        if new_codes:
            statement = update(credential).where(
                credential.c.subject_id == bindparam("subject"), credential.c.password_hash.is_(None)
            )
            connection.execute(statement.values(initial_code=bindparam("code"), initial_kind="national_id"), new_codes)
        connection.execute(
            delete(guardian).where(guardian.c.student_id == bindparam("row")),
            [{"row": value["row"]} for value in values],
        )
        self._many(Guardian, guardians)
        return changed

    def _student(self, row: StudentRow, student_id: str) -> dict[str, Any]:
        birth = row.birth_date.isoformat() if row.birth_date else None
        return {
            "student_number": row.student_number,
            "name": row.name,
            "class_name": row.class_name,
            "seat_number": row.seat_number,
            "active": True,
            "lost_characters": row.lost_characters,
            "national_id_index": self.keys.index(IndexColumn.NATIONAL_ID, row.national_id) if row.national_id else None,
            "sealed": self.keys.seal("student", student_id, {"birth_date": birth}),
            "updated_at": self.unit.at,
        }

    def _credential(self, row: StudentRow, student_id: str) -> dict[str, Any]:
        secret = row.national_id
        if not secret:
            secret = new_desk_code()
            self.codes.append((row.student_number, f"{secret[:4]}-{secret[4:]}"))
        return {
            "id": uuid4().hex,
            "kind": "student",
            "account": student_account(row.student_number),
            "subject_id": student_id,
            "active": True,
            "initial_code": self.keys.initial_code(row.student_number, secret),
            "initial_kind": "national_id" if row.national_id else "desk_code",
            "initial_failures": 0,
            "earlier_hashes": "[]",
            "changed_at": self.unit.at,
            "version": 1,
        }

    def _guardians(self, row: StudentRow, student_id: str) -> list[dict[str, Any]]:
        rows = []
        for guardian in row.guardians:
            row_id = uuid4().hex
            columns = (
                ("national_id_index", IndexColumn.NATIONAL_ID, guardian.national_id),
                ("mobile_index", IndexColumn.MOBILE, guardian.mobile),
                ("email_index", IndexColumn.EMAIL, guardian.email.lower()),
            )
            values = {"national_id": guardian.national_id, "mobile": guardian.mobile, "email": guardian.email}
            rows.append(
                {
                    "id": row_id,
                    "student_id": student_id,
                    "role": guardian.role,
                    "name": guardian.name,
                    "sealed": self.keys.seal("guardian", row_id, values),
                    **{name: self.keys.index(column, value) if value else None for name, column, value in columns},
                }
            )
        return rows

    def _many(self, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
        if rows:
            self.unit.connection.execute(insert(table_of(model)), rows)
