"""An open school with one student, its staff, and a clock that tests set."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, TypeVar
from uuid import uuid4

from argon2 import PasswordHasher
from sqlmodel import SQLModel, col, select

from db.keyring import IndexColumn
from db.models.audit import AuditEntry
from db.models.logins import Credential
from db.models.school import Staff, StaffClass, Student
from kiosk.config.settings import Settings
from kiosk.demo.people import invented_id
from kiosk.services.administration.staff_accounts import StaffAccounts, StaffRow
from kiosk.services.applications.flags import refresh
from kiosk.services.auth.password_changes import reset_student_login
from kiosk.services.auth.password_hashing import PasswordStore
from kiosk.services.auth.staff_session import STAFF_LOGIN, CommandLine, Role, StaffMember
from kiosk.services.auth.student_session import STUDENT_LOGIN
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock

STUDENT_NUMBER = "110001"
ACCOUNT = "P110001"
NATIONAL_ID = "A123456789"
CHOSEN = "Taipei-Rain-7"
TERMINAL = "kiosk-1"
STAFF_ACCOUNT = "LIN.LI"
STAFF_ID = "F131104093"
STAFF_NAME = "林老師"
STAFF_FIRST = "Early-Heron-Lamp"
STAFF_CHOSEN = "Quiet-Heron-Lamp"


_Row = TypeVar("_Row", bound=SQLModel)


class CountingHasher(PasswordHasher):
    """The cheapest argon2id there is, counted."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.hashed = 0
        self.verified = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.hashed += 1
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified += 1
        return super().verify(hash, password)


@dataclass(frozen=True)
class Opened:
    """A school and what tests turn."""

    school: School
    clock: FakeClock
    hasher: CountingHasher


@cache
def _new_home() -> TemporaryDirectory[str]:
    """The home of an empty school, made once in a process."""
    folder = TemporaryDirectory()
    open_school(Settings(home=Path(folder.name) / "home"), FakeClock(), CountingHasher()).close()
    return folder


def open_new_school(settings: Settings, clock: FakeClock, hasher: CountingHasher) -> School:
    """Open an empty school; on SQLite a copy."""
    if settings.database_url is None:
        shutil.copytree(Path(_new_home().name) / "home", settings.home)
    return open_school(settings, clock, hasher)


def add_student(
    school: School,
    number: str,
    *,
    national_id: str = NATIONAL_ID,
    birth: date = date(2010, 5, 6),
    active: bool = True,
    name: str = "王小明",
    class_name: str = "科二智",
) -> str:
    """Put one student with a first login into the school."""
    student_id = uuid4().hex
    with school.store.write() as unit:
        unit.session.add(
            Student(
                id=student_id,
                student_number=number,
                name=name,
                class_name=class_name,
                national_id_index=unit.keys.index(IndexColumn.NATIONAL_ID, national_id),
                sealed=unit.keys.seal("student", student_id, {"birth_date": birth.isoformat()}),
                updated_at=unit.timestamp_ms,
            )
        )
        unit.session.flush()
        unit.session.add(
            Credential(
                id=uuid4().hex,
                kind=STUDENT_LOGIN,
                account=f"P{number}",
                subject_id=student_id,
                active=active,
                initial_code=unit.keys.initial_code(number, national_id),
                initial_kind="national_id",
                changed_at=unit.timestamp_ms,
            )
        )
        unit.audit("test", "student.added", student_id)
    return student_id


def add_staff(
    school: School,
    account: str = STAFF_ACCOUNT,
    role: Role = Role.REGISTRAR,
    classes: Sequence[str] = (),
    national_id: str = STAFF_ID,
    name: str = STAFF_NAME,
) -> StaffRow:
    """Put a member of staff with a first password into the school."""
    return StaffAccounts(school.store, school.clock).add(
        CommandLine(),
        account=account,
        name=name,
        role=role,
        classes=classes,
        national_id=national_id,
        first_password=STAFF_FIRST,
    )


