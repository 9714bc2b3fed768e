"""The children that an account may see, by a binding or by a carer's access."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, func, select

from db.models.accounts import Binding, CarerAccess
from db.models.applications import Application
from db.models.documents import CardAnswer, SignedForm
from db.models.school import Student
from kiosk.domain.documents import FormKind, PaperState
from kiosk.i18n import _
from kiosk.services.students.confirmation import FORMS_TOTAL, forms_signed


class Scope(StrEnum):
    """The parts of a child's data that a carer may see; the value is the database's."""

    STATES = "states"
    FEES = "fees"
    SYSTEMS = "systems"

    @property
    def label(self) -> str:
        """The label for the granting parent."""
        return {
            Scope.STATES: _("申請與學生證狀態"),
            Scope.FEES: _("繳費資料"),
            Scope.SYSTEMS: _("系統網址"),
        }[self]


@dataclass(frozen=True, slots=True)
class SeenChild:
    """A child that an account may see, by a binding or else by a carer's access."""

    student_id: str
    binding: Binding | None
    access: CarerAccess | None

    @property
    def scope(self) -> frozenset[Scope] | None:
        """The scope of a carer; None for a bound parent, who sees everything."""
        return None if self.access is None else scope_of(self.access)

    def shows(self, scope: Scope) -> bool:
        """Return whether the account may see this part."""
        return self.scope is None or scope in self.scope


@dataclass(frozen=True, slots=True)
class BoundChild:
    """A child of an account; a None value is one that a carer may not see.

    Attributes:
        binding_id: None for a carer.
        relation: as in the application; 照顧者 for a carer.
        application_state: a value of :class:`kiosk.domain.application_status.ApplicationState`.
        card_state: of 學生證多元功能: not_answered, answered, returned (簽回).
        scope: of a carer; None for a bound parent, who sees everything.
        last_day: of a carer's access; None for a bound parent.
    """

    binding_id: str | None
    student_id: str
    student_name: str = field(repr=False)
    class_name: str
    relation: str
    application_number: str | None
    application_state: str | None
    card_state: str | None
    forms_signed: int | None
    forms_total: int
    scope: frozenset[Scope] | None
    last_day: date | None


def scope_of(access: CarerAccess) -> frozenset[Scope]:
    """Return the scope of an access."""
    return frozenset(Scope(key) for key in access.scope.split(",") if key)


def seen_children(session: Session, account_id: str, on: date) -> tuple[SeenChild, ...]:
    """Return the children of an account on a day, the oldest binding first; a binding hides an access."""
    bound = session.exec(
        select(Binding)
        .where(Binding.parent_account_id == account_id, Binding.state == "active")
        .order_by(col(Binding.began_at), col(Binding.id))
    ).all()
    own = {one.student_id for one in bound}
    let_in = session.exec(
        select(CarerAccess)
        .where(
            CarerAccess.account_id == account_id,
            CarerAccess.state == "active",
            CarerAccess.last_day >= on.isoformat(),
        )
        .order_by(col(CarerAccess.granted_at), col(CarerAccess.id))
    ).all()
    return (
        *(SeenChild(one.student_id, one, None) for one in bound),
        *(SeenChild(one.student_id, None, one) for one in let_in if one.student_id not in own),
    )


def bound_child(session: Session, seen: SeenChild) -> BoundChild:
    """Return a child of an account with its states."""
    student = session.get_one(Student, seen.student_id)
    application = _application(session, seen) if seen.shows(Scope.STATES) else None
    return BoundChild(
        binding_id=None if seen.binding is None else seen.binding.id,
        student_id=student.id,
        student_name=student.name,
        class_name=student.class_name,
        relation=_("照顧者") if seen.binding is None else seen.binding.relation,
        application_number=None if application is None else application.number,
        application_state=None if application is None else application.state,
        card_state=_card_state(session, student.id) if seen.shows(Scope.STATES) else None,
        forms_signed=forms_signed(session, student.id) if seen.shows(Scope.STATES) else None,
        forms_total=FORMS_TOTAL,
        scope=seen.scope,
        last_day=None if seen.access is None else date.fromisoformat(seen.access.last_day),
    )


def _application(session: Session, seen: SeenChild) -> Application | None:
    """Return the application behind a parent's binding; for a carer, behind the granting parent's."""
    if seen.binding is not None:
        return session.get_one(Application, seen.binding.application_id)
    access: CarerAccess | None = seen.access
    if access is None:
        return None
    return session.exec(
        select(Application)
        .join(Binding, col(Binding.application_id) == col(Application.id))
        .where(
            Binding.parent_account_id == access.granted_by,
            Binding.student_id == seen.student_id,
            Binding.state == "active",
        )
    ).one_or_none()


def _card_state(session: Session, student_id: str) -> str:
    answers = select(func.count()).select_from(CardAnswer).where(CardAnswer.student_id == student_id)
    if not session.exec(answers).one():
        return "not_answered"
    state = session.exec(
        select(SignedForm.state).where(SignedForm.student_id == student_id, SignedForm.form == FormKind.CARD.value)
    ).first()
    return "returned" if state == PaperState.RETURNED.value else "answered"
