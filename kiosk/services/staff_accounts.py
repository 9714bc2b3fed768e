"""Who of the staff has a login, as what, and for which classes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from db.models import Credential
from db.review_models import Staff, StaffClass
from db.store import Store
from kiosk.services.command_line import CommandLine
from kiosk.services.staff_access import ADMINISTRATOR, STAFF_LOGIN, Role, StaffGate, StaffMember


@dataclass(frozen=True)
class StaffRow:
    """A member of staff, as an administrator sees them.

    Attributes:
        id: who.
        account: as typed, normalised.
        name: theirs.
        role: what they are.
        classes: those they look after, in order; of a homeroom teacher only.
        active: whether they may sign in.
        has_chosen: whether their first password was changed.
        added_at: milliseconds since 1970-01-01 UTC.
        version: to be handed back with a change.
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


class StaffAccounts:
    """The service; an administrator's, or the command line's."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._gate = StaffGate(store)

    def list(self, actor: StaffMember | CommandLine) -> tuple[StaffRow, ...]:
        """Everybody, those disabled too, by account.

        Raises:
            Denied, PasswordChangeRequired: see :class:`~kiosk.services.staff_access.StaffGate`.
        """
        with self._read(actor, "staff.list") as session:
            return _rows(session)

    @contextmanager
    def _read(self, actor: StaffMember | CommandLine, action: str) -> Iterator[Session]:
        if isinstance(actor, CommandLine):
            with self._store.read() as session:
                yield session
            return
        with self._gate.read(actor, action, ADMINISTRATOR) as (session, _acting):
            yield session


def _rows(session: Session) -> tuple[StaffRow, ...]:
    found = session.exec(
        select(Staff, Credential)
        .join(Credential, (col(Credential.subject_id) == Staff.id) & (col(Credential.kind) == STAFF_LOGIN))
        .order_by(col(Staff.account))
    ).all()
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
        for staff, credential in found
    )
