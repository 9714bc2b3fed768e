"""Submitting, recognising and withdrawing an application for parent accounts."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import RowMapping, bindparam, insert, select, update

from db.keyring import KeyRing
from db.models.applications import Applicant, Application, NumberCounter
from db.models.columns import table_of
from db.models.documents import SignedForm
from db.models.school import Guardian
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.domain.applicant_validation import read_applicant
from kiosk.domain.application_form import ApplicantEntry, ApplicantValues, Basis, Mode
from kiosk.domain.application_status import OPEN_STATES, TOLD_HOLDS, ApplicationState, ApprovalBlock, ReviewFlag
from kiosk.domain.errors import AlreadyApplied, ChangedMeanwhile, Denied, ServiceError
from kiosk.domain.receipt import EmailState, Receipt, make_receipt, masked_applicant
from kiosk.domain.school_calendar import today
from kiosk.i18n import _
from kiosk.rules.application_numbers import format_number
from kiosk.rules.contact import email_key
from kiosk.rules.roc_dates import school_year
from kiosk.services.applications.applicant_rows import personal_columns
from kiosk.services.applications.flags import (
    flags_of,
    increment_state_count,
    names_of,
    person_remarks,
    refresh_only,
)
from kiosk.services.applications.shared_contacts import Row, Shared, find_others, remarks_between
from kiosk.services.applications.submission_query import SubmissionFacts, consent_of, find_facts, forget_draft
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.identity_check import IdentityCheck
from kiosk.services.auth.student_session import StudentBasics, StudentSession, require_login

_application = table_of(Application)
_applicant = table_of(Applicant)
_signed_form = table_of(SignedForm)
_counter = table_of(NumberCounter)
_guardian = table_of(Guardian)

_OF_STUDENT = _application.c.student_id == bindparam("student")
_FIND_REQUEST = select(_application).where(_application.c.request_id == bindparam("request"))
_FIND_APPLICATION = select(_application).where(_application.c.id == bindparam("application"), _OF_STUDENT)
_FIND_PEOPLE = (
    select(_applicant).where(_applicant.c.application_id == bindparam("application")).order_by(_applicant.c.position)
)
_FIND_GUARDIANS = select(
    _guardian.c.name, _guardian.c.national_id_index, _guardian.c.mobile_index, _guardian.c.email_index
).where(_guardian.c.student_id == bindparam("student"))
_COUNT = (
    update(_counter)
    .where(_counter.c.name == bindparam("counter"))
    .values(value=_counter.c.value + 1)
    .returning(_counter.c.value)
)
_UNSETTLE_CONFLICT = (
    update(_application).where(_OF_STUDENT, _application.c.state.in_(OPEN_STATES)).values(conflict_settled_by=None)
)
_ADD_APPLICATION = insert(_application)
_ADD_PEOPLE = insert(_applicant)
_ADD_SIGNED_FORM = insert(_signed_form).values(form="binding", state="not_printed", changed_at=bindparam("at"))


class InvalidApplication(ServiceError):
    """Something on the form is wrong; ``messages`` holds one dictionary an applicant, field key to words."""

    def __init__(self, messages: Sequence[dict[str, str]]) -> None:
        super().__init__("invalid application")
        self.messages = tuple(messages)


class ApplicantIsStudent(InvalidApplication):
    """An applicant's ID is the student's own: that goes to the registrar (分流申請書)."""


@audits_refusals
class Applications:
    """The service."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._own_id = IdentityCheck(clock)

    def submit(
        self,
        visitor: StudentSession,
        request_id: str,
        mode: Mode,
        basis: Basis,
        applicants: Sequence[ApplicantEntry],
        verified_emails: Collection[str] = (),
    ) -> Receipt:
        """Take an application: whole, or not at all.

        Another live application for the same child holds both until the registrar has decided. An applicant whose
        ID is some student's goes to the registrar as well, untold.

        Args:
            visitor: who stands at the kiosk.
            request_id: 32 hexadecimal digits, made once a form; sent again, it brings the first receipt again.
            mode: the way to apply.
            basis: on what the applicants act; one of the mode's.
            applicants: as typed, as many as the mode wants.
            verified_emails: the addresses whose code was typed in.

        Raises:
            InvalidApplication: a field is wrong; ApplicantIsStudent where an applicant's ID is the student's.
            ConsentMissing: the last answer to the consent text is not 同意.
            AlreadyApplied: one of these persons has a live application for this child.
            Denied, PasswordChangeRequired: see `kiosk.services.auth.student_session.require_login`.
            StoreError: nothing was taken.
        """
        people = self._checked(mode, basis, applicants)
        verified = {email_key(email) for email in verified_emails}
        with self._store.write() as unit:
            rows = _applicant_rows(unit.keys, visitor.student_id, people, verified)
            facts = find_facts(unit, visitor, request_id, [row["national_id_index"] for row in rows])
            if facts.is_sent_again:
                return _sent_again(unit, visitor, request_id)
            application = self._new(unit, facts, request_id, mode, basis, rows)
            unit.audit(
                visitor.credential_id,
                "application.submitted",
                application["id"],
                {"number": application["number"], "mode": application["mode"], "basis": application["basis"]},
            )
            return _receipt(unit.keys, application, rows)

    def verify_applicant(self, visitor: StudentSession, application_id: str, national_id: str) -> bool:
        """Whether this full ID is of one of the application's people.

        Raises:
            TooManyTries: too many wrong IDs.
            Denied, PasswordChangeRequired: not this student's application, or see `require_login`.
        """
        with self._store.write() as unit:
            student = require_login(unit.connection, visitor)
            _find(unit, student, application_id)
            claim = self._own_id.claim(unit, visitor, application_id, national_id, _owners(unit, application_id))
        claim.refuse_if_locked()
        return claim.holds

    def withdraw(self, visitor: StudentSession, application_id: str, national_id: str) -> None:
        """Take an application back; one that is left alone is no longer in conflict.

        Raises:
            NotTheirId: the ID is not an applicant's.
            TooManyTries: too many wrong IDs.
            ChangedMeanwhile: it is decided or withdrawn already.
            Denied, PasswordChangeRequired: not this student's application, or see `require_login`.
        """
        with self._store.write() as unit:
            student = require_login(unit.connection, visitor)
            row = _find(unit, student, application_id)
            claim = self._own_id.claim(unit, visitor, application_id, national_id, _owners(unit, application_id))
            is_open = row["state"] in OPEN_STATES
            if claim.holds and is_open:
                _withdraw(unit, row)
                unit.audit(visitor.credential_id, "application.withdrawn", application_id)
        claim.require()
        if not is_open:
            raise ChangedMeanwhile

    def _checked(self, mode: Mode, basis: Basis, entries: Sequence[ApplicantEntry]) -> list[ApplicantValues]:
        """Check the form once more, whoever sent it, and bring it into its normal form."""
        if len(entries) != mode.applicants or basis not in mode.bases:
            raise InvalidApplication([{} for _entry in entries])
        return read_form(entries, mode, today(self._clock))

    def _new(
        self,
        unit: UnitOfWork,
        facts: SubmissionFacts,
        request_id: str,
        mode: Mode,
        basis: Basis,
        rows: list[dict[str, Any]],
    ) -> dict[str, Any]:
        """Write an application with its people and its paper form; the applicants' drafts have served.

        Raises:
            ApplicantIsStudent, ConsentMissing, AlreadyApplied: see `submit`.
        """
        connection, on, student = unit.connection, today(self._clock), facts.student
        own = [number == student.national_id_index for number in facts.numbers]
        if any(own):
            raise student_as_applicant(own)
        consent_id, waits_for_student = consent_of(unit.keys, facts, on)
        others = find_others(connection, student.id, rows)
        of_child = [other for other in others if other["student_id"] == student.id]
        if any(other["national_id_index"] in facts.numbers for other in of_child):
            raise AlreadyApplied
        standing = {
            ApprovalBlock.DOCUMENTS: bool(basis.documents),
            ApprovalBlock.CORRECTION: student.data_state == "error_reported",
            ApprovalBlock.CONFLICT: bool(of_child),
            ApprovalBlock.STUDENT_CONSENT: waits_for_student,
            ApprovalBlock.REGISTRAR: facts.is_a_students,
            ApprovalBlock.SIGNATURE: True,
        }
        guardians = connection.execute(_FIND_GUARDIANS, {"student": student.id}).mappings().all()
        shared = Shared([*others, *rows])
        remarks = [person_remarks(row, guardians, shared) for row in rows]
        year = school_year(on)
        application: dict[str, Any] = {
            "id": rows[0]["application_id"],
            "number": format_number(year, _next_serial(unit, f"application.{year}")),
            "receipt_token": secrets.token_urlsafe(16),
            "request_id": request_id,
            "student_id": student.id,
            "consent_id": consent_id,
            "mode": mode.value,
            "basis": basis.value,
            "state": ApplicationState.UNDER_REVIEW.value,
            "class_name": student.class_name,
            "seat_number": student.seat_number or 0,
            "student_number": student.student_number,
            "student_name": student.name,
            "names": names_of(student.name, rows),
            **flags_of([hold for hold, stands in standing.items() if stands], remarks),
            "submitted_at": unit.timestamp_ms,
            "changed_at": unit.timestamp_ms,
            "version": 1,
        }
        connection.execute(_ADD_APPLICATION, application)
        connection.execute(_ADD_PEOPLE, rows)
        paper = {
            "id": uuid4().hex,
            "student_id": student.id,
            "application_id": application["id"],
            "at": unit.timestamp_ms,
        }
        connection.execute(_ADD_SIGNED_FORM, paper)
        if facts.has_draft:
            forget_draft(unit, facts)
        increment_state_count(connection, student.class_name, application["state"])
        if of_child:
            connection.execute(_UNSETTLE_CONFLICT, {"student": student.id})
        refresh_only(unit, {other["student_id"] for other in others if _is_news_to(other, rows, student.id)})
        return application


