"""Submitting, recognising and withdrawing an application for parent accounts."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, insert, select, update

from db.keyring import KeyRing
from db.models.applications import Applicant, Application
from db.models.columns import table_of
from db.models.documents import SignedForm
from db.models.school import Guardian
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.domain.application_case import ApplicantRecord, ApplicationCase
from kiosk.domain.application_form import ApplicantEntry, ApplicantValues, Basis, Mode
from kiosk.domain.application_status import BLOCKS_SHOWN_TO_PARENTS, OPEN_STATES, ApplicationState, ApprovalBlock
from kiosk.domain.errors import AlreadyApplied, ChangedMeanwhile, Denied
from kiosk.domain.receipt import Receipt, make_receipt, masked_applicant
from kiosk.domain.school_calendar import today
from kiosk.rules.contact import email_key
from kiosk.services.applications import history
from kiosk.services.applications.cases import applicant_of, case_of, personal_columns, read_case, read_case_of_request
from kiosk.services.applications.flag_rules import GuardianContacts, flags_of, names_of, person_flags
from kiosk.services.applications.flags import increment_state_count, refresh, refresh_only
from kiosk.services.applications.form_check import InvalidApplication, read_form, student_as_applicant
from kiosk.services.applications.numbers import next_number
from kiosk.services.applications.shared_contacts import INDEXES, LiveApplicant, Shared, find_others
from kiosk.services.applications.state_changes import change_state
from kiosk.services.applications.submission_query import SubmissionFacts, consent_of, find_facts, forget_draft
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.identity_check import IdentityCheck
from kiosk.services.auth.student_session import StudentBasics, StudentSession, require_login

_application = table_of(Application)
_applicant = table_of(Applicant)
_signed_form = table_of(SignedForm)
_guardian = table_of(Guardian)

_OF_STUDENT = _application.c.student_id == bindparam("student")
_FIND_GUARDIANS = select(_guardian.c.student_id, *(_guardian.c[index] for index in INDEXES), _guardian.c.name).where(
    _guardian.c.student_id == bindparam("student")
)
_UNSETTLE_CONFLICT = (
    update(_application).where(_OF_STUDENT, _application.c.state.in_(OPEN_STATES)).values(conflict_settled_by=None)
)
_ADD_APPLICATION = insert(_application)
_ADD_PEOPLE = insert(_applicant)
_PERSON = tuple(one.name for one in fields(ApplicantRecord))
_UNDECIDED = dict.fromkeys(("documents_seen_by", "documents_seen_at", "decided_by", "decided_at"))
_ADD_SIGNED_FORM = insert(_signed_form).values(form="binding", state="not_printed", changed_at=bindparam("at"))


@audits_refusals
class Applications:
    """The service.

    Every method raises Denied or PasswordChangeRequired as `require_login` does, and Denied for an application of
    another student.
    """

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
        """Store an application; return its receipt.

        Another live application for the child blocks both until the registrar decides. So does an applicant whose ID
        is a student's, which the applicant is not told.

        Args:
            visitor: the student's session.
            request_id: 32 hexadecimal digits, made once a form; sent again, it returns the first receipt.
            mode: the way to apply.
            basis: one of the mode's.
            applicants: as typed, as many as the mode has.
            verified_emails: the addresses whose code was typed in.

        Raises:
            InvalidApplication: a field is wrong; ApplicantIsStudent if an applicant's ID is the student's.
            ConsentMissing: the last answer to the consent text is not 同意.
            AlreadyApplied: an applicant has a live application for this child.
            StoreError: nothing was stored.
        """
        if len(applicants) != mode.applicants or basis not in mode.bases:
            raise InvalidApplication([{} for _entry in applicants])
        people = read_form(applicants, mode, today(self._clock))
        verified = {email_key(email) for email in verified_emails}
        with self._store.write() as unit:
            records = _applicants(unit.keys, visitor.student_id, people, verified)
            facts = find_facts(unit, visitor, request_id, [person.national_id_index for person in records])
            if facts.is_sent_again:
                return _sent_again(unit, visitor, request_id)
            case = self._add(unit, facts, request_id, mode, basis, records)
            detail = {"number": case.number, "mode": case.mode.value, "basis": case.basis.value}
            unit.audit(visitor.credential_id, "application.submitted", case.id, detail)
            return _receipt(unit.keys, case)

    def withdraw(self, visitor: StudentSession, application_id: str, national_id: str) -> None:
        """Withdraw an application; a remaining single one is no longer in conflict.

        Raises:
            NotTheirId: the ID is not an applicant's.
            TooManyTries: too many wrong IDs.
            ChangedMeanwhile: it was decided or withdrawn before.
        """
        with self._store.write() as unit:
            case = case_of_student(unit, require_login(unit.connection, visitor), application_id)
            owners = [person.national_id_index for person in case.applicants]
            claim = self._own_id.claim(unit, visitor, case.id, national_id, owners)
            is_open = case.state in OPEN_STATES
            if claim.holds and is_open:
                change_state(unit, case, ApplicationState.WITHDRAWN)
                refresh(unit, [case.student_id])
                history.add(unit, case.id, history.Action.WITHDRAWN)
                unit.audit(visitor.credential_id, "application.withdrawn", case.id)
        claim.require()
        if not is_open:
            raise ChangedMeanwhile

    def _add(
        self,
        unit: UnitOfWork,
        facts: SubmissionFacts,
        request_id: str,
        mode: Mode,
        basis: Basis,
        people: Sequence[ApplicantRecord],
    ) -> ApplicationCase:
        """Write an application with its applicants and its form; delete their draft."""
        connection, on, student = unit.connection, today(self._clock), facts.student
        own = [number == student.national_id_index for number in facts.numbers]
        if any(own):
            raise student_as_applicant(own)
        consent_id, waits_for_student = consent_of(unit.keys, facts, on)
        others = find_others(connection, student.id, people)
        of_child = [other for other in others if other.student_id == student.id]
        if any(other.national_id_index in facts.numbers for other in of_child):
            raise AlreadyApplied
        blocks = {
            ApprovalBlock.DOCUMENTS: bool(basis.documents),
            ApprovalBlock.CORRECTION: student.data_state == "error_reported",
            ApprovalBlock.CONFLICT: bool(of_child),
            ApprovalBlock.STUDENT_CONSENT: waits_for_student,
            ApprovalBlock.REGISTRAR: facts.is_a_students,
            ApprovalBlock.SIGNATURE: True,
        }
        on_file = connection.execute(_FIND_GUARDIANS, {"student": student.id}).mappings()
        guardians = [GuardianContacts(**row) for row in on_file]
        shared = Shared([*others, *people])
        flags = [person_flags(person, guardians, shared) for person in people]
        application: dict[str, Any] = {
            "id": people[0].application_id,
            "number": next_number(unit, "application"),
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
            "names": names_of(student.name, people),
            **flags_of([block for block, is_held in blocks.items() if is_held], flags),
            **_UNDECIDED,
            "submitted_at": unit.timestamp_ms,
            "changed_at": unit.timestamp_ms,
            "version": 1,
        }
        connection.execute(_ADD_APPLICATION, application)
        connection.execute(_ADD_PEOPLE, [{name: getattr(person, name) for name in _PERSON} for person in people])
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
        refresh_only(unit, {other.student_id for other in others if _gets_new_flags(other, people, student.id)})
        return case_of(application, people)


def case_of_student(unit: UnitOfWork, student: StudentBasics, application_id: str) -> ApplicationCase:
    """Read an application of this student; deny without one."""
    case = read_case(unit.connection, application_id)
    if case is None or case.student_id != student.id:
        raise Denied
    return case


def _applicants(
    keys: KeyRing, student_id: str, people: Sequence[ApplicantValues], verified: Collection[str]
) -> list[ApplicantRecord]:
    """Return the applicants of a new application."""
    application_id, records = uuid4().hex, []
    for position, person in enumerate(people, 1):
        row_id = uuid4().hex
        place = {"id": row_id, "application_id": application_id, "student_id": student_id, "position": position}
        records.append(applicant_of({**place, "live": True, **personal_columns(keys, row_id, person, verified)}))
    return records


def _gets_new_flags(other: LiveApplicant, people: Iterable[ApplicantRecord], student_id: str) -> bool:
    """Return whether the new applicants change another application's flags; most that share have theirs already."""
    if other.student_id == student_id:
        return True
    return other.state in OPEN_STATES and any(Shared([person]).flags(other) & ~other.flags for person in people)


def _receipt(keys: KeyRing, case: ApplicationCase) -> Receipt:
    """Make the receipt from the stored application."""
    masked = tuple(
        masked_applicant(
            person.name, person.relation, keys.open("applicant", person.id, person.sealed), person.email_state
        )
        for person in case.applicants
    )
    blocks = tuple(block for block in BLOCKS_SHOWN_TO_PARENTS if block in case.blocks)
    return make_receipt(case.id, case.number, case.receipt_token, case.basis, masked, blocks)


def _sent_again(unit: UnitOfWork, visitor: StudentSession, request_id: str) -> Receipt:
    """Return the receipt of an application whose form was sent before; deny another student's."""
    case = read_case_of_request(unit.connection, request_id)
    if case is None or case.student_id != visitor.student_id:
        raise Denied
    unit.audit(visitor.credential_id, "application.sent_again", case.id)
    return _receipt(unit.keys, case)
