"""Invented applicants and visits, for the tests of what a parent sends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from db.models.logins import Credential
from kiosk.demo.people import invented_id
from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.domain.receipt import Receipt
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import School
from kiosk.services.texts.loader import load_consent
from tests.builders.school import TERMINAL, add_student, change_row, only_row

ADULT = date(2008, 5, 6)
TODAY = date(2026, 9, 1)
TEXT = load_consent(None)


def made_up_id(serial: int) -> str:
    """The serial-th invented ID, checksum-valid."""
    return invented_id("B", 2, serial)


MOTHER_ID, FATHER_ID, STRANGER_ID = (made_up_id(serial) for serial in (1234501, 1234502, 1234503))
MOTHER = ApplicantEntry(
    name="劉小花",
    relation="媽媽",
    national_id=MOTHER_ID,
    national_id_again=MOTHER_ID,
    mobile="0910-100-200",
    email="flower@example.com",
    email_again="flower@example.com",
)
FATHER = ApplicantEntry(
    name="王大明",
    relation="爸爸",
    national_id=FATHER_ID,
    national_id_again=FATHER_ID,
    mobile="+886 911 200 300",
    email="ming@example.com",
    email_again="ming@example.com",
)


def with_id(entry: ApplicantEntry, national_id: str) -> ApplicantEntry:
    return replace(entry, national_id=national_id, national_id_again=national_id)


def visitor_of(school: School, student_id: str) -> StudentSession:
    """Somebody at the kiosk with this student's login, the first password changed."""
    login = only_row(school, Credential, subject_id=student_id)
    change_row(school, Credential, login.id, password_hash="chosen")
    return StudentSession(login.id, student_id, login.account, TERMINAL, login.version)


def new_visitor(school: School, number: str, national_id: str, birth: date = date(2010, 5, 6)) -> StudentSession:
    return visitor_of(school, add_student(school, number, national_id=national_id, birth=birth))


def answer(school: School, visitor: StudentSession, choice: str = "agree", student_id_number: str = "") -> str:
    """Answer the consent text: as a parent, or with an ID as the student."""
    return school.consents.record(
        visitor,
        TEXT,
        "agree" if choice == "agree" else "refuse",
        language="zh_TW",
        read_to_end=True,
        answered_by="student" if student_id_number else "parent",
        student_national_id=student_id_number,
    )


@dataclass
class Sender:
    """Sends applications of one visit."""

    school: School
    visitor: StudentSession

    def one(
        self, entry: ApplicantEntry = MOTHER, *, request_id: str | None = None, basis: Basis = Basis.PARENTS
    ) -> Receipt:
        mode = Mode.OTHER_GUARDIAN if basis in Mode.OTHER_GUARDIAN.bases else Mode.ONE_PARENT
        return self.school.applications.submit(self.visitor, request_id or uuid4().hex, mode, basis, [entry])

    def both(self, first: ApplicantEntry = MOTHER, second: ApplicantEntry = FATHER) -> Receipt:
        return self.school.applications.submit(
            self.visitor, uuid4().hex, Mode.TWO_PARENTS, Basis.PARENTS, [first, second]
        )
