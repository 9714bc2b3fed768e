"""繳費: the school's fee list for parents and carers; the kiosk takes no payment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, func, select

from db.models.school import Fee, Student
from kiosk.domain.school_calendar import today
from kiosk.services.accounts.visible_children import Scope, seen_children
from kiosk.services.auth.account_session import AccountService, AccountSession
from kiosk.services.auth.denial_audit import audits_refusals


@dataclass(frozen=True, slots=True)
class FeeItem:
    """A fee of the school's list; ``amount`` in whole New Taiwan dollars."""

    item: str
    amount: int
    due_date: date
    paid: bool


@dataclass(frozen=True, slots=True)
class ChildFees:
    """A child's part of the list, the unpaid fees first, each group in the list's order.

    ``imported_at`` is in milliseconds since 1970 UTC; None without a list.
    """

    student_name: str = field(repr=False)
    class_name: str
    imported_at: int | None
    fees: tuple[FeeItem, ...]


@audits_refusals
class Fees(AccountService):
    """Shows fees to a signed-on parent or carer."""

    def of_account(self, holder: AccountSession) -> tuple[ChildFees, ...]:
        """Return the fees of each child whose fees the holder may see."""
        on = today(self._clock)
        with self._read(holder) as (session, account):
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
