"""Who stands at the kiosk, and the check that each service makes before it answers them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select
from sqlmodel import Session

from db.models import Credential, Student, table_of
from kiosk.services.errors import Denied, PasswordChangeRequired

STUDENT_LOGIN = "student"
_credential = table_of(Credential)
_student = table_of(Student)
_FIND_LOGIN = (
    select(
        _student.c.id,
        _student.c.data_state,
        _student.c.national_id_index,
        _student.c.sealed,
        _student.c.class_name,
        _student.c.seat_number,
        _student.c.student_number,
        _student.c.name,
        _credential.c.version,
        (_credential.c.active & _student.c.active).label("holds"),
        _credential.c.password_hash.is_not(None).label("changed"),
    )
    .join_from(_credential, _student, _credential.c.subject_id == _student.c.id)
    .where(_credential.c.id == bindparam("credential"), _student.c.id == bindparam("student"))
)


@dataclass(frozen=True)
class Visitor:
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
    """What a decision needs of a student; fields as in `db.models.Student`."""

    id: str
    data_state: str
    national_id_index: bytes | None = field(repr=False)
    sealed: bytes = field(repr=False)
    class_name: str
    seat_number: int | None
    student_number: str = field(repr=False)
    name: str = field(repr=False)


def require_login(connection: Connection, visitor: Visitor) -> StudentBasics:
    """The visitor's student in one statement, if the login still holds.

    Raises:
        Denied: the login is disabled, another student's, changed since the sign-in, or the student has left.
        PasswordChangeRequired: the first password still stands.
    """
    found = connection.execute(
        _FIND_LOGIN, {"credential": visitor.credential_id, "student": visitor.student_id}
    ).one_or_none()
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


def require_student(session: Session, visitor: Visitor) -> Student:
    """The visitor's student, to be changed, if the login still holds.

    Raises:
        Denied, PasswordChangeRequired: see :func:`require_login`.
    """
    require_login(session.connection(), visitor)
    return session.get_one(Student, visitor.student_id)
