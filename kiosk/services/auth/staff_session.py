"""Who of the staff may do what: each service method of theirs begins here, and each refusal leaves an audit row.

A homeroom teacher (導師) acts on the classes they look after, the registrar (註冊組) on all, an administrator on staff
and settings; nobody decides on their own child. What a member holds in their session is never believed: login, role
and classes are read again in the unit of work that they act in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import bindparam
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from db.models.applications import Applicant
from db.models.columns import table_of
from db.models.logins import Credential
from db.models.school import Guardian, Staff, StaffClass
from db.store import Store, UnitOfWork
from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.i18n import _
from kiosk.services.auth.denial_audit import refusals_audited

STAFF_LOGIN = "staff"

_credential, _staff, _staff_class = table_of(Credential), table_of(Staff), table_of(StaffClass)
_FIND_STAFF = (
    sql_select(
        _staff.c.id,
        _staff.c.role,
        _staff.c.national_id_index,
        _credential.c.version,
        (_credential.c.active & _staff.c.active).label("holds"),
        _credential.c.password_hash.is_not(None).label("changed"),
    )
    .join_from(_credential, _staff, _credential.c.subject_id == _staff.c.id)
    .where(
        _credential.c.id == bindparam("credential"),
        _credential.c.kind == STAFF_LOGIN,
        _staff.c.id == bindparam("staff"),
    )
)
_FIND_CLASSES = sql_select(_staff_class.c.class_name).where(_staff_class.c.staff_id == bindparam("staff"))


class Role(StrEnum):
    """What a member of staff is; the value is what the database keeps."""

    HOMEROOM_TEACHER = "homeroom_teacher"
    REGISTRAR = "registrar"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role's name at the school."""
        return {
            Role.HOMEROOM_TEACHER: _("導師"),
            Role.REGISTRAR: _("註冊組"),
            Role.ADMINISTRATOR: _("系統管理員"),
        }[self]


REVIEWERS = frozenset({Role.HOMEROOM_TEACHER, Role.REGISTRAR})
REGISTRAR = frozenset({Role.REGISTRAR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
ALL_STAFF = frozenset(Role)


class OwnChildRefused(Denied):
    """A member of staff may not decide on their own child; a colleague does."""


@dataclass(frozen=True)
class StaffMember:
    """Somebody of the staff, signed in.

    Attributes:
        staff_id: who.
        credential_id: the login.
        credential_version: of the login at the sign-in; a reset or another change of it ends the session.
        account: as typed, normalised.
        name: for the title line.
        role: as at the sign-in; only for what the screen offers.
        terminal: where.
    """

    staff_id: str
    credential_id: str
    credential_version: int
    account: str = field(repr=False)
    name: str = field(repr=False)
    role: Role
    terminal: str


@dataclass(frozen=True)
class StaffSignedIn:
    """A sign-in of staff that succeeded; ``must_change`` while the first password still stands."""

    member: StaffMember
    must_change: bool


@dataclass(frozen=True)
class ActingStaff:
    """A member as the database has them at this moment.

    Attributes:
        id: who.
        role: what they are.
        classes: those they look after; of a homeroom teacher only.
        national_id_index: their own ID's blind index.
    """

    id: str
    role: Role
    classes: frozenset[str]
    national_id_index: bytes = field(repr=False)

    def may_see(self, class_name: str) -> bool:
        """Whether a class is theirs to look at."""
        return self.role is Role.REGISTRAR or (self.role is Role.HOMEROOM_TEACHER and class_name in self.classes)

    def require_class(self, class_name: str) -> None:
        """Go on only with a class of theirs.

        Raises:
            Denied: it is another's.
        """
        if not self.may_see(class_name):
            raise Denied

    def require_not_own_child(self, session: Session, student_id: str) -> None:
        """Go on only with somebody else's child: neither guardian on file nor applicant may be the member.

        Raises:
            OwnChildRefused: it is their own.
        """
        own = select(Guardian.id).where(
            Guardian.student_id == student_id, col(Guardian.national_id_index) == self.national_id_index
        )
        applied = select(Applicant.id).where(
            Applicant.student_id == student_id, col(Applicant.national_id_index) == self.national_id_index
        )
        if session.exec(own).first() is not None or session.exec(applied).first() is not None:
            raise OwnChildRefused


class StaffGate:
    """Opens units of work for the staff.

    Args:
        store: the database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def read(self, member: StaffMember, action: str, roles: Collection[Role]) -> Iterator[tuple[Session, ActingStaff]]:
        """A view of the data for a member with one of these roles.

        Args:
            member: who asks.
            action: what for, as it stands in the audit where it is refused.
            roles: who may.

        Raises:
            Denied: not they; also where the block raises it. Audited.
            PasswordChangeRequired: their first password still stands. Audited.
        """
        with self._auditing_refusals(member, action), self._store.read() as session:
            yield session, require_staff(session, member, roles)

    @contextmanager
    def write(
        self, member: StaffMember, action: str, roles: Collection[Role]
    ) -> Iterator[tuple[UnitOfWork, ActingStaff]]:
        """A unit of work for a member with one of these roles; the block writes its own audit row.

        Args:
            member: who acts.
            action: what they do, as it stands in the audit where it is refused.
            roles: who may.

        Raises:
            Denied: not they; also where the block raises it. Rolled back, and audited.
            PasswordChangeRequired: their first password still stands. Audited.
        """
        with self._auditing_refusals(member, action), self._store.write() as unit:
            yield unit, require_staff(unit.session, member, roles)

    def _auditing_refusals(self, member: StaffMember, action: str) -> AbstractContextManager[None]:
        return refusals_audited(self._store, member.credential_id, member.staff_id, action)


def require_staff(session: Session, member: StaffMember, roles: Collection[Role]) -> ActingStaff:
    """The member as they are now, if their login still holds and their role is one of these.

    Raises:
        Denied: disabled, reset or changed since the sign-in, or of another role.
        PasswordChangeRequired: the first password still stands.
    """
    who = {"credential": member.credential_id, "staff": member.staff_id}
    found = session.connection().execute(_FIND_STAFF, who).one_or_none()
    if found is None or not found.holds or found.version != member.credential_version:
        raise Denied
    if not found.changed:
        raise PasswordChangeRequired
    role = Role(found.role)
    if role not in roles:
        raise Denied
    classes: Collection[str] = ()
    if role is Role.HOMEROOM_TEACHER:
        classes = session.connection().execute(_FIND_CLASSES, {"staff": found.id}).scalars().all()
    return ActingStaff(found.id, role, frozenset(classes), found.national_id_index)


def name_of_staff(session: Session, staff_id: str | None) -> str:
    """A colleague's name, to say who did something; empty where no colleague did it."""
    return session.exec(select(Staff.name).where(Staff.id == staff_id)).one_or_none() or ""


OPERATOR = "operator"
"""How they stand in the audit."""


class CommandLine:
    """They hold database and key file, so they may what an administrator may; made by ``kiosk.cli`` only."""
