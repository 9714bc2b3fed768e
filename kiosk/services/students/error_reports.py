"""Error reports (錯誤回報) for the registrar: each field is corrected or declined.

The parent's menu shows the decision on each field (`kiosk.services.students.confirmation`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import tuple_
from sqlmodel import Session, col, func, select

from db.models.applications import Application, Ticket
from db.models.school import Student
from db.store import Store
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.application_status import OPEN_STATES
from kiosk.domain.errors import ChangedMeanwhile, ServiceError
from kiosk.domain.reason import checked_reason
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.staff_session import REGISTRAR, StaffGate, StaffMember, name_of_staff, require_row
from kiosk.services.students.confirmation import set_data_state
from kiosk.services.students.student_corrections import check_corrections, class_names, write_corrections

AT_ONCE = 50


class Undecided(ServiceError):
    """A field of the report has no decision, or a field that was not reported has one."""


@dataclass(frozen=True, slots=True)
class ErrorReportPlace:
    """A report's place in the list; the next page begins behind it."""

    reported_at: int
    ticket_id: str


@dataclass(frozen=True)
class ErrorReportRow:
    """A report in the list; ``state``: open, corrected, declined.

    ``reported_at`` is in milliseconds since 1970-01-01 UTC, and ``applications`` is the number that waits for the
    answer.
    """

    ticket_id: str
    class_name: str
    student_number: str = field(repr=False)
    student_name: str = field(repr=False)
    state: str
    keys: tuple[str, ...]
    reported_at: int
    applications: int

    @property
    def place(self) -> ErrorReportPlace:
        """The row's place in the list."""
        return ErrorReportPlace(self.reported_at, self.ticket_id)


@dataclass(frozen=True)
class ReportedField:
    """A field of a report: the value that the parent saw, the parent's correction, and the roster's present value.

    The decision is corrected or declined, and empty while it is open; ``value`` is the corrected one.
    """

    key: str
    shown: str = field(repr=False)
    right: str = field(repr=False)
    on_file: str = field(repr=False)
    decision: str = ""
    value: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)


@dataclass(frozen=True)
class ErrorReportView:
    """A whole report; ``classes`` are the choices of a class."""

    row: ErrorReportRow
    version: int
    fields: tuple[ReportedField, ...]
    decided_by: str = field(repr=False)
    decided_at: int | None
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Correct:
    """The decision to correct a field to ``value``."""

    value: str = field(repr=False)


@dataclass(frozen=True)
class Decline:
    """The decision to leave a field as it is; the parent's menu shows the ``reason``."""

    reason: str = field(repr=False)


@dataclass(frozen=True)
class Decided:
    """A decision; ``one_time_code`` is for a login whose first password went with the old number, to be shown once."""

    one_time_code: str | None = field(repr=False)


