"""The bindings of a child for staff."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlmodel import Session, col, func, select

from db.models.accounts import Binding, ParentAccount
from db.models.applications import Application
from db.models.school import Student
from db.store import Store
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile
from kiosk.domain.reason import checked_reason
from kiosk.domain.school_calendar import day_at
from kiosk.rules.contact import mask_email
from kiosk.services.accounts.bindings import end_binding
from kiosk.services.accounts.visible_children import seen_children
from kiosk.services.auth.staff_session import (
    REGISTRAR,
    REVIEWERS,
    ActingStaff,
    OwnChildRefused,
    StaffGate,
    StaffMember,
    name_of_staff,
    require_row,
)


@dataclass(frozen=True)
class BindingRow:
    """A binding for staff.

    Times are milliseconds since 1970-01-01 UTC. ``email`` is masked, ``number`` is of the application behind the
    binding, and ``ended_by`` is empty where the parent ended it.
    """

    id: str
    version: int
    name: str = field(repr=False)
    relation: str
    email: str | None = field(repr=False)
    number: str
    is_active: bool
    other_children: int
    began_at: int
    ended_at: int | None
    ended_by: str = field(repr=False)
    reason: str = field(repr=False)


class Bindings:
    """Lists and ends the bindings of a child.

    Every method raises Denied or PasswordChangeRequired as :class:`StaffGate` does.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._gate = StaffGate(store)

    def list(self, member: StaffMember, student_id: str) -> tuple[BindingRow, ...]:
        """Return the present and former bindings of a child, the newest first.

        Raises:
            Denied: another's class, or no such student.
        """
        with self._gate.read(member, "bindings.list", REVIEWERS) as (session, acting):
            student = require_row(session, Student, student_id)
            acting.require_class(student.class_name)
            found = session.exec(
                select(Binding, ParentAccount, Application.number)
                .join(ParentAccount, col(ParentAccount.id) == col(Binding.parent_account_id))
                .join(Application, col(Application.id) == col(Binding.application_id))
                .where(Binding.student_id == student_id)
                .order_by(col(Binding.began_at).desc(), col(Binding.id))
            ).all()
            return tuple(self._row(session, *one) for one in found)

    def end(self, member: StaffMember, binding_id: str, version: int, reason: str) -> None:
        """End a binding, at the version that was shown; see :func:`kiosk.services.accounts.bindings.end_binding`.

        Raises:
            UnusableReason: the reason is empty, too long or has unsafe characters.
            ChangedMeanwhile: the binding was ended already.
            Denied: the member's own child, or no such binding.
        """
        reason = checked_reason(reason)
        with self._gate.write(member, "bindings.end", REGISTRAR) as (unit, acting):
            binding = require_row(unit.session, Binding, binding_id)
            acting.require_not_own_child(unit.session, binding.student_id)
            if binding.state != "active" or binding.version != version:
                raise ChangedMeanwhile(
                    name_of_staff(unit.session, binding.ended_by), binding.ended_at or 0, binding.state
                )
            end_binding(unit, self._settings, binding, reason, by=acting.id, staff=True)
            unit.audit(member.credential_id, "binding.ended", binding.id, {"reason": reason})

    def _row(self, session: Session, binding: Binding, account: ParentAccount, number: str) -> BindingRow:
        keys = self._store.keys
        email = keys.open("parent_account", account.id, account.sealed)["email"]
        others = select(func.count()).where(
            Binding.parent_account_id == account.id,
            Binding.state == "active",
            Binding.student_id != binding.student_id,
        )
        return BindingRow(
            id=binding.id,
            version=binding.version,
            name=account.name,
            relation=binding.relation,
            email=mask_email(email) if email else None,
            number=number,
            is_active=binding.state == "active",
            other_children=session.exec(others).one(),
            began_at=binding.began_at,
            ended_at=binding.ended_at,
            ended_by=name_of_staff(session, binding.ended_by),
            reason=keys.open("binding", binding.id, binding.sealed).get("reason", ""),
        )


def require_not_own_account(session: Session, acting: ActingStaff, account: ParentAccount, at: int) -> None:
    """Raise OwnChildRefused for the member's own account, or one that sees the member's child."""
    if account.national_id_index == acting.national_id_index:
        raise OwnChildRefused
    for child in seen_children(session, account.id, day_at(at)):
        acting.require_not_own_child(session, child.student_id)
