"""Reads one application with everything around it, masked, and one applicant without masks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from db.keyring import KeyRing
from db.models.applications import Consent, Correction
from db.models.columns import table_of
from db.models.documents import SignedForm
from db.models.school import Guardian, Staff, Student
from kiosk.domain.application_case import ApplicantRecord, ApplicationCase
from kiosk.domain.application_status import ReviewFlag
from kiosk.domain.school_calendar import day_at
from kiosk.rules.contact import mask_email, mask_mobile
from kiosk.rules.identity import mask_id
from kiosk.services.applications import history
from kiosk.services.applications.cases import other_live_cases
from kiosk.services.applications.flag_rules import (
    GuardianContacts,
    applicants_of,
    differing_fields,
    matching_guardian,
    person_flags,
)
from kiosk.services.applications.history import Action, HistoryLine
from kiosk.services.applications.shared_contacts import INDEXES, Shared, sharing
from kiosk.services.auth.student_session import is_of_age
from kiosk.services.review.case_view import (
    ApplicationView,
    ConsentEvidence,
    CorrectionView,
    DocumentsView,
    GuardianOnFile,
    OtherApplication,
    PersonInFull,
    PersonView,
    Revealed,
    SignedPaper,
    StudentOnFile,
)

_guardian = table_of(Guardian)
_student = table_of(Student)
_consent = table_of(Consent)
_signed_form = table_of(SignedForm)
_correction = table_of(Correction)
_staff = table_of(Staff)

_FIND_GUARDIANS = (
    select(
        _guardian.c.student_id,
        *(_guardian.c[index] for index in INDEXES),
        _guardian.c.name,
        _guardian.c.id,
        _guardian.c.role,
        _guardian.c.sealed,
    )
    .where(_guardian.c.student_id == bindparam("student"))
    .order_by(_guardian.c.role)
)
_FIND_STUDENT = select(_student).where(_student.c.id == bindparam("student"))
_FIND_CONSENTS = (
    select(_consent, _staff.c.name.label("recorded_by_name"))
    .join_from(_consent, _staff, _consent.c.recorded_by == _staff.c.id, isouter=True)
    .where(_consent.c.student_id == bindparam("student"))
    .order_by(_consent.c.answered_at)
)
_FIND_PAPER = (
    select(_signed_form.c.state, _signed_form.c.changed_at, _staff.c.name)
    .join_from(_signed_form, _staff, _signed_form.c.received_by == _staff.c.id, isouter=True)
    .where(_signed_form.c.application_id == bindparam("application"), _signed_form.c.form == "binding")
)
_FIND_CORRECTIONS = (
    select(_correction)
    .where(_correction.c.application_id == bindparam("application"))
    .order_by(_correction.c.returned_at, _correction.c.position, _correction.c.field)
)
_FIND_NAMES = select(_staff.c.id, _staff.c.name).where(_staff.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class _Guardian(GuardianContacts):
    id: str
    role: str
    sealed: bytes = field(repr=False)


def view_of(
    connection: Connection, keys: KeyRing, case: ApplicationCase, at: int, *, is_own_child: bool
) -> ApplicationView:
    """Return the view of a case at a moment in milliseconds since 1970; on an own child the member may only look."""
    of_application, of_student = {"application": case.id}, {"student": case.student_id}
    student = connection.execute(_FIND_STUDENT, of_student).one()
    guardians = _guardians(connection, case)
    names = _names(connection, case.documents_seen_by, case.decided_by)
    paper = connection.execute(_FIND_PAPER, of_application).one()
    matched = [matching_guardian(person, guardians) for person in case.applicants]
    shared = Shared(sharing(connection, case.applicants))
    return ApplicationView(
        application_id=case.id,
        number=case.number,
        version=case.version,
        state=case.state,
        mode=case.mode,
        basis=case.basis,
        submitted_at=case.submitted_at,
        decided_by=names.get(case.decided_by, ""),
        decided_at=case.decided_at,
        student=_student_on_file(keys, student, at),
        blocks=case.blocks,
        flags=case.flags,
        people=tuple(
            _person(keys, person, guardian, person_flags(person, guardians, shared))
            for person, guardian in zip(case.applicants, matched, strict=True)
        ),
        others_on_file=tuple(_on_file(keys, one) for one in guardians if one not in matched),
        consents=_consents(connection.execute(_FIND_CONSENTS, of_student), case.consent_id),
        paper=SignedPaper(paper.state, paper.name or "", paper.changed_at),
        documents=DocumentsView(case.basis.documents, names.get(case.documents_seen_by, ""), case.documents_seen_at),
        corrections=tuple(_corrections(connection, keys, case.id)),
        history=(
            HistoryLine(case.submitted_at, "", Action.SUBMITTED),
            *history.lines(connection, keys, case.id),
        ),
        others=tuple(_other(other) for other in other_live_cases(connection, case)),
        is_own_child=is_own_child,
    )


def in_full(connection: Connection, keys: KeyRing, case: ApplicationCase, position: int) -> Revealed | None:
    """Return one applicant without masks; None if there is none at this position."""
    person = next((person for person in case.applicants if person.position == position), None)
    if person is None:
        return None
    guardian = matching_guardian(person, _guardians(connection, case))
    return Revealed(
        position,
        _full(person.name, keys.open("applicant", person.id, person.sealed)),
        None if guardian is None else _full(guardian.name, keys.open("guardian", guardian.id, guardian.sealed)),
    )


def _guardians(connection: Connection, case: ApplicationCase) -> list[_Guardian]:
    return [_Guardian(**row) for row in connection.execute(_FIND_GUARDIANS, {"student": case.student_id}).mappings()]


def _full(name: str, personal: Mapping[str, Any]) -> PersonInFull:
    return PersonInFull(name, personal["national_id"] or None, personal["mobile"] or None, personal["email"] or None)


def _student_on_file(keys: KeyRing, student: Row[Any], at: int) -> StudentOnFile:
    return StudentOnFile(
        student_id=student.id,
        name=student.name,
        class_name=student.class_name,
        seat_number=student.seat_number,
        student_number=student.student_number,
        data_state=student.data_state,
        is_adult=is_of_age(keys, student.id, student.sealed, day_at(at)),
        lost_characters=student.lost_characters,
    )


def _person(keys: KeyRing, person: ApplicantRecord, guardian: _Guardian | None, flags: ReviewFlag) -> PersonView:
    personal = keys.open("applicant", person.id, person.sealed)
    return PersonView(
        position=person.position,
        name=person.name,
        relation=person.relation,
        national_id=mask_id(personal["national_id"]),
        mobile=mask_mobile(personal["mobile"]),
        email=mask_email(personal["email"]) if personal["email"] else None,
        email_state=person.email_state,
        flags=flags,
        on_file=None if guardian is None else _on_file(keys, guardian),
        differing=() if guardian is None else differing_fields(person, guardian),
    )


def _on_file(keys: KeyRing, guardian: _Guardian) -> GuardianOnFile:
    personal = keys.open("guardian", guardian.id, guardian.sealed)
    return GuardianOnFile(
        role=guardian.role,
        name=guardian.name,
        national_id=mask_id(personal["national_id"]) if personal["national_id"] else None,
        mobile=mask_mobile(personal["mobile"]) if personal["mobile"] else None,
        email=mask_email(personal["email"]) if personal["email"] else None,
    )


def _consents(rows: Iterable[Row[Any]], basis_id: str) -> tuple[ConsentEvidence, ...]:
    return tuple(
        ConsentEvidence(
            choice=row.choice,
            answered_by=row.answered_by,
            answered_at=row.answered_at,
            text_version=row.text_version,
            text_sha256=row.text_sha256,
            language=row.language,
            read_to_end=row.read_to_end,
            terminal=row.terminal,
            is_basis=row.id == basis_id,
            recorded_by=row.recorded_by_name or "",
        )
        for row in rows
    )


def _corrections(connection: Connection, keys: KeyRing, application_id: str) -> Sequence[CorrectionView]:
    return [
        CorrectionView(
            position=row["position"],
            key=row["field"],
            reason=keys.open("correction", row["id"], row["sealed"])["reason"],
            state=row["state"],
            returned_at=row["returned_at"],
            answered_at=row["answered_at"],
        )
        for row in connection.execute(_FIND_CORRECTIONS, {"application": application_id}).mappings()
    ]


def _other(case: ApplicationCase) -> OtherApplication:
    return OtherApplication(
        application_id=case.id,
        number=case.number,
        state=case.state,
        mode=case.mode,
        basis=case.basis,
        applicant_names=applicants_of(case.names, case.student_name),
        submitted_at=case.submitted_at,
        version=case.version,
    )


def _names(connection: Connection, *staff_ids: str | None) -> dict[str | None, str]:
    wanted = [staff_id for staff_id in staff_ids if staff_id]
    return {row.id: row.name for row in connection.execute(_FIND_NAMES, {"ids": wanted})}
