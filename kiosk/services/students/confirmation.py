"""The student's data on the roster: the menu's states, the confirmation, the error report (錯誤回報)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from sqlmodel import Session, col, select, update

from db.models.applications import Application, Consent, Ticket
from db.models.documents import SignedForm
from db.models.school import Student
from db.store import UnitOfWork
from kiosk.domain.application_case import ApplicationCase
from kiosk.domain.application_status import BLOCKS_SHOWN_TO_PARENTS, LIVE_STATES
from kiosk.domain.errors import ServiceError
from kiosk.domain.school_calendar import today
from kiosk.rules.identity import mask_id
from kiosk.rules.names import mask_name
from kiosk.rules.text_safety import is_safe
from kiosk.services.applications.cases import cases_of_student
from kiosk.services.applications.flags import refresh
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.student_session import FamilyService, StudentSession, is_of_age

REPORTABLE = ("class_name", "name", "student_number")
FORMS_TOTAL = 2
_MAX_VALUE_LENGTH = 64


class NothingReported(ServiceError):
    """An error report has no field, an unknown field, the shown value, or an unsafe or too long value."""


@dataclass(frozen=True)
class StudentView:
    """The data that the parent confirms."""

    name: str = field(repr=False)
    class_name: str
    student_number: str = field(repr=False)
    is_adult: bool


@dataclass(frozen=True)
class ApplicationSummary:
    """One application as its parent sees it; ``blocks`` are the values of its `ApprovalBlock`."""

    id: str
    number: str
    state: str
    applicants: tuple[str, ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class FieldOutcome:
    """The registrar's decision on a field of the last error report: the corrected value, or the reason against it."""

    key: str
    is_corrected: bool
    value: str = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True)
class MenuState:
    """The three states of the menu, and the facts behind them.

    ``outcomes``: the decisions on the last error report, until the data is confirmed or reported anew.
    """

    student: StudentView
    data_state: str
    outcomes: tuple[FieldOutcome, ...]
    account_state: str
    applications: tuple[ApplicationSummary, ...]
    consent: str
    needs_student_consent: bool
    forms_signed: int
    forms_total: int = FORMS_TOTAL


@audits_refusals
class StudentData(FamilyService):
    """The service."""

    def hub(self, visitor: StudentSession) -> MenuState:
        """Return the states of the menu."""
        with self._read(visitor) as (session, student):
            cases = cases_of_student(session.connection(), student.id)
            applications = tuple(self._summary(case) for case in cases)
            adult = is_of_age(self._store.keys, student.id, student.sealed, today(self._clock))
            own = _latest_choice(session, student.id, "student")
            return MenuState(
                student=StudentView(student.name, student.class_name, student.student_number, adult),
                data_state=student.data_state,
                outcomes=self._outcomes(session, student),
                account_state=next(
                    (a.state for a in applications if a.state in LIVE_STATES),
                    applications[0].state if applications else "none",
                ),
                applications=applications,
                consent=_latest_choice(session, student.id, "parent"),
                needs_student_consent=adult and own != "agree",
                forms_signed=forms_signed(session, student.id),
            )

    def confirm(self, visitor: StudentSession) -> None:
        """Record 資訊正確; it replaces an open error report."""
        with self._write(visitor) as (unit, student):
            _replace_reports(unit, student)
            set_data_state(unit, student, "confirmed")
            unit.audit(visitor.credential_id, "student.confirmed", student.id)

    def report_errors(self, visitor: StudentSession, right_values: Mapping[str, str]) -> None:
        """Record 錯誤回報 for the registrar: the parent's correction of each field.

        The student's applications are blocked until the registrar decides.

        Raises:
            NothingReported: no field is reported, or a value is not usable.
        """
        with self._write(visitor) as (unit, student):
            shown = {field: str(getattr(student, field)) for field in REPORTABLE}
            fields = [
                {"field": field, "shown": shown[field], "right": right}
                for field, right in right_values.items()
                if field in shown and right != shown[field]
                if right.strip() and len(right) <= _MAX_VALUE_LENGTH and is_safe(right)
            ]
            if not fields or len(fields) != len(right_values):
                raise NothingReported
            _replace_reports(unit, student)
            ticket_id = uuid4().hex
            unit.session.add(
                Ticket(
                    id=ticket_id,
                    student_id=student.id,
                    sealed=unit.keys.seal("ticket", ticket_id, {"fields": fields}),
                    reported_at=unit.timestamp_ms,
                )
            )
            set_data_state(unit, student, "error_reported")
            unit.audit(visitor.credential_id, "student.error_reported", student.id, {"ticket": ticket_id})

    def _outcomes(self, session: Session, student: Student) -> tuple[FieldOutcome, ...]:
        if student.data_state not in ("unconfirmed", "corrected"):
            return ()
        last = session.exec(
            select(Ticket)
            .where(Ticket.student_id == student.id, col(Ticket.decided_at).is_not(None))
            .order_by(col(Ticket.decided_at).desc(), col(Ticket.reported_at).desc())
            .limit(1)
        ).one_or_none()
        if last is None:
            return ()
        fields = self._store.keys.open("ticket", last.id, last.sealed)["fields"]
        return tuple(
            FieldOutcome(one["field"], one["decision"] == "corrected", one["value"], one["reason"]) for one in fields
        )

    def _summary(self, case: ApplicationCase) -> ApplicationSummary:
        ids = [self._store.keys.open("applicant", one.id, one.sealed)["national_id"] for one in case.applicants]
        masked = (f"{mask_name(one.name)} {mask_id(own)}" for one, own in zip(case.applicants, ids, strict=True))
        shown = tuple(block.value for block in BLOCKS_SHOWN_TO_PARENTS if block in case.blocks)
        return ApplicationSummary(case.id, case.number, case.state, tuple(masked), shown)


def set_data_state(unit: UnitOfWork, student: Student, state: str) -> None:
    """Set the state of a student's data, and refresh the applications that it blocks."""
    student.data_state, student.updated_at = state, unit.timestamp_ms
    student.version += 1
    refresh(unit, [student.id])


def _replace_reports(unit: UnitOfWork, student: Student) -> None:
    is_open = (col(Ticket.student_id) == student.id, col(Ticket.state) == "open")
    unit.session.exec(update(Ticket).where(*is_open).values(state="replaced"))


def forms_signed(session: Session, student_id: str) -> int:
    """Return how many of the two forms are returned: the binding form of every live application, and the card form."""
    forms = session.exec(
        select(SignedForm.form, SignedForm.state)
        .outerjoin(Application, col(Application.id) == col(SignedForm.application_id))
        .where(
            SignedForm.student_id == student_id,
            col(SignedForm.application_id).is_(None) | col(Application.state).in_(LIVE_STATES),
        )
    ).all()
    return sum(
        bool(states) and set(states) == {"returned"}
        for states in ([state for form, state in forms if form == counted] for counted in ("binding", "card"))
    )


def _latest_choice(session: Session, student_id: str, answered_by: str) -> str:
    choice = session.exec(
        select(Consent.choice)
        .where(Consent.student_id == student_id, Consent.answered_by == answered_by)
        .order_by(col(Consent.answered_at).desc(), col(Consent.id).desc())
        .limit(1)
    ).one_or_none()
    return choice or "none"
