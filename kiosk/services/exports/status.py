"""The school's progress in numbers: students, confirmations, consents, applications, the binding rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import select as sql_select
from sqlmodel import Session, case, col, func, select

from db.models.applications import Application, Consent, Ticket
from db.models.school import Student
from db.store import Store


@dataclass(frozen=True)
class ClassStatus:
    """One class; ``bound`` counts students with an approved application."""

    name: str
    students: int
    confirmed: int
    applied: int
    bound: int


@dataclass(frozen=True)
class Status:
    """The whole school; ``binding_rate`` from 0 to 1."""

    students: int
    confirmed: int
    open_reports: int
    consents_agreed: int
    consents_refused: int
    applications: dict[str, int]
    classes: tuple[ClassStatus, ...]
    binding_rate: float


def school_status(store: Store) -> Status:
    """Count the school's students and their state."""
    with store.read() as session:
        classes = _classes(session)
        reports = select(func.count()).select_from(Ticket).where(Ticket.state == "open")
        students = sum(one.students for one in classes)
        bound = sum(one.bound for one in classes)
        return Status(
            students=students,
            confirmed=sum(one.confirmed for one in classes),
            open_reports=session.exec(reports).one(),
            consents_agreed=_choices(session, "agree"),
            consents_refused=_choices(session, "refuse"),
            applications=dict(
                session.exec(select(Application.state, func.count()).group_by(col(Application.state))).all()
            ),
            classes=classes,
            binding_rate=bound / students if students else 0.0,
        )


def _choices(session: Session, choice: str) -> int:
    return session.exec(select(func.count()).select_from(Consent).where(Consent.choice == choice)).one()


def _classes(session: Session) -> tuple[ClassStatus, ...]:
    def students_with(*states: str) -> ColumnElement[Any]:
        found = select(Application.student_id).where(col(Application.state).in_(states))
        return func.sum(case((col(Student.id).in_(found), 1), else_=0))

    counts = sql_select(
        col(Student.class_name),
        func.count(),
        func.sum(case((col(Student.data_state) == "confirmed", 1), else_=0)),
        students_with("under_review", "returned", "approved"),
        students_with("approved"),
    )
    rows = session.connection().execute(
        counts.where(col(Student.active)).group_by(col(Student.class_name)).order_by(col(Student.class_name))
    )
    return tuple(
        ClassStatus(name, int(n), int(done), int(applied), int(bound)) for name, n, done, applied, bound in rows
    )
