"""The registrar's decisions on requests to delete a parent's data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from db.models.accounts import Binding, CarerAccess, DeletionRequest, ParentAccount
from db.models.school import Student
from db.store import Store
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile
from kiosk.domain.reason import checked_reason
from kiosk.rules.contact import mask_email, mask_mobile
from kiosk.rules.identity import mask_id
from kiosk.services.accounts.bindings import end_access, end_binding
from kiosk.services.accounts.bindings_desk import require_not_own_account
from kiosk.services.accounts.parent_accounts import close_account
from kiosk.services.auth.staff_session import REGISTRAR, StaffGate, StaffMember, name_of_staff, require_row
from kiosk.services.privacy.erasure import erase

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class DeletionRow:
    """A request in the list, with the children that are bound; ``state``: open, deleted, declined, taken_back.

    ``requested_at`` is in milliseconds since 1970-01-01 UTC.
    """

    request_id: str
    version: int
    name: str = field(repr=False)
    children: tuple[str, ...] = field(repr=False)
    state: str
    requested_at: int


@dataclass(frozen=True, slots=True)
class DeletionView:
    """A request with the masked data that the decision needs.

    ``carers`` is the number of active accesses that the parent granted, which end with the account.
    """

    row: DeletionRow
    reason: str = field(repr=False)
    national_id: str = field(repr=False)
    mobile: str = field(repr=False)
    email: str | None = field(repr=False)
    carers: int


class DeletionRequests:
    """Lists, shows and decides requests.

    Every method raises Denied or PasswordChangeRequired as :class:`StaffGate` does, and Denied for no such request.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._gate = StaffGate(store)

    def list(self, member: StaffMember) -> tuple[DeletionRow, ...]:
        """Return the oldest open requests, at most :data:`AT_ONCE`."""
        with self._gate.read(member, "deletion_requests.list", REGISTRAR) as (session, _acting):
            found = session.exec(
                select(DeletionRequest)
                .where(DeletionRequest.state == "open")
                .order_by(col(DeletionRequest.requested_at), col(DeletionRequest.id))
                .limit(AT_ONCE)
            ).all()
            return _rows(session, found)

    def open(self, member: StaffMember, request_id: str) -> DeletionView:
        """Return one request."""
        with self._gate.read(member, "deletion_requests.open", REGISTRAR) as (session, _acting):
            request = require_row(session, DeletionRequest, request_id)
            account = session.get_one(ParentAccount, request.account_id)
            known = self._store.keys.open("parent_account", account.id, account.sealed)
            said = self._store.keys.open("deletion_request", request.id, request.sealed)
            email = known.get("email")
            (row,) = _rows(session, [request])
            given = select(CarerAccess.id).where(CarerAccess.granted_by == account.id, CarerAccess.state == "active")
            return DeletionView(
                row=row,
                reason=said["reason"],
                national_id=mask_id(known["national_id"]),
                mobile=mask_mobile(known["mobile"]),
                email=mask_email(email) if email else None,
                carers=len(session.exec(given).all()),
            )

    def decide(self, member: StaffMember, request_id: str, version: int, *, deletes: bool, answer: str) -> None:
        """Delete a person's data (see :mod:`kiosk.services.privacy.erasure`), or decline; ``version`` is as shown.

        A deletion ends every binding with the answer as the reason, and closes the account. A declined parent reads the
        answer after the next sign-on.

        Raises:
            UnusableReason: the answer is empty, too long or has unsafe characters.
            ChangedMeanwhile: taken back, or decided by a colleague.
            Denied: the member's own request or child.
        """
        answer = checked_reason(answer)
        with self._gate.write(member, "deletion_requests.decide", REGISTRAR) as (unit, acting):
            request = require_row(unit.session, DeletionRequest, request_id)
            account = unit.session.get_one(ParentAccount, request.account_id)
            require_not_own_account(unit.session, acting, account, unit.timestamp_ms)
            if request.state != "open" or request.version != version:
                by = name_of_staff(unit.session, request.decided_by)
                raise ChangedMeanwhile(by, request.decided_at or 0, request.state)
            said = unit.keys.open("deletion_request", request.id, request.sealed)
            if deletes:
                for binding in unit.session.exec(
                    select(Binding).where(Binding.parent_account_id == account.id, Binding.state == "active")
                ).all():
                    end_binding(unit, self._settings, binding, answer, by=acting.id, staff=True)
                for access in unit.session.exec(
                    select(CarerAccess).where(CarerAccess.account_id == account.id, CarerAccess.state == "active")
                ).all():
                    end_access(unit, access)
                if account.active:
                    close_account(unit, account)
                erase(unit, account)
                said = {"reason": ""}
            request.state = "deleted" if deletes else "declined"
            request.sealed = unit.keys.seal("deletion_request", request.id, {**said, "answer": answer})
            request.decided_by, request.decided_at, request.version = acting.id, unit.timestamp_ms, version + 1
            unit.session.flush()
            unit.audit(member.credential_id, f"deletion.{request.state}", account.id, {"answer": answer})


def _rows(session: Session, requests: Sequence[DeletionRequest]) -> tuple[DeletionRow, ...]:
    """Return the requests with the names of parents and children, in two statements."""
    accounts = [request.account_id for request in requests]
    named = select(ParentAccount.id, ParentAccount.name).where(col(ParentAccount.id).in_(accounts))
    names = dict(session.exec(named).all())
    bound = (
        select(Binding.parent_account_id, Student.name)
        .join(Student, col(Binding.student_id) == col(Student.id))
        .where(col(Binding.parent_account_id).in_(accounts), Binding.state == "active")
        .order_by(col(Student.student_number))
    )
    children: dict[str, list[str]] = {account_id: [] for account_id in accounts}
    for account_id, name in session.exec(bound):
        children[account_id].append(name)
    return tuple(
        DeletionRow(
            request_id=request.id,
            version=request.version,
            name=names[request.account_id],
            children=tuple(children[request.account_id]),
            state=request.state,
            requested_at=request.requested_at,
        )
        for request in requests
    )
