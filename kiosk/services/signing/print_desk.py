"""The print queue: forms of a member's classes, or of the whole school from the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, case, func, select
from sqlmodel import Session

from db.models.applications import Application, Ticket
from db.models.columns import table_of
from db.models.documents import Document, SignedForm
from db.models.school import Student
from db.store import Store
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.application_form import Basis
from kiosk.domain.application_status import LIVE_STATES
from kiosk.domain.documents import FormKey, FormKind, PaperState
from kiosk.services.auth.staff_session import OPERATOR, REVIEWERS, StaffGate, StaffMember
from kiosk.services.signing.print_job import Printed, PrintRequester, print_forms

_application = table_of(Application)
_document = table_of(Document)
_signed_form = table_of(SignedForm)
_student = table_of(Student)
_ticket = table_of(Ticket)


@dataclass(frozen=True, slots=True)
class QueuedForm:
    """A form that can be printed; ``number`` is of the document, once it is issued."""

    key: FormKey
    class_name: str
    seat_number: int | None
    student_number: str = field(repr=False)
    student_name: str = field(repr=False)
    state: PaperState
    number: str | None


@dataclass(frozen=True, slots=True)
class ClassPrintQueue:
    """How many forms of a class wait for printing."""

    class_name: str
    waiting: int


class PrintDesk:
    """The service; every method raises Denied or PasswordChangeRequired as `StaffGate`, also for another's class."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._gate = StaffGate(store)

    def class_queues(self, member: StaffMember) -> tuple[ClassPrintQueue, ...]:
        """Return the member's classes that have forms, with the number that waits."""
        waiting: Counter[str] = Counter()
        with self._gate.read(member, "documents.piles", REVIEWERS) as (session, acting):
            for kind in FormKind:
                forms = _forms_of(kind).subquery()
                waits = case(
                    (func.coalesce(forms.c.state, PaperState.NOT_PRINTED) == PaperState.NOT_PRINTED, 1), else_=0
                )
                counts = select(forms.c.class_name, func.sum(waits)).group_by(forms.c.class_name)
                waiting.update({name: int(count) for name, count in session.connection().execute(counts)})
            return tuple(ClassPrintQueue(name, waiting[name]) for name in sorted(waiting) if acting.may_see(name))

    def queue(
        self, member: StaffMember, class_name: str | None = None, student_number: str | None = None
    ) -> tuple[QueuedForm, ...]:
        """Return the printable forms of the member's classes, by class and seat.

        ``class_name`` and ``student_number`` narrow it.
        """
        with self._gate.read(member, "documents.queue", REVIEWERS) as (session, acting):
            if class_name is not None:
                acting.require_class(class_name)
            found = _queue(session, class_name, student_number)
            return tuple(form for form in found if acting.may_see(form.class_name))

    def print_for(self, member: StaffMember, keys: Sequence[FormKey]) -> Printed:
        """Print forms of the member's classes in one job, in this order.

        Raises:
            PrintFailed, NothingToSign, FormRefused: see `kiosk.services.signing.print_job.print_forms`.
        """
        return print_forms(self._settings, self._clock, lambda: self._asking(member), keys)

    @contextmanager
    def _asking(self, member: StaffMember) -> Iterator[PrintRequester]:
        with self._gate.write(member, "documents.print", REVIEWERS) as (unit, acting):

            def require_student(student_id: str) -> None:
                acting.require_class(unit.session.get_one(Student, student_id).class_name)

            yield PrintRequester(unit, member.credential_id, acting.id, require_student)


def whole_queue(store: Store, class_name: str | None = None) -> tuple[QueuedForm, ...]:
    """Return every printable form of one class or all, for the command line, whose user has the key file."""
    with store.read() as session:
        return tuple(_queue(session, class_name))


def print_as_operator(store: Store, clock: Clock, settings: Settings, keys: Sequence[FormKey]) -> Printed:
    """Print forms from the command line.

    Raises:
        PrintFailed, NothingToSign, FormRefused: see `kiosk.services.signing.print_job.print_forms`.
    """

    @contextmanager
    def asking() -> Iterator[PrintRequester]:
        with store.write() as unit:
            yield PrintRequester(unit, OPERATOR, None, lambda _student_id: None)

    return print_forms(settings, clock, asking, keys)


def _queue(session: Session, class_name: str | None, student_number: str | None = None) -> list[QueuedForm]:
    """Return the forms of all kinds, by class and seat."""
    found = []
    for kind in FormKind:
        query = _forms_of(kind)
        if class_name is not None:
            query = query.where(_student.c.class_name == class_name)
        if student_number is not None:
            query = query.where(_student.c.student_number == student_number)
        for row in session.connection().execute(query):
            key, state = FormKey(kind, row.subject_id), PaperState(row.state or PaperState.NOT_PRINTED)
            seat = (row.class_name, row.seat_number, row.student_number)
            found.append(QueuedForm(key, *seat, row.name, state, row.number))
    return sorted(found, key=lambda form: (form.class_name, form.seat_number or 0, form.key.subject_id, form.key.kind))


def _forms_of(kind: FormKind) -> Select[Any]:
    """Select every printable form of a kind, with its current document."""
    subject, student_id, is_printable = _subjects(kind)
    return (
        select(
            subject.label("subject_id"),
            _student.c.class_name,
            _student.c.seat_number,
            _student.c.student_number,
            _student.c.name,
            _document.c.state,
            _document.c.number,
        )
        .join_from(subject.table, _student, student_id == _student.c.id)
        .outerjoin(
            _document,
            (_document.c.subject_id == subject) & (_document.c.kind == kind) & (_document.c.state != PaperState.VOID),
        )
        .where(_student.c.active, is_printable)
    )


def _subjects(kind: FormKind) -> tuple[Column[str], Column[str], ColumnElement[bool]]:
    """Return a kind's columns of subject and student, and the condition of a printable form."""
    is_live = _application.c.state.in_(LIVE_STATES)
    match kind:
        case FormKind.BINDING:
            return _application.c.id, _application.c.student_id, is_live
        case FormKind.CARER:
            return _application.c.id, _application.c.student_id, is_live & (_application.c.basis == Basis.CARER)
        case FormKind.CARD:
            return _signed_form.c.student_id, _signed_form.c.student_id, _signed_form.c.form == FormKind.CARD
        case FormKind.CORRECTION:
            return _ticket.c.id, _ticket.c.student_id, _ticket.c.state == "open"