def staff_member(
    school: School,
    account: str = STAFF_ACCOUNT,
    role: Role = Role.REGISTRAR,
    classes: Sequence[str] = (),
    national_id: str = STAFF_ID,
    name: str = STAFF_NAME,
) -> StaffMember:
    """A member of staff, signed in, past the forced change of the password."""
    add_staff(school, account, role, classes, national_id, name)
    first = school.sign_in.staff(account, STAFF_FIRST, TERMINAL)
    return school.sign_in.change_staff_password(first.member, STAFF_CHOSEN)


def add_member(
    school: School,
    role: Role = Role.REGISTRAR,
    classes: Sequence[str] = (),
    national_id: str = invented_id("B", 2, 9000001),
    *,
    account: str = "",
    name: str = STAFF_NAME,
    password: str = "",
) -> StaffMember:
    """As :func:`staff_member`, put straight into the tables; without a password nothing opens the login."""
    staff_id, credential_id = uuid4().hex, uuid4().hex
    passwords = PasswordStore(school.store.keys, CountingHasher())
    with school.store.write() as unit:
        unit.session.add(
            Staff(
                id=staff_id,
                account=account or staff_id,
                name=name,
                role=role.value,
                national_id_index=unit.keys.index(IndexColumn.NATIONAL_ID, national_id),
                added_at=unit.timestamp_ms,
            )
        )
        unit.session.flush()
        unit.session.add_all(StaffClass(staff_id=staff_id, class_name=class_name) for class_name in classes)
        unit.session.add(
            Credential(
                id=credential_id,
                kind=STAFF_LOGIN,
                account=account or staff_id,
                subject_id=staff_id,
                password_hash=passwords.hash(password) if password else "chosen",
                pepper_id=passwords.pepper_id if password else None,
                changed_at=unit.timestamp_ms,
            )
        )
        unit.audit("test", "staff.added", staff_id)
    return StaffMember(staff_id, credential_id, 1, account or staff_id, name, role, TERMINAL)


def reset_login(school: School, number: str = STUDENT_NUMBER) -> str:
    """Give a student's login a code, as the desk does."""
    with school.store.write() as unit:
        return reset_student_login(unit, school.clock, number, "staff")


def rows(school: School, model: type[_Row], order: str = "", **values: object) -> list[_Row]:
    """The rows of a table that have these values, in the order of a column."""
    with school.store.read() as session:
        statement = select(model).filter_by(**values)
        found = list(session.exec(statement.order_by(order) if order else statement))
        session.expunge_all()
        return found


def only_row(school: School, model: type[_Row], **values: object) -> _Row:
    """The one row of a table that has these values."""
    (found,) = rows(school, model, "", **values)
    return found


def fetch(school: School, model: type[_Row], row_id: str) -> _Row:
    """The row of this id."""
    return only_row(school, model, id=row_id)


def change_row(school: School, model: type[SQLModel], row_id: str, **values: object) -> None:
    """Change columns of a row past every check."""
    with school.store.write() as unit:
        found = unit.session.get_one(model, row_id)
        for column, value in values.items():
            setattr(found, column, value)
        unit.audit("test", "row.changed", row_id)


def change_birth_date(school: School, student_id: str, day: date) -> None:
    sealed = school.store.keys.seal("student", student_id, {"birth_date": day.isoformat()})
    change_row(school, Student, student_id, sealed=sealed)


def rename_student(school: School, student_id: str, name: str = "王曉明") -> None:
    """Give a student another name, as the registrar does."""
    with school.store.write() as unit:
        unit.session.get_one(Student, student_id).name = name
        refresh(unit, [student_id])
        unit.audit("test", "student.renamed", student_id)


def audited(school: School, action: str) -> list[AuditEntry]:
    """What the audit has of an action, in order."""
    return rows(school, AuditEntry, "seq", action=action)


def last_audited(school: School) -> AuditEntry:
    with school.store.read() as session:
        found = session.exec(select(AuditEntry).order_by(col(AuditEntry.seq).desc()).limit(1)).one()
        session.expunge(found)
        return found
