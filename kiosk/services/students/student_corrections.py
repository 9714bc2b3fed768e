"""Corrections of a student's data after an error report: checked as the roster checks them, then written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto

from sqlmodel import Session, col, select

from db.models.logins import Credential
from db.models.school import Student
from db.store import UnitOfWork
from kiosk.domain.errors import ServiceError
from kiosk.rules.accounts import student_account
from kiosk.rules.names import InvalidName, needs_manual_glyph, parse_name
from kiosk.rules.text_safety import half_width
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.password_changes import give_one_time_code
from kiosk.services.auth.student_login import StudentLogin
from kiosk.services.auth.student_session import STUDENT_LOGIN


class ValueFault(Enum):
    """Why a corrected value is refused."""

    NAME = auto()
    UNKNOWN_CLASS = auto()
    NUMBER_FORM = auto()
    NUMBER_TAKEN = auto()


class ImpossibleCorrection(ServiceError):
    """A corrected value is refused, and nothing was changed; ``key`` is the field's."""

    def __init__(self, key: str, fault: ValueFault) -> None:
        super().__init__(fault.name)
        self.key = key
        self.fault = fault


def check_corrections(
    session: Session, student: Student, values: Mapping[str, str], number_pattern: str
) -> dict[str, str]:
    """Return the values of class_name, name and student_number in the roster's form.

    Raises:
        ImpossibleCorrection: a value is refused.
    """
    checked = {}
    for key, value in values.items():
        if key == "name":
            checked[key] = _name(value)
        elif key == "class_name":
            checked[key] = _class(session, value)
        else:
            checked[key] = _student_number(session, student, value, number_pattern)
    return checked


def write_corrections(
    unit: UnitOfWork, lockout: Lockout, student: Student, values: Mapping[str, str], actor: str
) -> str | None:
    """Write checked values; return a one-time code if the login needs one.

    A new student number is the login's new account. A first password was made for the old number, and the ID is
    not kept, so a code replaces it.
    """
    if "name" in values:
        student.name, student.lost_characters = values["name"], needs_manual_glyph(values["name"])
    if values.get("class_name", student.class_name) != student.class_name:
        student.class_name, student.seat_number = values["class_name"], None  # the old seat was in the old class
    number = values.get("student_number", student.student_number)
    if number == student.student_number:
        return None
    student.student_number = number
    credential = unit.session.exec(
        select(Credential).where(Credential.kind == STUDENT_LOGIN, Credential.subject_id == student.id)
    ).one()
    credential.account = student_account(number)
    credential.changed_at, credential.version = unit.timestamp_ms, credential.version + 1
    unit.session.flush()
    if credential.password_hash is not None or not credential.active:
        return None
    return give_one_time_code(unit, lockout, StudentLogin(), credential, actor)


def _student_number(session: Session, student: Student, value: str, pattern: str) -> str:
    number = half_width(value).strip().upper()
    if not re.fullmatch(pattern, number, re.ASCII):
        raise ImpossibleCorrection("student_number", ValueFault.NUMBER_FORM)
    others = select(Student.id).where(Student.student_number == number, Student.id != student.id)
    logins = select(Credential.id).where(
        Credential.kind == STUDENT_LOGIN,
        Credential.account == student_account(number),
        Credential.subject_id != student.id,
    )
    if session.exec(others).first() is not None or session.exec(logins).first() is not None:
        raise ImpossibleCorrection("student_number", ValueFault.NUMBER_TAKEN)
    return number


def class_names(session: Session) -> Sequence[str]:
    """Return the classes of the active students."""
    return session.exec(
        select(Student.class_name).where(col(Student.active)).distinct().order_by(col(Student.class_name))
    ).all()


def _name(value: str) -> str:
    try:
        return parse_name(value)
    except InvalidName:
        raise ImpossibleCorrection("name", ValueFault.NAME) from None


def _class(session: Session, value: str) -> str:
    class_name = half_width(value).strip()
    if class_name not in class_names(session):
        raise ImpossibleCorrection("class_name", ValueFault.UNKNOWN_CLASS)
    return class_name
