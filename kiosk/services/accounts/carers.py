"""A carer's access to a child, granted by a bound parent with a scope and a last day, and revoked by the same parent.

The carer signs on with an own account. An address of another person's account is left out, and the school calls the
carer instead: the granting parent must not learn of that account.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from uuid import uuid4

from sqlmodel import Session, col, select

from db.keyring import IndexColumn
from db.models.accounts import Binding, CarerAccess, ParentAccount
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile, Denied, ServiceError
from kiosk.domain.school_calendar import today
from kiosk.rules.contact import mask_email
from kiosk.rules.roc_dates import format_roc
from kiosk.services.accounts.bindings import end_access
from kiosk.services.accounts.carer_entry import CarerEntry, faults_of_person, read_entry
from kiosk.services.accounts.parent_accounts import Person, account_of_carer
from kiosk.services.accounts.visible_children import Scope, scope_of
from kiosk.services.applications.cases import get_case
from kiosk.services.auth.account_session import AccountService, AccountSession
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.lockout import Lockout
from kiosk.services.messaging import outbox
from kiosk.services.messaging.outbox import Addressee, MessageKind


class CarerRefused(ServiceError):
    """An access cannot be granted.

    Attributes:
        faults: by field (name, national_id, mobile, email, scope, last_day): a fault of the field's own rule, such as
            `kiosk.rules.names.NameFault`, or a :class:`~kiosk.services.accounts.carer_entry.CarerFault`.
    """

    def __init__(self, faults: Mapping[str, Enum]) -> None:
        super().__init__(", ".join(f"{key}: {fault.name}" for key, fault in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class CarerRow:
    """A carer's access until an inclusive last day; ``state``: active, revoked, expired."""

    access_id: str
    name: str = field(repr=False)
    scope: frozenset[Scope]
    last_day: date
    state: str
    version: int


@audits_refusals
class Carers(AccountService):
    """Lists, grants and revokes carers' accesses.

    Denied is raised too for a holder who is not bound to the child or did not grant the access.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        super().__init__(store, settings, clock)
        self._lockout = Lockout(clock)

    def of_child(self, holder: AccountSession, student_id: str) -> tuple[CarerRow, ...]:
        """Return the accesses to a child that the holder granted, the newest first, including ended ones."""
        on = today(self._clock)
        with self._read(holder) as (session, account):
            _require_binding(session, account, student_id)
            found = session.exec(
                select(CarerAccess, ParentAccount.name)
                .join(ParentAccount, col(ParentAccount.id) == col(CarerAccess.account_id))
                .where(CarerAccess.granted_by == account.id, CarerAccess.student_id == student_id)
                .order_by(col(CarerAccess.granted_at).desc(), col(CarerAccess.id))
            ).all()
            return tuple(_row(access, name, on) for access, name in found)

    def grant(
        self,
        holder: AccountSession,
        student_id: str,
        *,
        name: str,
        national_id: str,
        mobile: str,
        email: str | None,
        scope: Collection[Scope],
        last_day: date,
    ) -> CarerRow:
        """Grant an access and notify the carer; open an account where the carer has none.

        An existing account keeps its names and password. The first password of a new one is the end of the ID. The
        carer's data is as typed; the last day is at most :data:`~kiosk.services.accounts.carer_entry.MAX_DAYS` from
        now.

        Raises:
            CarerRefused: nothing was granted.
            TooManyTries: too many refused entries.
        """
        on = today(self._clock)
        entry = read_entry(name, national_id, mobile, email, scope, last_day, on)
        faults: dict[str, Enum] = {}
        row = None
        with self._write(holder) as (unit, account):
            binding = _require_binding(unit.session, account, student_id)
            if not isinstance(entry, CarerEntry):
                raise CarerRefused(entry)
            counter = unit.keys.index(IndexColumn.ACCOUNT, f"carer|{account.id}")
            locked = self._lockout.reserve(unit, counter, holder.terminal)
            if locked is None:
                faults = faults_of_person(unit, entry, student_id, on)
                if not faults:
                    self._lockout.clear(unit, counter, holder.terminal)
                    row = self._grant(unit, binding, entry, on)
            action = "carer.refused" if row is None else "carer.granted"
            unit.audit(holder.credential_id, action, student_id if row is None else row.access_id)
        if locked is not None:
            raise TooManyTries(locked.minutes_to_wait)
        if row is None:
            raise CarerRefused(faults)
        return row

    def revoke(self, holder: AccountSession, access_id: str, version: int) -> None:
        """End an access; without another child the carer's account is closed.

        Raises:
            ChangedMeanwhile: it ended already.
        """
        with self._write(holder) as (unit, account):
            access = unit.session.get(CarerAccess, access_id)
            if access is None or access.granted_by != account.id:
                raise Denied
            if access.state != "active" or access.version != version:
                raise ChangedMeanwhile(at=access.ended_at or 0, what=access.state)
            end_access(unit, access)
            unit.audit(holder.credential_id, "carer.revoked", access.id)

    def _grant(self, unit: UnitOfWork, binding: Binding, entry: CarerEntry, on: date) -> CarerRow:
        personal = {"national_id": entry.national_id.text, "mobile": entry.mobile, "email": entry.email}
        own_id = unit.keys.index(IndexColumn.NATIONAL_ID, entry.national_id.text)
        mobile = unit.keys.index(IndexColumn.MOBILE, entry.mobile)
        account = account_of_carer(unit, Person(entry.name, personal, own_id, mobile))
        access = CarerAccess(
            id=uuid4().hex,
            account_id=account.id,
            student_id=binding.student_id,
            granted_by=binding.parent_account_id,
            scope=entry.scope,
            last_day=entry.last_day.isoformat(),
            granted_at=unit.timestamp_ms,
        )
        unit.session.add(access)
        unit.session.flush()
        self._notify(unit, binding, access, account)
        return _row(access, account.name, on)

    def _notify(self, unit: UnitOfWork, binding: Binding, access: CarerAccess, account: ParentAccount) -> None:
        known = unit.keys.open("parent_account", account.id, account.sealed)
        email = known.get("email")
        application = get_case(unit.connection, binding.application_id)
        words = {
            "account": mask_email(email) if email else "",
            "fields": "\n".join(scope.label for scope in Scope if scope in scope_of(access)),
            "until": format_roc(date.fromisoformat(access.last_day)),
        }
        addressee = Addressee(account.name, known["mobile"], email)
        key = f"{MessageKind.CARER_ADDED.value}|{access.id}"
        outbox.write(unit, self._settings, MessageKind.CARER_ADDED, key, application, addressee, words)


def _require_binding(session: Session, account: ParentAccount, student_id: str) -> Binding:
    """Return the account's own binding to a child; deny without one, as for a carer."""
    binding = session.exec(
        select(Binding).where(
            Binding.parent_account_id == account.id, Binding.student_id == student_id, Binding.state == "active"
        )
    ).one_or_none()
    if binding is None:
        raise Denied
    return binding


def _row(access: CarerAccess, name: str, on: date) -> CarerRow:
    is_over = access.state == "active" and access.last_day < on.isoformat()
    return CarerRow(
        access_id=access.id,
        name=name,
        scope=scope_of(access),
        last_day=date.fromisoformat(access.last_day),
        state="expired" if is_over else access.state,
        version=access.version,
    )
