"""An open school with one student, its staff, and a clock that tests set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import uuid4

from argon2 import PasswordHasher

from db.keyring import IndexColumn
from db.models.logins import Credential
from db.models.school import Student
from kiosk.services.administration.staff_accounts import StaffAccounts, StaffRow
from kiosk.services.auth.password_changes import reset_student_login
from kiosk.services.auth.staff_session import CommandLine, Role, StaffMember
from kiosk.services.auth.student_session import STUDENT_LOGIN
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock

STUDENT_NUMBER = "110001"


ACCOUNT = "P110001"


NATIONAL_ID = "A123456789"


CHOSEN = "Taipei-Rain-7"


TERMINAL = "kiosk-1"


STAFF_ACCOUNT = "LIN.LI"


STAFF_ID = "F131104093"


STAFF_FIRST = "Early-Heron-Lamp"


STAFF_CHOSEN = "Quiet-Heron-Lamp"


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
) -> StaffRow:
    """Put a member of staff with a first password into the school."""
    return StaffAccounts(school.store, school.clock).add(
        CommandLine(),
        account=account,
        name="林老師",
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
) -> StaffMember:
    """Somebody of the staff, signed in, past the forced change of the password."""
    add_staff(school, account, role, classes, national_id)
    first = school.sign_in.staff(account, STAFF_FIRST, TERMINAL)
    return school.sign_in.change_staff_password(first.member, STAFF_CHOSEN)


def reset_login(school: School, number: str = STUDENT_NUMBER) -> str:
    """Give a student's login a code, as the desk does."""
    with school.store.write() as unit:
        return reset_student_login(unit, school.clock, number, "staff")