class ErrorReports:
    """The registrar's service; every method raises Denied or PasswordChangeRequired as :class:`StaffGate` does."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._lockout = Lockout(clock)
        self._gate = StaffGate(store)

    def list(
        self, member: StaffMember, *, decided: bool = False, after: ErrorReportPlace | None = None, limit: int = AT_ONCE
    ) -> tuple[ErrorReportRow, ...]:
        """Return a page of the open or the decided reports, the longest waiting first."""
        states = ("corrected", "declined") if decided else ("open",)
        statement = select(Ticket).where(col(Ticket.state).in_(states))
        if after is not None:
            place = tuple_(col(Ticket.reported_at), col(Ticket.id))
            statement = statement.where(place > (after.reported_at, after.ticket_id))
        with self._gate.read(member, "tickets.list", REGISTRAR) as (session, _acting):
            page = session.exec(statement.order_by(col(Ticket.reported_at), col(Ticket.id)).limit(limit)).all()
            return tuple(self._row(session, ticket) for ticket in page)

    def open(self, member: StaffMember, ticket_id: str) -> ErrorReportView:
        """Return one report.

        Raises:
            Denied: no such report.
        """
        with self._gate.read(member, "tickets.open", REGISTRAR) as (session, _acting):
            ticket = require_row(session, Ticket, ticket_id)
            student = session.get_one(Student, ticket.student_id)
            return ErrorReportView(
                row=self._row(session, ticket),
                version=ticket.version,
                fields=tuple(
                    ReportedField(one["field"], one["shown"], one["right"], str(getattr(student, one["field"])), *said)
                    for one in self._reported(ticket)
                    for said in [(one.get("decision", ""), one.get("value", ""), one.get("reason", ""))]
                ),
                decided_by=name_of_staff(session, ticket.decided_by),
                decided_at=ticket.decided_at,
                classes=tuple(class_names(session)),
            )

    def decide(
        self, member: StaffMember, ticket_id: str, version: int, decisions: Mapping[str, Correct | Decline]
    ) -> Decided:
        """Decide every field of a report; the student's applications are no longer blocked by it.

        ``version`` is as the member saw it, ``decisions`` are by the field's key.

        Raises:
            Undecided: a field has no decision, or one that was not reported has one.
            ImpossibleCorrection: a corrected value is refused.
            UnusableReason: a field is declined with an empty, too long or unsafe reason.
            ChangedMeanwhile: a colleague answered it, or the parent reported or confirmed anew.
            Denied: the member's own child, or no such report.
        """
        with self._gate.write(member, "tickets.decide", REGISTRAR) as (unit, acting):
            ticket = require_row(unit.session, Ticket, ticket_id)
            acting.require_not_own_child(unit.session, ticket.student_id)
            if ticket.state != "open" or ticket.version != version:
                by = name_of_staff(unit.session, ticket.decided_by)
                raise ChangedMeanwhile(by, ticket.decided_at or 0, ticket.state)
            fields = self._reported(ticket)
            if {one["field"] for one in fields} != set(decisions):
                raise Undecided
            values = {key: one.value for key, one in decisions.items() if isinstance(one, Correct)}
            student = unit.session.get_one(Student, ticket.student_id)
            checked = check_corrections(unit.session, student, values, self._settings.student_no_pattern)
            code = write_corrections(unit, self._lockout, student, checked, member.credential_id)
            decided = [{**one, **_decision(decisions[one["field"]], student, one["field"])} for one in fields]
            ticket.sealed = unit.keys.seal("ticket", ticket.id, {"fields": decided})
            ticket.state = "corrected" if values else "declined"
            ticket.decided_by, ticket.decided_at, ticket.version = acting.id, unit.timestamp_ms, version + 1
            set_data_state(unit, student, "corrected" if values else "unconfirmed")
            unit.audit(member.credential_id, f"ticket.{ticket.state}", ticket.id, {"fields": decided})
        return Decided(code)

    def _row(self, session: Session, ticket: Ticket) -> ErrorReportRow:
        student = session.get_one(Student, ticket.student_id)
        waiting = select(func.count()).where(
            Application.student_id == student.id, col(Application.state).in_(OPEN_STATES)
        )
        return ErrorReportRow(
            ticket_id=ticket.id,
            class_name=student.class_name,
            student_number=student.student_number,
            student_name=student.name,
            state=ticket.state,
            keys=tuple(one["field"] for one in self._reported(ticket)),
            reported_at=ticket.reported_at,
            applications=session.exec(waiting).one(),
        )

    def _reported(self, ticket: Ticket) -> Sequence[dict[str, str]]:
        fields: Sequence[dict[str, str]] = self._store.keys.open("ticket", ticket.id, ticket.sealed)["fields"]
        return fields


def _decision(decision: Correct | Decline, student: Student, key: str) -> dict[str, str]:
    if isinstance(decision, Correct):
        return {"decision": "corrected", "value": str(getattr(student, key)), "reason": ""}
    return {"decision": "declined", "value": "", "reason": checked_reason(decision.reason)}
