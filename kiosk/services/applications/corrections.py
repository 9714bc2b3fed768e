"""The parent's side of 退件補正: shows the returned fields with their reasons, and takes the answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, update

from db.models.applications import Applicant, Correction
from db.models.columns import table_of
from db.models.school import Guardian
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.domain.application_case import ApplicationCase
from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.domain.application_status import ApplicationState
from kiosk.domain.errors import AlreadyApplied, ChangedMeanwhile
from kiosk.domain.school_calendar import today
from kiosk.rules.contact import email_key
from kiosk.services.applications import history
from kiosk.services.applications.cases import personal_columns
from kiosk.services.applications.correction_answers import (
    RETURNABLE,
    CorrectionAnswer,
    ReturnedPerson,
    read_answers,
    returned_person,
)
from kiosk.services.applications.flags import refresh, refresh_only, students_sharing_contacts
from kiosk.services.applications.form_check import student_as_applicant
from kiosk.services.applications.history import Action
from kiosk.services.applications.state_changes import change_state
from kiosk.services.applications.submission import case_of_student
from kiosk.services.auth.denial_audit import refusals_audited
from kiosk.services.auth.identity_check import IdAttempt, IdentityCheck
from kiosk.services.auth.student_session import StudentBasics, StudentSession, require_login

_APPROVALS_OF_PERSON = {
    "documents_seen_by": None,
    "documents_seen_at": None,
    "registrar_released_by": None,
    "conflict_settled_by": None,
}
"""Staff's findings about an applicant, dropped with another ID: another ID is another person."""

_applicant = table_of(Applicant)
_guardian = table_of(Guardian)
_correction = table_of(Correction)
_Claimed = tuple[UnitOfWork, StudentBasics, ApplicationCase, dict[int, dict[str, str]], IdAttempt]


@dataclass(frozen=True, slots=True)
class ReturnedApplication:
    """A returned application, with the applicants who have returned fields."""

    application_id: str
    number: str
    version: int
    mode: Mode
    basis: Basis
    people: tuple[ReturnedPerson, ...]


class Corrections:
    """The service.

    Every method raises Denied or PasswordChangeRequired as `require_login` does, and Denied for an application of
    another student; both are audited.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._own_id = IdentityCheck(clock)

    def open(self, visitor: StudentSession, application_id: str, national_id: str) -> ReturnedApplication:
        """Return the returned fields of an application to one of its applicants, by the full ID as typed.

        If an ID itself was returned, the ID of a guardian on the roster opens it too.

        Raises:
            NotTheirId: the ID is not an applicant's.
            TooManyTries: too many wrong IDs.
            ChangedMeanwhile: nothing is returned any more.
        """
        opened = self._claimed(visitor, "corrections.open", application_id, national_id)
        with opened as (unit, _student, case, returned, claim):
            unit.audit(visitor.credential_id, "corrections.opened", case.id, {"done": claim.holds})
        if case.state != ApplicationState.RETURNED:
            raise ChangedMeanwhile(what=case.state)
        people = tuple(
            returned_person(unit.keys, person, returned[person.position])
            for person in case.applicants
            if person.position in returned
        )
        return ReturnedApplication(case.id, case.number, case.version, case.mode, case.basis, people)

    def answer(
        self,
        visitor: StudentSession,
        application_id: str,
        version: int,
        national_id: str,
        entries: Mapping[int, ApplicantEntry],
        verified_emails: Collection[str] = (),
    ) -> None:
        """Take the answers; the application is under review again.

        Only returned fields are taken from the entries, by the applicant's position; a value may stay the same.
        ``version`` is as `open` gave it, and a code was typed in for each of ``verified_emails``.

        Raises:
            InvalidApplication: a field is wrong; its messages are one dictionary an applicant.
            ApplicantIsStudent: an applicant's ID is the student's.
            AlreadyApplied: an applicant has another live application for this child.
            NotTheirId: the ID is not an applicant's.
            TooManyTries: too many wrong IDs.
            ChangedMeanwhile: the application is not as it was shown.
        """
        verified = {email_key(email) for email in verified_emails}
        opened = self._claimed(visitor, "corrections.answer", application_id, national_id)
        with opened as (unit, student, case, returned, claim):
            is_current = case.state == ApplicationState.RETURNED and case.version == version
            if claim.holds and is_current:
                answers = read_answers(unit.keys, case.applicants, returned, entries, case.mode, today(self._clock))
                _write_answers(unit, student, case, answers, verified)
                unit.audit(visitor.credential_id, "application.answered", case.id)
        if not is_current:
            raise ChangedMeanwhile(what=case.state)

    @contextmanager
    def _claimed(self, visitor: StudentSession, action: str, application_id: str, typed: str) -> Iterator[_Claimed]:
        """Compare the ID with the application's; the wrong one is refused after the unit of work."""
        with (
            refusals_audited(self._store, visitor.credential_id, visitor.student_id, action),
            self._store.write() as unit,
        ):
            student = require_login(unit.connection, visitor)
            case = case_of_student(unit, student, application_id)
            returned = _open_fields(unit, case.id)
            owners = [person.national_id_index for person in case.applicants]
            if any("national_id" in reasons for reasons in returned.values()):
                on_file = select(_guardian.c.national_id_index).where(
                    _guardian.c.student_id == case.student_id, _guardian.c.national_id_index.is_not(None)
                )
                owners += unit.connection.execute(on_file).scalars().all()
            claim = self._own_id.claim(unit, visitor, case.id, typed, owners)
            yield unit, student, case, returned, claim
        claim.require()


