"""Who stands at the kiosk, and the check that each service makes before it answers them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from db.models import Credential, Student
from kiosk.services.errors import Denied, PasswordChangeRequired

STUDENT_LOGIN = "student"


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in with a student's login: a parent, or the student.

    Attributes:
        credential_id: the login.
        student_id: the child.
        account: as it stands in the audit.
        terminal: where.
    """

    credential_id: str
    student_id: str
    account: str
    terminal: str


def require_student(session: Session, visitor: Visitor) -> Student:
    """The visitor's student, if the login still holds.

    Raises:
        Denied: the login is disabled, another student's, or the student has left.
        PasswordChangeRequired: the first password still stands.
    """
    credential = session.get(Credential, visitor.credential_id)
    student = session.get(Student, visitor.student_id)
    if credential is None or student is None or credential.subject_id != student.id:
        raise Denied
    if not credential.active or not student.active:
        raise Denied
    if credential.password_hash is None:
        raise PasswordChangeRequired
    return student
