"""A session of staff, and the check that precedes every answer; each denial is audited.

A homeroom teacher (導師) acts on their own classes, the registrar (註冊組) on all, an administrator on staff and
settings; nobody decides on their own child. Login, role and classes are read again in each unit of work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import bindparam
from sqlalchemy import select as sql_select
from sqlmodel import Session, SQLModel, col, select

from db.models.applications import Applicant
from db.models.columns import table_of
from db.models.logins import Credential
from db.models.school import Guardian, Staff, StaffClass
from db.store import Store, UnitOfWork
from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.i18n import _
from kiosk.services.auth.denial_audit import refusals_audited

STAFF_LOGIN = "staff"
_Model = TypeVar("_Model", bound=SQLModel)

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
    """A role of staff; the value is the database's."""

    HOMEROOM_TEACHER = "homeroom_teacher"
    REGISTRAR = "registrar"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role's title at the school."""
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
    """A member of staff must not decide on their own child."""


@dataclass(frozen=True)
class StaffMember:
    """A session of a member of staff; another version of the login ends it.

    ``role`` is the role at the sign-in, only for the screen's choice of menu items.
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
    """A successful sign-in of staff; ``must_change`` after a first password."""

    member: StaffMember
    must_change: bool


@dataclass(frozen=True)
class ActingStaff:
    """A member of staff as read in the present unit of work; only a homeroom teacher has ``classes``."""

    id: str
    role: Role
    classes: frozenset[str]
    national_id_index: bytes = field(repr=False)

    def may_see(self, class_name: str) -> bool:
        """Return whether the member may see a class."""
        return self.role is Role.REGISTRAR or (self.role is Role.HOMEROOM_TEACHER and class_name in self.classes)

    def require_class(self, class_name: str) -> None:
        """Deny a class that the member may not see."""
        if not self.may_see(class_name):
            raise Denied

    def require_not_own_child(self, session: Session, student_id: str) -> None:
        """Raise OwnChildRefused where the member is guardian on file or applicant for the student."""
        own = select(Guardian.id).where(
            Guardian.student_id == student_id, col(Guardian.national_id_index) == self.national_id_index
        )
        applied = select(Applicant.id).where(
            Applicant.student_id == student_id, col(Applicant.national_id_index) == self.national_id_index
        )
        if session.exec(own).first() is not None or session.exec(applied).first() is not None:
            raise OwnChildRefused


class StaffGate:
    """Opens units of work for staff with one of the given roles; the block audits its own action.

    ``action`` names the audited denial. Both ways raise Denied and PasswordChangeRequired as `require_staff` does,
    rolled back and audited, also when the block raises it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def read(self, member: StaffMember, action: str, roles: Collection[Role]) -> Iterator[tuple[Session, ActingStaff]]:
        """Open a read session."""
        with self._auditing_refusals(member, action), self._store.read() as session:
            yield session, require_staff(session, member, roles)

    @contextmanager
    def write(
        self, member: StaffMember, action: str, roles: Collection[Role]
    ) -> Iterator[tuple[UnitOfWork, ActingStaff]]:
        """Open a unit of work."""
        with self._auditing_refusals(member, action), self._store.write() as unit:
            yield unit, require_staff(unit.session, member, roles)

    def _auditing_refusals(self, member: StaffMember, action: str) -> AbstractContextManager[None]:
        return refusals_audited(self._store, member.credential_id, member.staff_id, action)


def require_staff(session: Session, member: StaffMember, roles: Collection[Role]) -> ActingStaff:
    """Return the member's present data if the login is still valid and the role is one of these.

    Raises:
        Denied: the login is inactive or was changed since the sign-in, or the role is another.
        PasswordChangeRequired: the first password was not changed yet.
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


def require_row(session: Session, model: type[_Model], row_id: str) -> _Model:
    """Return a row; deny an unknown id."""
    found = session.get(model, row_id)
    if found is None:
        raise Denied
    return found


def name_of_staff(session: Session, staff_id: str | None) -> str:
    """Return the name of a member of staff; empty for None or an unknown id."""
    return session.exec(select(Staff.name).where(Staff.id == staff_id)).one_or_none() or ""


OPERATOR = "operator"
"""The actor of the command line in the audit."""


class CommandLine:
    """The command line, with an administrator's rights because it holds database and key file."""
