"""Reads one application with everything around it, masked, and one applicant without masks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select

from db.keyring import KeyRing
from db.models.applications import Applicant, Application, Consent, Correction
from db.models.columns import table_of
from db.models.documents import SignedForm
from db.models.school import Guardian, Staff, Student
from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.application_status import LIVE_STATES, ApplicationState, ApprovalBlock, ReviewFlag
from kiosk.domain.receipt import EmailState
from kiosk.domain.school_calendar import day_at
from kiosk.rules.contact import mask_email, mask_mobile
from kiosk.rules.identity import mask_id
from kiosk.services.applications import history
from kiosk.services.applications.flags import (
    applicants_of,
    differing_fields,
    matching_guardian,
    person_remarks,
)
from kiosk.services.applications.history import Action, HistoryLine
from kiosk.services.applications.shared_contacts import Row, Shared, sharing
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

_application = table_of(Application)
_applicant = table_of(Applicant)
_guardian = table_of(Guardian)
_student = table_of(Student)
_consent = table_of(Consent)
_signed_form = table_of(SignedForm)
_correction = table_of(Correction)
_staff = table_of(Staff)

_FIND_PEOPLE = (
    select(_applicant).where(_applicant.c.application_id == bindparam("application")).order_by(_applicant.c.position)
)
_FIND_GUARDIANS = select(_guardian).where(_guardian.c.student_id == bindparam("student")).order_by(_guardian.c.role)
_FIND_STUDENT = select(_student).where(_student.c.id == bindparam("student"))
_FIND_OTHERS = (
    select(_application)
    .where(
        _application.c.student_id == bindparam("student"),
        _application.c.id != bindparam("application"),
        _application.c.state.in_(LIVE_STATES),
    )
    .order_by(_application.c.submitted_at, _application.c.number)
)
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


def view_of(
    connection: Connection, keys: KeyRing, application: RowMapping, at: int, *, is_own_child: bool
) -> ApplicationView:
    """Put a view together.

    Args:
        connection: of the caller's unit of work.
        keys: to open sealed rows.
        application: the whole row.
        at: the present, in milliseconds since 1970-01-01 UTC.
        is_own_child: whether the member may only look.
    """
    of_application = {"application": application["id"]}
    of_student = {"student": application["student_id"]}
    student = connection.execute(_FIND_STUDENT, of_student).mappings().one()
    people = connection.execute(_FIND_PEOPLE, of_application).mappings().all()
    guardians = connection.execute(_FIND_GUARDIANS, of_student).mappings().all()
    names = _names(connection, application["documents_seen_by"], application["decided_by"])
    paper = connection.execute(_FIND_PAPER, of_application).one()
    matched = [matching_guardian(person, guardians) for person in people]
    shared = Shared(sharing(connection, people))
    return ApplicationView(
        application_id=application["id"],
        number=application["number"],
        version=application["version"],
        state=ApplicationState(application["state"]),
        mode=Mode(application["mode"]),
        basis=Basis(application["basis"]),
        submitted_at=application["submitted_at"],
        decided_by=names.get(application["decided_by"], ""),
        decided_at=application["decided_at"],
        student=_student_on_file(keys, student, at),
        holds=tuple(hold for hold in ApprovalBlock if application[f"held_for_{hold.value}"]),
        remarks=ReviewFlag(application["remarks"]),
        people=tuple(
            _person(keys, person, on_file, person_remarks(person, guardians, shared))
            for person, on_file in zip(people, matched, strict=True)
        ),
        others_on_file=tuple(_on_file(keys, one) for one in guardians if one not in matched),
        consents=_consents(connection.execute(_FIND_CONSENTS, of_student).mappings(), application["consent_id"]),
        paper=SignedPaper(paper.state, paper.name or "", paper.changed_at),
        documents=DocumentsView(
            Basis(application["basis"]).documents,
            names.get(application["documents_seen_by"], ""),
            application["documents_seen_at"],
        ),
        corrections=tuple(_corrections(connection, keys, application["id"])),
        history=(
            HistoryLine(application["submitted_at"], "", Action.SUBMITTED),
            *history.lines(connection, keys, application["id"]),
        ),
        others=tuple(_other(row) for row in connection.execute(_FIND_OTHERS, of_application | of_student).mappings()),
        is_own_child=is_own_child,
    )


def in_full(connection: Connection, keys: KeyRing, application: Row, position: int) -> Revealed | None:
    """One applicant without masks; None where there is none at this position."""
    people = connection.execute(_FIND_PEOPLE, {"application": application["id"]}).mappings()
    person = next((person for person in people if person["position"] == position), None)
    if person is None:
        return None
    guardians = connection.execute(_FIND_GUARDIANS, {"student": application["student_id"]}).mappings().all()
    guardian = matching_guardian(person, guardians)
    return Revealed(
        position,
        _full(person, keys.open("applicant", person["id"], person["sealed"])),
        None if guardian is None else _full(guardian, keys.open("guardian", guardian["id"], guardian["sealed"])),
    )


def _full(row: Row, personal: Mapping[str, Any]) -> PersonInFull:
    return PersonInFull(
        row["name"], personal["national_id"] or None, personal["mobile"] or None, personal["email"] or None
    )


def _student_on_file(keys: KeyRing, student: Row, at: int) -> StudentOnFile:
    return StudentOnFile(
        student_id=student["id"],
        name=student["name"],
        class_name=student["class_name"],
        seat_number=student["seat_number"],
        student_number=student["student_number"],
        data_state=student["data_state"],
        is_adult=is_of_age(keys, student["id"], student["sealed"], day_at(at)),
        lost_characters=student["lost_characters"],
    )


def _person(keys: KeyRing, person: Row, guardian: Row | None, remarks: ReviewFlag) -> PersonView:
    personal = keys.open("applicant", person["id"], person["sealed"])
    return PersonView(
        position=person["position"],
        name=person["name"],
        relation=person["relation"],
        national_id=mask_id(personal["national_id"]),
        mobile=mask_mobile(personal["mobile"]),
        email=mask_email(personal["email"]) if personal["email"] else None,
        email_state=EmailState(person["email_state"]),
        remarks=remarks,
        on_file=None if guardian is None else _on_file(keys, guardian),
        differing=() if guardian is None else differing_fields(person, guardian),
    )


def _on_file(keys: KeyRing, guardian: Row) -> GuardianOnFile:
    personal = keys.open("guardian", guardian["id"], guardian["sealed"])
    return GuardianOnFile(
        role=guardian["role"],
        name=guardian["name"],
        national_id=mask_id(personal["national_id"]) if personal["national_id"] else None,
        mobile=mask_mobile(personal["mobile"]) if personal["mobile"] else None,
        email=mask_email(personal["email"]) if personal["email"] else None,
    )


def _consents(rows: Iterable[RowMapping], basis_id: str) -> tuple[ConsentEvidence, ...]:
    return tuple(
        ConsentEvidence(
            choice=row["choice"],
            answered_by=row["answered_by"],
            answered_at=row["answered_at"],
            text_version=row["text_version"],
            text_sha256=row["text_sha256"],
            language=row["language"],
            read_to_end=row["read_to_end"],
            terminal=row["terminal"],
            is_basis=row["id"] == basis_id,
            recorded_by=row["recorded_by_name"] or "",
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


def _other(row: RowMapping) -> OtherApplication:
    return OtherApplication(
        application_id=row["id"],
        number=row["number"],
        state=ApplicationState(row["state"]),
        mode=Mode(row["mode"]),
        basis=Basis(row["basis"]),
        applicant_names=applicants_of(row["names"], row["student_name"]),
        submitted_at=row["submitted_at"],
        version=row["version"],
    )


def _names(connection: Connection, *staff_ids: str | None) -> dict[str | None, str]:
    wanted = [staff_id for staff_id in staff_ids if staff_id]
    return {row.id: row.name for row in connection.execute(_FIND_NAMES, {"ids": wanted})}
