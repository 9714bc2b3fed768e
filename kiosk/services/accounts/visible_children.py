"""The children an account may see: those a parent is bound to, and those a carer was let in for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select

from db.models.accounts import Binding, CarerAccess
from kiosk.i18n import _


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
