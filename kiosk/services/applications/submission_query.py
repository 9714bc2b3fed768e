"""Reads all facts of a submission in one statement, because a submission waits for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import BindParameter, bindparam, delete, exists

from db.keyring import KeyRing
from db.models.applications import Application, Consent, Draft
from db.models.columns import table_of
from db.models.school import Student
from db.store import UnitOfWork
from kiosk.domain.errors import ConsentMissing
from kiosk.services.applications.drafts import APPLICATION
from kiosk.services.auth.student_session import (
    FIND_LOGIN,
    StudentBasics,
    StudentSession,
    is_of_age,
    login_parameters,
    student_of,
)

_application = table_of(Application)
_consent = table_of(Consent)
_draft = table_of(Draft)
_student = table_of(Student)

# two at most; of one applicant it is the same twice
_NUMBERS: tuple[BindParameter[bytes], ...] = (bindparam("number"), bindparam("other_number"))
_OF_DRAFT = (
    _draft.c.student_id == bindparam("student"),
    _draft.c.form == APPLICATION,
    _draft.c.national_id_index.in_(_NUMBERS),
)
_FIND = (
    FIND_LOGIN.add_columns(
        _consent.c.id.label("consent_id"),
        _consent.c.answered_by,
        _consent.c.choice,
        exists().where(_application.c.request_id == bindparam("request")).label("is_sent_again"),
        exists().where(_student.c.national_id_index.in_(_NUMBERS)).label("is_a_students"),
        exists().where(*_OF_DRAFT).label("has_draft"),
    )
    .outerjoin(_consent, _consent.c.student_id == _student.c.id)
    .order_by(_consent.c.answered_at.desc())
)
_AGREE = "agree"
_FORGET_DRAFT = delete(_draft).where(*_OF_DRAFT)


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """The stored facts about a sent form, with the blind indexes of the applicants' IDs.

    ``answers`` are the id and choice of the last answer to the consent text, by its author. ``is_a_students``: an
    applicant's ID is a student's.
    """

    student: StudentBasics
    numbers: Sequence[bytes] = field(repr=False)
    is_sent_again: bool
    is_a_students: bool
    has_draft: bool
    answers: Mapping[str, tuple[str, str]]


def find_facts(unit: UnitOfWork, visitor: StudentSession, request_id: str, numbers: Sequence[bytes]) -> SubmissionFacts:
    """Read the facts of a form by the blind indexes of one or two applicants' IDs; raises what `student_of` does."""
    asked = {**login_parameters(visitor), **_named(numbers), "request": request_id}
    found = unit.connection.execute(_FIND, asked).all()
    student = student_of(found[0] if found else None, visitor)
    answers: dict[str, tuple[str, str]] = {}
    for row in found:
        if row.consent_id is not None:
            answers.setdefault(row.answered_by, (row.consent_id, row.choice))
    first = found[0]
    return SubmissionFacts(student, numbers, first.is_sent_again, first.is_a_students, first.has_draft, answers)


def consent_of(keys: KeyRing, facts: SubmissionFacts, on: date) -> tuple[str, bool]:
    """Return the id of the consent that counts, and whether the student's own is still missing.

    Raises:
        ConsentMissing: the last answer is not 同意.
    """
    student, answers = facts.student, facts.answers
    is_adult = is_of_age(keys, student.id, student.sealed, on)
    students = answers.get("student") if is_adult else None
    student_agreed = students is not None and students[1] == _AGREE
    consent = answers.get("parent", students if student_agreed else None)
    if consent is None or consent[1] != _AGREE:
        raise ConsentMissing
    return consent[0], is_adult and not student_agreed


def forget_draft(unit: UnitOfWork, facts: SubmissionFacts) -> None:
    """Delete the applicants' draft."""
    unit.connection.execute(_FORGET_DRAFT, {"student": facts.student.id, **_named(facts.numbers)})


def _named(numbers: Sequence[bytes]) -> dict[str, bytes]:
    return {"number": numbers[0], "other_number": numbers[-1]}
