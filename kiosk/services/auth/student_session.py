"""Who stands at the kiosk, and the check that each service makes before it answers them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, bindparam, select

from db.models.light import CREDENTIAL, STUDENT
from kiosk.domain.errors import Denied, PasswordChangeRequired

if TYPE_CHECKING:  # a sign-in does without models
    from sqlmodel import Session

    from db.models.school import Student


from datetime import date

from db.keyring import KeyRing
from kiosk.rules.roc_dates import is_adult

STUDENT_LOGIN = "student"
FIND_LOGIN = (
    select(
        STUDENT.c.id,
        STUDENT.c.data_state,
        STUDENT.c.national_id_index,
        STUDENT.c.sealed,
        STUDENT.c.class_name,
        STUDENT.c.seat_number,
        STUDENT.c.student_number,
        STUDENT.c.name,
        CREDENTIAL.c.version,
        (CREDENTIAL.c.active & STUDENT.c.active).label("holds"),
        CREDENTIAL.c.password_hash.is_not(None).label("changed"),
    )
    .join_from(CREDENTIAL, STUDENT, CREDENTIAL.c.subject_id == STUDENT.c.id)
    .where(CREDENTIAL.c.id == bindparam("credential"), STUDENT.c.id == bindparam("student"))
)


"""What :func:`student_of` looks at; a service that asks for more in the same statement adds its columns."""


@dataclass(frozen=True)
class StudentSession:
    """Somebody signed in with a student's login: a parent, or the student.

    Attributes:
        credential_id: the login.
        student_id: the child.
        account: as it stands in the audit.
        terminal: where.
        credential_version: the login's version at sign-in; whoever changes or resets the login ends the visit.
    """

    credential_id: str
    student_id: str
    account: str = field(repr=False)
    terminal: str
    credential_version: int


@dataclass(frozen=True, slots=True)
class StudentBasics:
    """What a decision needs of a student; fields as in `db.models.school.Student`."""

    id: str
    data_state: str
    national_id_index: bytes | None = field(repr=False)
    sealed: bytes = field(repr=False)
    class_name: str
    seat_number: int | None
    student_number: str = field(repr=False)
    name: str = field(repr=False)


def login_parameters(visitor: StudentSession) -> dict[str, str]:
    """What :data:`FIND_LOGIN` is asked with."""
    return {"credential": visitor.credential_id, "student": visitor.student_id}


def student_of(found: Row[Any] | None, visitor: StudentSession) -> StudentBasics:
    """The visitor's student, if what :data:`FIND_LOGIN` found says that the login still holds.

    Raises:
        Denied: the login is disabled, another student's, changed since the sign-in, or the student has left.
        PasswordChangeRequired: the first password still stands.
    """
    if found is None or not found.holds:
        raise Denied
    if not found.changed:
        raise PasswordChangeRequired
    if found.version != visitor.credential_version:
        raise Denied
    return StudentBasics(
        found.id,
        found.data_state,
        found.national_id_index,
        found.sealed,
        found.class_name,
        found.seat_number,
        found.student_number,
        found.name,
    )


def require_login(connection: Connection, visitor: StudentSession) -> StudentBasics:
    """The visitor's student in one statement, if the login still holds.

    Raises:
        Denied, PasswordChangeRequired: see :func:`student_of`.
    """
    return student_of(connection.execute(FIND_LOGIN, login_parameters(visitor)).one_or_none(), visitor)


def require_student(session: Session, visitor: StudentSession) -> Student:
    """The visitor's student, to be changed, if the login still holds.

    Raises:
        Denied, PasswordChangeRequired: see :func:`require_login`.
    """
    from db.models.school import Student

    require_login(session.connection(), visitor)
    return session.get_one(Student, visitor.student_id)


def is_of_age(keys: KeyRing, student_id: str, sealed: bytes, on: date) -> bool:
    """Whether the student of a sealed row is of full age on a day; not where no birth date is on file."""
    birth = keys.open("student", student_id, sealed).get("birth_date")
    return bool(birth) and is_adult(date.fromisoformat(str(birth)), on)
