"""What a parent sees and changes once signed on (家長帳號登入): the children, and their own account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, func, select

from db.account_models import CarerAccess
from db.document_models import CardAnswer
from db.models import Application, SignedForm, Student
from db.review_models import Binding, ParentAccount
from db.store import Store
from kiosk.clock import Clock
from kiosk.i18n import _
from kiosk.rules.contact import mask_email, mask_mobile
from kiosk.services.account_children import Scope, SeenChild, seen_children
from kiosk.services.account_holder import AccountHolder, require_account
from kiosk.services.forms import FormKind
from kiosk.services.paper import PaperState
from kiosk.services.refusals import audits_refusals
from kiosk.services.student_data import FORMS_TOTAL, forms_signed
from kiosk.services.today import today


@dataclass(frozen=True, slots=True)
class BoundChild:
    """A child of an account.

    Attributes:
        binding_id: the parent's binding; None for a carer.
        student_id: the child.
        student_name: theirs.
        class_name: theirs.
        relation: the parent's to this child, as applied for; a carer's is 受託照顧者.
        application_number: that the binding came from; None where a carer may not see it.
        application_state: see :class:`kiosk.services.standing.ApplicationState`; None where a carer may not see it.
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


@dataclass(frozen=True, slots=True)
class Contact:
    """How a parent is reached, and what they may sign on with; in full, for it is their own.

    Attributes:
        email: their address; None where there is none.
        email_masked: the same, as screens show it.
        mobile: ten digits.
        mobile_masked: the same, as screens show it.
        chosen_account: the self-chosen account as it was typed; None where there is none.
        mobile_can_sign_on: False where another person's account has the same number.
    """

    email: str | None = field(repr=False)
    email_masked: str | None = field(repr=False)
    mobile: str = field(repr=False)
    mobile_masked: str = field(repr=False)
    chosen_account: str | None = field(repr=False)
    mobile_can_sign_on: bool


@audits_refusals
class Accounts:
    """The service.

    Args:
        store: the database.
        clock: a carer's access ends with a day.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def children(self, holder: AccountHolder) -> tuple[BoundChild, ...]:
        """The children of the account, the longest known first.

        Raises:
            Denied, PasswordChangeRequired: see `kiosk.services.account_holder.require_account`.
        """
        on = today(self._clock)
        with self._store.read() as session:
            account = require_account(session, holder, on)
            return tuple(_child(session, seen) for seen in seen_children(session, account.id, on))

    def contact(self, holder: AccountHolder) -> Contact:
        """The account's own names and numbers.

        Raises:
            Denied, PasswordChangeRequired: see `kiosk.services.account_holder.require_account`.
        """
        with self._store.read() as session:
            account = require_account(session, holder, today(self._clock))
            known = self._store.keys.open("parent_account", account.id, account.sealed)
            email = known.get("email")
            return Contact(
                email=email,
                email_masked=mask_email(email) if email else None,
                mobile=known["mobile"],
                mobile_masked=mask_mobile(known["mobile"]),
                chosen_account=known.get("chosen_account"),
                mobile_can_sign_on=not is_shared(session, account),
            )


def is_shared(session: Session, account: ParentAccount) -> bool:
    """Whether another active account has the same mobile number, so that neither can sign on with it."""
    others = select(ParentAccount.id).where(
        ParentAccount.mobile_index == account.mobile_index,
        col(ParentAccount.active).is_(True),
        ParentAccount.id != account.id,
    )
    return session.exec(others.limit(1)).first() is not None


def _child(session: Session, seen: SeenChild) -> BoundChild:
    student = session.get_one(Student, seen.student_id)
    application = _application(session, seen) if seen.shows(Scope.STATES) else None
    return BoundChild(
        binding_id=None if seen.binding is None else seen.binding.id,
        student_id=student.id,
        student_name=student.name,
        class_name=student.class_name,
        relation=_("受託照顧者") if seen.binding is None else seen.binding.relation,
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
