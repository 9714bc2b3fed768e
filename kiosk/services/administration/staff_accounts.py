"""The logins of staff, with their roles and classes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from sqlmodel import Session, col, delete, func, select

from db.keyring import IndexColumn
from db.models.logins import Credential
from db.models.school import Staff, StaffClass, Student
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.domain.errors import ChangedMeanwhile, PasswordRefused, ServiceError
from kiosk.domain.school_calendar import today
from kiosk.rules.accounts import normalise_account, parse_staff_account
from kiosk.rules.identity import parse_id
from kiosk.rules.names import parse_name
from kiosk.rules.passwords import fault
from kiosk.rules.text_safety import half_width, is_safe
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.password_changes import find_credential, first_password_expiry, give_one_time_code
from kiosk.services.auth.staff_login import FIRST_PASSWORD, StaffLogin
from kiosk.services.auth.staff_session import (
    ADMINISTRATOR,
    OPERATOR,
    STAFF_LOGIN,
    CommandLine,
    Role,
    StaffGate,
    StaffMember,
)

_MAX_CLASS_LENGTH = 32


class AccountTaken(ServiceError):
    """A member of staff, active or not, has this account."""


class UnknownStaff(ServiceError):
    """No member of staff has this account."""


class StaffDisabled(ServiceError):
    """A disabled member gets no code."""


class LastAdministrator(ServiceError):
    """Without this administrator nobody could manage the staff."""


class UnknownClass(ServiceError):
    """No student on file is in this class."""

    def __init__(self, class_name: str) -> None:
        super().__init__("unknown class")
        self.class_name = class_name


class NoClassTeacher(ServiceError):
    """Only a homeroom teacher has classes."""


@dataclass(frozen=True)
class StaffRow:
    """A member of staff for an administrator; ``has_chosen``: the first password was changed.

    ``classes`` are sorted, and of a homeroom teacher; ``added_at`` is in milliseconds since 1970-01-01 UTC.
    """

    id: str
    account: str = field(repr=False)
    name: str = field(repr=False)
    role: Role
    classes: tuple[str, ...]
    active: bool
    has_chosen: bool
    added_at: int
    version: int


Actor = StaffMember | CommandLine
"""A manager of the staff: an administrator or the command line."""


class StaffAccounts:
    """Manages the logins of staff.

    Every method raises Denied or PasswordChangeRequired, audited, for a member who is no administrator, and every
    change ChangedMeanwhile for an outdated ``version``.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lockout = Lockout(clock)
        self._gate = StaffGate(store)

    def list(self, actor: Actor) -> tuple[StaffRow, ...]:
        """Return every member, active or not, sorted by account."""
        with self._read(actor, "staff.list") as session:
            return _rows(session)

    def find(self, actor: Actor, account: str) -> StaffRow:
        """Return the member with an account, regardless of case and width.

        Raises:
            UnknownStaff: there is none.
        """
        with self._read(actor, "staff.find") as session:
            found = _rows(session, normalise_account(account))
        if not found:
            raise UnknownStaff
        return found[0]

    def add(
        self,
        actor: Actor,
        *,
        account: str,
        name: str,
        role: Role,
        classes: Sequence[str],
        national_id: str,
        first_password: str,
    ) -> StaffRow:
        """Add a member, whose first password expires after thirty days.

        The account has three to 32 ASCII letters, digits, dots, underlines and dashes; the first password follows the
        rule of chosen ones. Of the member's own ID, which excludes decisions on an own child, only the blind index is
        kept.

        Raises:
            InvalidAccount, InvalidName, InvalidIdentity: see `kiosk.rules`.
            AccountTaken, NoClassTeacher, UnknownClass, PasswordRefused: nothing was added.
        """
        account, name = parse_staff_account(account), parse_name(name)
        own_id = parse_id(national_id, today(self._clock))
        kind, staff_id = StaffLogin(), uuid4().hex
        refused = fault(first_password, [account, name], kind.rule)
        if refused is not None:
            raise PasswordRefused(refused)
        with self._write(actor, "staff.add") as (unit, audited_actor):
            if find_credential(unit.session, STAFF_LOGIN, account) is not None:
                raise AccountTaken
            unit.session.add(
                Staff(
                    id=staff_id,
                    account=account,
                    name=name,
                    role=role.value,
                    national_id_index=unit.keys.index(IndexColumn.NATIONAL_ID, own_id.text),
                    added_at=unit.timestamp_ms,
                )
            )
            unit.session.flush()
            kept = _put_classes(unit.session, staff_id, role, classes)
            unit.session.add(
                Credential(
                    id=uuid4().hex,
                    kind=STAFF_LOGIN,
                    account=account,
                    subject_id=staff_id,
                    initial_code=kind.initial_code(unit.keys, account, first_password, FIRST_PASSWORD),
                    initial_kind=FIRST_PASSWORD,
                    initial_expires_at=first_password_expiry(kind, unit.timestamp_ms),
                    changed_at=unit.timestamp_ms,
                )
            )
            unit.audit(audited_actor, "staff.added", staff_id, {"role": role.value, "classes": kept})
            unit.session.flush()
            return _rows(unit.session, account)[0]

    def disable(self, actor: Actor, staff_id: str, version: int) -> None:
        """Disable a member's login and end its sessions.

        Raises:
            LastAdministrator: no other is active.
        """
        with self._change(actor, "staff.disable", staff_id, version) as (unit, staff, credential, audited_actor):
            if staff.active:
                _require_another_administrator(unit.session, staff)
            staff.active = credential.active = False
            credential.version += 1
            unit.audit(audited_actor, "staff.disabled", staff.id)

    def enable(self, actor: Actor, staff_id: str, version: int) -> None:
        """Enable a member's login with its former password."""
        with self._change(actor, "staff.enable", staff_id, version) as (unit, staff, credential, audited_actor):
            staff.active = credential.active = True
            unit.audit(audited_actor, "staff.enabled", staff.id)

    def reset(self, actor: Actor, staff_id: str, version: int) -> str:
        """Replace a member's password by a one-time code, to be shown once; it expires after thirty days.

        Raises:
            StaffDisabled: the member must be enabled first.
        """
        with self._change(actor, "staff.reset", staff_id, version) as (unit, staff, credential, audited_actor):
            if not staff.active:
                raise StaffDisabled
            return give_one_time_code(unit, self._lockout, StaffLogin(), credential, audited_actor)

    def set_classes(self, actor: Actor, staff_id: str, version: int, classes: Sequence[str]) -> None:
        """Set the classes of a homeroom teacher.

        Raises:
            NoClassTeacher, UnknownClass: nothing was changed.
        """
        with self._change(actor, "staff.set_classes", staff_id, version) as (unit, staff, _credential, audited_actor):
            kept = _put_classes(unit.session, staff.id, Role(staff.role), classes)
            unit.audit(audited_actor, "staff.classes_set", staff.id, {"classes": kept})

    def change_role(self, actor: Actor, staff_id: str, version: int, role: Role) -> None:
        """Change a member's role and end their sessions; other roles than homeroom teacher lose the classes.

        Raises:
            LastAdministrator: no other is active.
        """
        with self._change(actor, "staff.change_role", staff_id, version) as (unit, staff, credential, audited_actor):
            if staff.active and role is not Role.ADMINISTRATOR:
                _require_another_administrator(unit.session, staff)
            if role is not Role.HOMEROOM_TEACHER:
                _put_classes(unit.session, staff.id, role, ())
            staff.role = role.value
            credential.version += 1
            unit.audit(audited_actor, "staff.role_changed", staff.id, {"role": role.value})

    @contextmanager
    def _read(self, actor: Actor, action: str) -> Iterator[Session]:
        if isinstance(actor, CommandLine):
            with self._store.read() as session:
                yield session
        else:
            with self._gate.read(actor, action, ADMINISTRATOR) as (session, _acting):
                yield session

    @contextmanager
    def _write(self, actor: Actor, action: str) -> Iterator[tuple[UnitOfWork, str]]:
        """Open a unit of work with the actor for the audit."""
        if isinstance(actor, CommandLine):
            with self._store.write() as unit:
                yield unit, OPERATOR
        else:
            with self._gate.write(actor, action, ADMINISTRATOR) as (unit, _acting):
                yield unit, actor.credential_id

    @contextmanager
    def _change(
        self, actor: Actor, action: str, staff_id: str, version: int
    ) -> Iterator[tuple[UnitOfWork, Staff, Credential, str]]:
        """Open a unit of work with the member and their login, if the version is current."""
        with self._write(actor, action) as (unit, audited_actor):
            staff = unit.session.get(Staff, staff_id)
            if staff is None or staff.version != version:
                raise ChangedMeanwhile
            credential = find_credential(unit.session, STAFF_LOGIN, staff.account)
            assert credential is not None, "every member of staff has a login"
            staff.version += 1
            yield unit, staff, credential, audited_actor