def _write_answers(
    unit: UnitOfWork,
    student: StudentBasics,
    case: ApplicationCase,
    answers: Sequence[CorrectionAnswer],
    verified: Collection[str],
) -> None:
    connection = unit.connection
    shared_before = students_sharing_contacts(connection, [student.id])
    values: dict[str, Any] = {}
    ids = [answer.person.id for answer in answers]
    # two parents may have typed each other's ID
    connection.execute(update(_applicant).where(_applicant.c.id.in_(ids)).values(live=False))
    for answer in answers:
        person = answer.person
        kept_email = [email_key(answer.given.email)] if answer.keeps_verified_email and answer.given.email else []
        columns = personal_columns(unit.keys, person.id, answer.given, {*verified, *kept_email})
        if columns["national_id_index"] != person.national_id_index:
            _require_free(unit, student, case, person.position, columns["national_id_index"])
            values = _APPROVALS_OF_PERSON
        connection.execute(update(_applicant).where(_applicant.c.id == person.id).values(live=True, **columns))
    closed = {"state": "answered", "answered_at": unit.timestamp_ms}
    connection.execute(update(_correction).where(*_is_open(case.id)).values(closed))
    change_state(unit, case, ApplicationState.UNDER_REVIEW, **values)
    refresh(unit, [student.id])
    refresh_only(unit, shared_before)
    notes = {
        (answer.person.position, key): "" if answer.changed(key) else history.UNCHANGED
        for answer in answers
        for key in answer.keys
    }
    history.add(unit, case.id, Action.ANSWERED, fields=notes)


def _is_open(application_id: str) -> tuple[ColumnElement[bool], ...]:
    return (_correction.c.application_id == application_id, _correction.c.state == "open")


def _open_fields(unit: UnitOfWork, application_id: str) -> dict[int, dict[str, str]]:
    """Return the reasons of the returned fields, by position and key, in the form's order."""
    found = unit.connection.execute(select(_correction).where(*_is_open(application_id)))
    fields: dict[int, dict[str, str]] = {}
    for row in sorted(found, key=lambda row: (row.position, RETURNABLE.index(row.field))):
        reason = unit.keys.open("correction", row.id, row.sealed)["reason"]
        fields.setdefault(row.position, {})[row.field] = reason
    return fields


def _require_free(
    unit: UnitOfWork, student: StudentBasics, case: ApplicationCase, position: int, number: bytes
) -> None:
    """Refuse an ID that is the student's or on another live application for this child."""
    if number == student.national_id_index:
        raise student_as_applicant(place == position for place in range(1, case.mode.applicants + 1))
    live = select(_applicant.c.national_id_index).where(
        _applicant.c.student_id == student.id, _applicant.c.live, _applicant.c.application_id != case.id
    )
    if number in unit.connection.execute(live).scalars().all():
        raise AlreadyApplied
