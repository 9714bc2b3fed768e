"""Error reports (錯誤回報) at the registrar's: each field corrected or declined, and what follows from it.

A corrected value is checked as the roster checks it. A new student number is the login's new account too; class, name
and number stand on the student's applications as well. What was decided field by field is told on the parent's hub
(`kiosk.services.students.confirmation`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from sqlalchemy import tuple_
from sqlmodel import Session, col, func, select

from db.models.applications import Application, Ticket
from db.models.logins import Credential
from db.models.school import Student
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.application_status import OPEN_STATES
from kiosk.domain.errors import ChangedMeanwhile, Denied, ServiceError
from kiosk.domain.reason import checked_reason
from kiosk.rules.accounts import student_account
from kiosk.rules.names import InvalidName, needs_manual_glyph, parse_name
from kiosk.rules.text_safety import half_width
from kiosk.services.applications.flags import refresh
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.password_changes import give_one_time_code
from kiosk.services.auth.staff_session import REGISTRAR, StaffGate, StaffMember, name_of_staff
from kiosk.services.auth.student_login import StudentLogin
from kiosk.services.auth.student_session import STUDENT_LOGIN

AT_ONCE = 50


class ValueFault(Enum):
    """Why a corrected value cannot be taken."""

    NAME = auto()
    UNKNOWN_CLASS = auto()
    NUMBER_FORM = auto()
    NUMBER_TAKEN = auto()


class ImpossibleCorrection(ServiceError):
    """A corrected value cannot be taken; nothing was changed.

    Attributes:
        key: the field's.
        fault: why not.
    """

    def __init__(self, key: str, fault: ValueFault) -> None:
        super().__init__(fault.name)
        self.key = key
        self.fault = fault


class Undecided(ServiceError):
    """A field of the report has no decision, or something has one that was not reported."""


@dataclass(frozen=True, slots=True)
class TicketPlace:
    """A report's place in the list; the next page begins behind it."""

    reported_at: int
    ticket_id: str


@dataclass(frozen=True)
class TicketRow:
    """A report in the list.

    Attributes:
        ticket_id: the report.
        class_name: the student's, as on file.
        student_number: likewise.
        student_name: likewise.
        state: open, corrected, declined.
        keys: the fields that were reported.
        reported_at: milliseconds since 1970-01-01 UTC.
        applications: how many of the student's applications wait for the answer.
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
    def place(self) -> TicketPlace:
        """Where it stands in the list."""
        return TicketPlace(self.reported_at, self.ticket_id)


@dataclass(frozen=True)
class ReportedField:
    """A field of a report.

    Attributes:
        key: class_name, name or student_number.
        shown: what the parent saw.
        right: what they say would be right.
        on_file: what the roster has now.
        decision: corrected or declined; empty while it is open.
        value: what it was corrected to; empty otherwise.
        reason: what was said with the decision; may be empty where it was corrected.
    """

    key: str
    shown: str = field(repr=False)
    right: str = field(repr=False)
    on_file: str = field(repr=False)
    decision: str = ""
    value: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)


@dataclass(frozen=True)
class TicketView:
    """A whole report; ``classes`` are those there are, to choose a class from."""

    row: TicketRow
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
    """The decision to leave a field as it is; the ``reason`` is told on the parent's hub."""

    reason: str = field(repr=False)


@dataclass(frozen=True)
class Decided:
    """What a decision left to be done by hand.

    Attributes:
        one_time_code: for the student's login, to be shown once, where its first password went with the old number.
    """

    one_time_code: str | None = field(repr=False)