def _require_another_administrator(session: Session, staff: Staff) -> None:
    others = select(func.count()).where(
        col(Staff.role) == Role.ADMINISTRATOR.value, col(Staff.active), col(Staff.id) != staff.id
    )
    if staff.role == Role.ADMINISTRATOR.value and not session.exec(others).one():
        raise LastAdministrator


def _put_classes(session: Session, staff_id: str, role: Role, classes: Collection[str]) -> list[str]:
    """Replace a member's classes and return them sorted; without a roster any class name is accepted."""
    kept = sorted({half_width(one).strip() for one in classes})
    if kept and role is not Role.HOMEROOM_TEACHER:
        raise NoClassTeacher
    known = set(session.exec(select(Student.class_name).where(col(Student.active)).distinct()))
    for one in kept:
        if not (0 < len(one) <= _MAX_CLASS_LENGTH and is_safe(one)) or (known and one not in known):
            raise UnknownClass(one)
    session.exec(delete(StaffClass).where(col(StaffClass.staff_id) == staff_id))
    session.add_all(StaffClass(staff_id=staff_id, class_name=one) for one in kept)
    return kept


def _rows(session: Session, account: str | None = None) -> tuple[StaffRow, ...]:
    """Return every member sorted by account, or the one with this account."""
    statement = (
        select(Staff, Credential)
        .join(Credential, (col(Credential.subject_id) == Staff.id) & (col(Credential.kind) == STAFF_LOGIN))
        .order_by(col(Staff.account))
    )
    if account is not None:
        statement = statement.where(Staff.account == account)
    classes: dict[str, list[str]] = {}
    for one in session.exec(select(StaffClass).order_by(col(StaffClass.class_name))):
        classes.setdefault(one.staff_id, []).append(one.class_name)
    return tuple(
        StaffRow(
            id=staff.id,
            account=staff.account,
            name=staff.name,
            role=Role(staff.role),
            classes=tuple(classes.get(staff.id, ())),
            active=staff.active,
            has_chosen=credential.password_hash is not None,
            added_at=staff.added_at,
            version=staff.version,
        )
        for staff, credential in session.exec(statement)
    )
