"""The children an account may see: those a parent is bound to, and those a carer was let in for."""

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
    """What a carer may see of a child; the value is what the database keeps."""

    STATES = "states"
    FEES = "fees"
    SYSTEMS = "systems"

    @property
    def label(self) -> str:
        """What it is, for whoever gives it."""
        return {
            Scope.STATES: _("申請與學生證狀態"),
            Scope.FEES: _("繳費資料"),
            Scope.SYSTEMS: _("系統網址"),
        }[self]


@dataclass(frozen=True, slots=True)
class SeenChild:
    """A child an account may see.

    Attributes:
        student_id: which.
        binding: the parent's; None for a carer.
        access: the carer's; None for a bound parent.
    """

    student_id: str
    binding: Binding | None
    access: CarerAccess | None

    @property
    def scope(self) -> frozenset[Scope] | None:
        """What a carer may see; None for a bound parent, who sees everything."""
        return None if self.access is None else scope_of(self.access)

    def shows(self, scope: Scope) -> bool:
        """Whether this much may be seen."""
        return self.scope is None or scope in self.scope


@dataclass(frozen=True, slots=True)
class BoundChild:
    """A child of an account.

    Attributes:
        binding_id: the parent's binding; None for a carer.
        student_id: the child.
        student_name: theirs.
        class_name: theirs.
        relation: the parent's to this child, as applied for; a carer's is 照顧者.
        application_number: that the binding came from; None where a carer may not see it.
        application_state: see :class:`kiosk.domain.application_status.ApplicationState`; None where a carer may not see it.
        card_state: of 學生證多元功能: not_answered, answered, returned (簽回); None where a carer may not see it.
        forms_signed: how many of the forms are back; None where a carer may not see it.
        forms_total: of how many.
        scope: what a carer may see; None for a bound parent, who sees everything.
        last_day: a carer's; None for a bound parent.
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
    """What an access allows."""
    return frozenset(Scope(key) for key in access.scope.split(",") if key)


def seen_children(session: Session, account_id: str, on: date) -> tuple[SeenChild, ...]:
    """The children of an account on a day, the longest known first; who is bound to a child needs no access to it."""
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


def bound_children(session: Session, account_id: str, on: date) -> tuple[BoundChild, ...]:
    """Return the children of an account on a day with their states, the oldest binding first."""
    return tuple(_bound_child(session, seen) for seen in seen_children(session, account_id, on))


def _bound_child(session: Session, seen: SeenChild) -> BoundChild:
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
    """The application that a parent's binding came from; for a carer, the one of the parent who let them in."""
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