def read_form(entries: Sequence[ApplicantEntry], mode: Mode, on: date) -> list[ApplicantValues]:
    """The applicants of a whole form in their normal form.

    Args:
        entries: as typed, one or two.
        mode: the way to apply.
        on: the present day.

    Raises:
        InvalidApplication: a field is wrong.
    """
    others = [entries[1 - place] if len(entries) == 2 else None for place in range(len(entries))]
    read = [read_applicant(entry, mode, on, other) for entry, other in zip(entries, others, strict=True)]
    people = [values for _messages, values in read if values is not None]
    if len(people) < len(entries):
        raise InvalidApplication([messages for messages, _values in read])
    return people


def _applicant_rows(
    keys: KeyRing, student_id: str, people: Sequence[ApplicantValues], verified: Collection[str]
) -> list[dict[str, Any]]:
    """The people's rows of a new application."""
    application_id, rows = uuid4().hex, []
    for position, person in enumerate(people, 1):
        row_id = uuid4().hex
        place = {"id": row_id, "application_id": application_id, "student_id": student_id, "position": position}
        rows.append({**place, "live": True, **personal_columns(keys, row_id, person, verified)})
    return rows


def student_as_applicant(own: Iterable[bool]) -> ApplicantIsStudent:
    """The refusal of the student's own number; ``own`` says of each applicant whether theirs is it."""
    message = _("這是學生本人的身分證字號，請填申請人自己的。")
    return ApplicantIsStudent([{"national_id": message} if is_own else {} for is_own in own])


