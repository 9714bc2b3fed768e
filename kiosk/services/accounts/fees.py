"""繳費: the school's fee list, as a parent or a carer who was let in sees it; nothing is paid here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, func, select

from db.models.school import Fee, Student
from db.store import Store
from kiosk.clock import Clock
from kiosk.domain.school_calendar import today
from kiosk.services.accounts.visible_children import Scope, seen_children
from kiosk.services.auth.account_session import AccountSession, require_account
from kiosk.services.auth.denial_audit import audits_refusals


@dataclass(frozen=True, slots=True)
class FeeItem:
    """What is to be paid.

    Attributes:
        item: what for.
        amount: whole New Taiwan dollars.
        due_date: the last day to pay.
        paid: whether the school's list says it was.
    """

    item: str
    amount: int
    due_date: date
    paid: bool


@dataclass(frozen=True, slots=True)
class ChildFees:
    """A child's part of the list.

    Attributes:
        student_name: theirs.
        class_name: theirs.
        imported_at: when the school brought its list, in milliseconds since 1970 UTC; None where there is no list.
        fees: in the list's order, what is not paid first.
    """

    student_name: str = field(repr=False)
    class_name: str
    imported_at: int | None
    fees: tuple[FeeItem, ...]


@audits_refusals
class Fees:
    """The service.

    Args:
        store: the database.
        clock: a carer's access ends with a day.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of_account(self, holder: AccountSession) -> tuple[ChildFees, ...]:
        """The fees of each child the holder is bound to, or may see the fees of.

        Raises:
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        on = today(self._clock)
        with self._store.read() as session:
            account = require_account(session, holder, on)
            imported_at = session.exec(select(func.max(Fee.imported_at))).one()
            return tuple(
                _fees_of(session, seen.student_id, imported_at)
                for seen in seen_children(session, account.id, on)
                if seen.shows(Scope.FEES)
            )


def _fees_of(session: Session, student_id: str, imported_at: int | None) -> ChildFees:
    student = session.get_one(Student, student_id)
    listed = session.exec(
        select(Fee).where(Fee.student_id == student_id).order_by(col(Fee.paid), col(Fee.place), col(Fee.id))
    ).all()
    return ChildFees(
        student.name,
        student.class_name,
        imported_at,
        tuple(FeeItem(fee.item, fee.amount, date.fromisoformat(fee.due_date), fee.paid) for fee in listed),
    )