class Tickets:
    """The service, the registrar's.

    Args:
        store: the database.
        settings: what a student number looks like.
        clock: for the login's lock-out.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._lockout = Lockout(clock)
        self._number = re.compile(settings.student_no_pattern, re.ASCII)
        self._gate = StaffGate(store)

    def list(
        self, member: StaffMember, *, decided: bool = False, after: TicketPlace | None = None, limit: int = AT_ONCE
    ) -> tuple[TicketRow, ...]:
        """The open reports, or those decided, the longest waiting first, a page at a time.

        Raises:
            Denied, PasswordChangeRequired: see :class:`StaffGate`.
        """
        states = ("corrected", "declined") if decided else ("open",)
        statement = select(Ticket).where(col(Ticket.state).in_(states))
        if after is not None:
            place = tuple_(col(Ticket.reported_at), col(Ticket.id))
            statement = statement.where(place > (after.reported_at, after.ticket_id))
        with self._gate.read(member, "tickets.list", REGISTRAR) as (session, _acting):
            page = session.exec(statement.order_by(col(Ticket.reported_at), col(Ticket.id)).limit(limit)).all()
            return tuple(self._row(session, ticket) for ticket in page)

    def open(self, member: StaffMember, ticket_id: str) -> TicketView:
        """One report.

        Raises:
            Denied, PasswordChangeRequired: no such report, or see :class:`StaffGate`.
        """
        with self._gate.read(member, "tickets.open", REGISTRAR) as (session, _acting):
            ticket = session.get(Ticket, ticket_id)
            if ticket is None:
                raise Denied
            student = session.get_one(Student, ticket.student_id)
            return TicketView(
                row=self._row(session, ticket),
                version=ticket.version,
                fields=tuple(
                    ReportedField(one["field"], one["shown"], one["right"], str(getattr(student, one["field"])), *said)
                    for one in self._reported(ticket)
                    for said in [(one.get("decision", ""), one.get("value", ""), one.get("reason", ""))]
                ),
                decided_by=name_of_staff(session, ticket.decided_by),
                decided_at=ticket.decided_at,
                classes=tuple(_classes(session)),
            )

    def decide(
        self, member: StaffMember, ticket_id: str, version: int, decisions: Mapping[str, Correct | Decline]
    ) -> Decided:
        """Answer a report, every field of it; the student's applications wait for it no longer.

        Args:
            member: the registrar.
            ticket_id: the report.
            version: as the member saw it.
            decisions: by the field's key.

        Raises:
            Undecided, ImpossibleCorrection: see there.
            UnusableReason: a field is declined without a reason that can be kept.
            ChangedMeanwhile: a colleague answered it, or the parent reported or confirmed anew.
            Denied, PasswordChangeRequired: the member's own child, no such report, or see :class:`StaffGate`.
        """
        with self._gate.write(member, "tickets.decide", REGISTRAR) as (unit, acting):
            ticket = unit.session.get(Ticket, ticket_id)
            if ticket is None:
                raise Denied
            acting.require_not_own_child(unit.session, ticket.student_id)
            if ticket.state != "open" or ticket.version != version:
                by = name_of_staff(unit.session, ticket.decided_by)
                raise ChangedMeanwhile(by, ticket.decided_at or 0, ticket.state)
            fields = self._reported(ticket)
            if {one["field"] for one in fields} != set(decisions):
                raise Undecided
            values = {key: one.value for key, one in decisions.items() if isinstance(one, Correct)}
            student = unit.session.get_one(Student, ticket.student_id)
            code = self._correct(unit, student, self._checked(unit.session, student, values), member.credential_id)
            said = [{**one, **_said(decisions[one["field"]], student, one["field"])} for one in fields]
            ticket.sealed = unit.keys.seal("ticket", ticket.id, {"fields": said})
            ticket.state = "corrected" if values else "declined"
            ticket.decided_by, ticket.decided_at, ticket.version = acting.id, unit.timestamp_ms, version + 1
            student.data_state = "corrected" if values else "unconfirmed"
            student.updated_at, student.version = unit.timestamp_ms, student.version + 1
            unit.session.flush()
            refresh(unit, [student.id])
            unit.audit(member.credential_id, f"ticket.{ticket.state}", ticket.id, {"fields": said})
        return Decided(code)

    def _row(self, session: Session, ticket: Ticket) -> TicketRow:
        student = session.get_one(Student, ticket.student_id)
        waiting = select(func.count()).where(
            Application.student_id == student.id, col(Application.state).in_(OPEN_STATES)
        )
        return TicketRow(
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

    def _checked(self, session: Session, student: Student, values: Mapping[str, str]) -> dict[str, str]:
        """The corrected values as the roster would hold them."""
        checked = {}
        for key, value in values.items():
            if key == "name":
                checked[key] = _name(value)
            elif key == "class_name":
                checked[key] = _class(session, value)
            else:
                checked[key] = self._student_number(session, student, value)
        return checked

    def _student_number(self, session: Session, student: Student, value: str) -> str:
        number = half_width(value).strip().upper()
        if not self._number.fullmatch(number):
            raise ImpossibleCorrection("student_number", ValueFault.NUMBER_FORM)
        others = select(Student.id).where(Student.student_number == number, Student.id != student.id)
        logins = select(Credential.id).where(
            Credential.kind == STUDENT_LOGIN,
            Credential.account == student_account(number),
            Credential.subject_id != student.id,
        )
        if session.exec(others).first() is not None or session.exec(logins).first() is not None:
            raise ImpossibleCorrection("student_number", ValueFault.NUMBER_TAKEN)
        return number

    def _correct(self, unit: UnitOfWork, student: Student, values: Mapping[str, str], actor: str) -> str | None:
        """Write the values down; gives a one-time code where the login needs one."""
        if "name" in values:
            student.name, student.lost_characters = values["name"], needs_manual_glyph(values["name"])
        if values.get("class_name", student.class_name) != student.class_name:
            student.class_name, student.seat_number = values["class_name"], None  # the old seat was in the old class
        number = values.get("student_number", student.student_number)
        if number == student.student_number:
            return None
        student.student_number = number
        return self._move_login(unit, student, actor)

    def _move_login(self, unit: UnitOfWork, student: Student, actor: str) -> str | None:
        """Let the login follow the number; a first password was made for the old one, and the ID is not kept."""
        credential = unit.session.exec(
            select(Credential).where(Credential.kind == STUDENT_LOGIN, Credential.subject_id == student.id)
        ).one()
        credential.account = student_account(student.student_number)
        credential.changed_at, credential.version = unit.timestamp_ms, credential.version + 1
        unit.session.flush()
        if credential.password_hash is not None or not credential.active:
            return None
        return give_one_time_code(unit, self._lockout, StudentLogin(), credential, actor)


def _classes(session: Session) -> Sequence[str]:
    return session.exec(
        select(Student.class_name).where(col(Student.active)).distinct().order_by(col(Student.class_name))
    ).all()


def _name(value: str) -> str:
    try:
        return parse_name(value)
    except InvalidName:
        raise ImpossibleCorrection("name", ValueFault.NAME) from None


def _class(session: Session, value: str) -> str:
    class_name = half_width(value).strip()
    if class_name not in _classes(session):
        raise ImpossibleCorrection("class_name", ValueFault.UNKNOWN_CLASS)
    return class_name


def _said(decision: Correct | Decline, student: Student, key: str) -> dict[str, str]:
    if isinstance(decision, Correct):
        return {"decision": "corrected", "value": str(getattr(student, key)), "reason": ""}
    return {"decision": "declined", "value": "", "reason": checked_reason(decision.reason)}
