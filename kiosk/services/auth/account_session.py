"""A session with a parent's account, and the check that precedes every answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, bindparam, select
from sqlmodel import Session

from db.models.accounts import ParentAccount
from db.models.columns import table_of
from db.models.logins import Credential
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.school_calendar import today
from kiosk.services.auth.parent_login import PARENT_LOGIN, sees_a_child
from kiosk.services.auth.student_session import require_valid

_credential, _account = table_of(Credential), table_of(ParentAccount)
_NAME = select(_account.c.name).where(_account.c.id == bindparam("account"))
_FIND = (
    select(
        _credential.c.version,
        (_credential.c.active & _account.c.active & sees_a_child()).label("holds"),
        _credential.c.password_hash.is_not(None).label("changed"),
    )
    .join_from(_credential, _account, _credential.c.subject_id == _account.c.id)
    .where(
        _credential.c.id == bindparam("credential"),
        _credential.c.kind == PARENT_LOGIN,
        _account.c.id == bindparam("account"),
    )
)


@dataclass(frozen=True)
class AccountSession:
    """A session with a parent's account; another version of the login ends it. The title line masks ``name``."""

    credential_id: str
    account_id: str
    credential_version: int
    terminal: str
    name: str = field(repr=False)


@dataclass(frozen=True)
class AccountSignedIn:
    """A successful sign-on; ``must_change`` after a first password or a code."""

    holder: AccountSession
    must_change: bool


def holder_of(
    connection: Connection, credential_id: str, account_id: str, credential_version: int, terminal: str
) -> AccountSession:
    """Return the session of an account whose password or code was verified."""
    name = connection.execute(_NAME, {"account": account_id}).scalar_one()
    return AccountSession(credential_id, account_id, credential_version, terminal, name)


def require_account(session: Session, holder: AccountSession, on: date) -> ParentAccount:
    """Return the session's account if the login is still valid on this day, because a carer's access has a last day.

    Raises:
        Denied: the account is closed or sees no child, or the login was changed since the sign-on.
        PasswordChangeRequired: the first password was not changed yet.
    """
    asked = {"credential": holder.credential_id, "account": holder.account_id, "on": on.isoformat()}
    require_valid(session.connection().execute(_FIND, asked).one_or_none(), holder.credential_version)
    return session.get_one(ParentAccount, holder.account_id)


class AccountService:
    """A service for a signed-on parent or carer.

    Every method first reads the account, and raises Denied or PasswordChangeRequired as `require_account` does.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    @contextmanager
    def _read(self, holder: AccountSession) -> Iterator[tuple[Session, ParentAccount]]:
        with self._store.read() as session:
            yield session, require_account(session, holder, today(self._clock))

    @contextmanager
    def _write(self, holder: AccountSession) -> Iterator[tuple[UnitOfWork, ParentAccount]]:
        with self._store.write() as unit:
            yield unit, require_account(unit.session, holder, today(self._clock))