def _is_news_to(other: Row, rows: Sequence[Row], student_id: str) -> bool:
    """Whether the new applicants change what stands on another application; most who share are marked already."""
    if other["student_id"] == student_id:
        return True
    if other["state"] not in OPEN_STATES:
        return False
    return any(remarks_between(other, row) & ~ReviewFlag(other["remarks"]) for row in rows)


def _receipt(keys: KeyRing, row: Row, people: Iterable[Row]) -> Receipt:
    """Make the receipt of what is kept, so that it never says more than that."""
    masked = tuple(
        masked_applicant(
            person["name"],
            person["relation"],
            keys.open("applicant", person["id"], person["sealed"]),
            EmailState(person["email_state"]),
        )
        for person in people
    )
    held = tuple(hold for hold in TOLD_HOLDS if row[f"held_for_{hold.value}"])
    return make_receipt(row["id"], row["number"], row["receipt_token"], Basis(row["basis"]), masked, held)


def _sent_again(unit: UnitOfWork, visitor: StudentSession, request_id: str) -> Receipt:
    """The receipt of an application that is there already.

    Raises:
        Denied: it is another student's.
    """
    row = unit.connection.execute(_FIND_REQUEST, {"request": request_id}).mappings().one()
    if row["student_id"] != visitor.student_id:
        raise Denied
    unit.audit(visitor.credential_id, "application.sent_again", row["id"])
    return _receipt(unit.keys, row, _people(unit, row["id"]))


def _next_serial(unit: UnitOfWork, counter: str) -> int:
    """Count within the write unit: no number is skipped, none given twice."""
    value = unit.connection.execute(_COUNT, {"counter": counter}).scalar_one_or_none()
    if value is None:
        unit.connection.execute(insert(_counter), {"name": counter, "value": 1})
        return 1
    return int(value)


def _find(unit: UnitOfWork, student: StudentBasics, application_id: str) -> RowMapping:
    """Find an application of this student's.

    Raises:
        Denied: there is none.
    """
    found = unit.connection.execute(_FIND_APPLICATION, {"application": application_id, "student": student.id})
    row = found.mappings().one_or_none()
    if row is None:
        raise Denied
    return row


def _people(unit: UnitOfWork, application_id: str) -> Sequence[RowMapping]:
    return unit.connection.execute(_FIND_PEOPLE, {"application": application_id}).mappings().all()


def _owners(unit: UnitOfWork, application_id: str) -> list[bytes]:
    """The blind indexes of an application's people."""
    return [person["national_id_index"] for person in _people(unit, application_id)]


def _withdraw(unit: UnitOfWork, application: RowMapping) -> None:
    """Withdraw; an application that is left alone is no longer in conflict."""
    from kiosk.services.applications import history  # the staff's tables: no start of the kiosk needs them
    from kiosk.services.applications.state_changes import change_state

    change_state(unit, application, ApplicationState.WITHDRAWN)
    history.add(unit, application["id"], history.Action.WITHDRAWN)
