"""The login of a student, which the parents share."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, bindparam
from sqlmodel import Session, select

from db.keyring import KeyRing
from db.models.applications import Applicant
from db.models.columns import table_of
from db.models.school import Guardian, Student
from kiosk.rules.accounts import student_account, student_number_of
from kiosk.rules.identity import normalise_id
from kiosk.rules.passwords import FAMILY_RULE
from kiosk.rules.roc_dates import format_roc
from kiosk.services.auth.credentials import LoginKind
from kiosk.services.auth.student_session import STUDENT_LOGIN

_student = table_of(Student)
_ACTIVE = select(_student.c.active).where(_student.c.id == bindparam("subject"))


class StudentLogin(LoginKind):
    """The account is ``P`` and the student number; the first password is the student's ID or a code from the desk."""

    name = STUDENT_LOGIN
    rule = FAMILY_RULE

    def initial_code(self, keys: KeyRing, account: str, typed: str, initial_kind: str | None) -> bytes:
        """Compare IDs and codes in normal form, regardless of case and width."""
        return keys.initial_code(student_number_of(account) or account, normalise_id(typed))

    def holds(self, connection: Connection, subject_id: str) -> bool:
        """Return whether the student is active."""
        return connection.execute(_ACTIVE, {"subject": subject_id}).scalar() is True

    def personal(self, session: Session, keys: KeyRing, subject_id: str) -> list[str]:
        """Return the student number, the family's mobiles and the spellings of the birth date."""
        student = session.get_one(Student, subject_id)
        values = [student.student_number, student_account(student.student_number)]
        guardians = session.exec(select(Guardian).where(Guardian.student_id == student.id)).all()
        applicants = session.exec(select(Applicant).where(Applicant.student_id == student.id)).all()
        sealed = [("guardian", row.id, row.sealed) for row in guardians]
        sealed += [("applicant", row.id, row.sealed) for row in applicants]
        mobiles = [keys.open(*place).get("mobile") for place in sealed]
        values += [mobile for mobile in mobiles if mobile]
        birth = keys.open("student", student.id, student.sealed).get("birth_date")
        if birth:
            values += birth_date_spellings(birth)
        return values


def birth_date_spellings(birth: str) -> list[str]:
    """Return the spellings of an ISO date in the years of both calendars."""
    day = date.fromisoformat(birth)
    roc = day.year - 1911
    return [f"{day:%Y%m%d}", f"{roc:03}{day:%m%d}", f"{roc}{day:%m%d}", format_roc(day), birth]
