"""Verification of passwords for students, staff and parents; a :class:`LoginKind` holds the differences."""

from __future__ import annotations

import hmac
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update
from sqlmodel import Session

from db.keyring import IndexColumn, KeyRing
from db.models.columns import table_of
from db.models.logins import Credential
from db.store import Store
from kiosk.clock import Clock
from kiosk.domain.errors import SignInRefused
from kiosk.rules.accounts import normalise_account
from kiosk.rules.passwords import MAX_LENGTH, PasswordRule
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.password_hashing import PasswordStore

INITIAL_FAILURES = 10
"""Allowed failures of a first password; after them it must be reset in person."""
DESK_CODE = "desk_code"
"""The kind of first password that :func:`~kiosk.services.auth.password_changes.give_one_time_code` makes."""

_credential = table_of(Credential)
_FIND = select(_credential).where(
    _credential.c.kind == bindparam("login_kind"), _credential.c.account == bindparam("login_account")
)
_of_credential = _credential.c.id == bindparam("credential")
_READ = select(_credential).where(_of_credential)
_COUNT_FIRST_FAILURE = (
    update(_credential).where(_of_credential).values(initial_failures=_credential.c.initial_failures + 1)
)
_FORGIVE_FIRST_FAILURE = (
    update(_credential)
    .where(_of_credential, _credential.c.initial_failures > 0)
    .values(initial_failures=_credential.c.initial_failures - 1)
)
_HASH_ANEW = (
    update(_credential)
    .where(_of_credential)
    .values(password_hash=bindparam("fresh_hash"), pepper_id=bindparam("fresh_pepper_id"))
)


class LoginKind(ABC):
    """The properties of one kind of login.

    Attributes:
        name: the value in the database.
        rule: the rule for chosen passwords.
        first_password_days: the lifetime of a first password; None for no limit.
        has_names: whether several names lead to one account. Failures then count under the name and under the account,
            real or not, so that three names allow no more attempts than one.
    """

    name: str
    rule: PasswordRule
    first_password_days: int | None = None
    has_names: bool = False

    def normalise(self, typed: str) -> str:
        """Return one spelling of a typed account name, for look-up and for counting failures; never fail."""
        return normalise_account(typed)

    def account_behind(self, connection: Connection, keys: KeyRing, name: str) -> str:
        """Return the ``account`` of `db.models.logins.Credential` for a normalised name; an unused one for none."""
        return name

    @abstractmethod
    def initial_code(self, keys: KeyRing, account: str, typed: str, initial_kind: str | None) -> bytes:
        """Return the code of a first password, to store or to compare.

        ``account`` is normalised and ``typed`` is as typed; ``initial_kind`` is None without a first password or
        account.
        """

    @abstractmethod
    def holds(self, connection: Connection, subject_id: str) -> bool:
        """Return whether the login's person may still sign in."""

    @abstractmethod
    def personal(self, session: Session, keys: KeyRing, subject_id: str) -> list[str]:
        """Return the values on file of the person, which a password must not contain."""


@dataclass(frozen=True)
class Verified:
    """A login whose password was verified; ``is_first``: it was the first password, which must be changed."""

    credential_id: str
    subject_id: str
    account: str = field(repr=False)
    version: int
    is_first: bool


@dataclass(frozen=True)
class _Attempt:
    """The stored values that an attempt is verified against, read in the unit of work that reserved it."""

    refusal: SignInRefused | None
    minutes_left: int | None
    account: str = field(repr=False)
    credential: RowMapping | None = field(default=None, repr=False)
    initial_code: bytes | None = field(default=None, repr=False)


class Credentials:
    """Verifies passwords of every kind of login."""

    def __init__(self, store: Store, clock: Clock, passwords: PasswordStore) -> None:
        self._store = store
        self._lockout = Lockout(clock)
        self._passwords = passwords

    def verify(self, kind: LoginKind, account: str, password: str, terminal: str, action: str = "sign_in") -> Verified:
        """Verify a password; every result costs one HMAC and one argon2, and every failure reads the same.

        Account and password are as typed. The terminal's failures count too. ``action`` is the prefix in the audit:
        ``<action>.attempt``, ``<action>.success``.

        Raises:
            SignInRefused: wrong, unknown, disabled or locked; or the terminal must wait.
            StoreError: the attempt could not be recorded, so it was not made.
        """
        name = kind.normalise(account)
        index = account_index(self._store.keys, kind, name)
        attempt = self._reserve(kind, name, index, terminal, action)
        typed = password if len(password) <= MAX_LENGTH else ""
        stored: RowMapping | dict[str, Any] = attempt.credential or {}
        code = kind.initial_code(self._store.keys, attempt.account, typed, stored.get("initial_kind"))
        chosen = self._passwords.verify(typed, stored.get("password_hash"), stored.get("pepper_id"))
        initial = attempt.initial_code is not None and hmac.compare_digest(attempt.initial_code, code)
        if attempt.refusal is not None:
            raise attempt.refusal
        if attempt.credential is None or not (chosen or initial):
            raise SignInRefused(minutes_left=attempt.minutes_left)
        verified = Verified(stored["id"], stored["subject_id"], name, stored["version"], is_first=not chosen)
        self._succeed(kind, attempt, verified, terminal, typed, action)
        return verified

    def _reserve(self, kind: LoginKind, name: str, index: bytes, terminal: str, action: str) -> _Attempt:
        with self._store.write() as unit:
            refusal = self._lockout.reserve(unit, index, terminal)
            account = kind.account_behind(unit.connection, unit.keys, name)
            found = unit.connection.execute(_FIND, {"login_kind": kind.name, "login_account": account})
            credential = found.mappings().one_or_none()
            unit.audit("nobody", f"{action}.attempt", index.hex())
            minutes_left = self._lockout.minutes_left(unit, index)
            if refusal is None and kind.has_names:
                may_try = self._lockout.reserve_behind(unit, account_index(unit.keys, kind, account))
                refusal = None if may_try else SignInRefused(minutes_left=minutes_left)
            if credential is None or refusal is not None or not _usable(unit.connection, kind, credential):
                return _Attempt(refusal, minutes_left, account)
            initial = None
            if credential["password_hash"] is None and _first_password_is_good(credential, unit.timestamp_ms):
                initial = credential["initial_code"]
                unit.connection.execute(_COUNT_FIRST_FAILURE, {"credential": credential["id"]})
            return _Attempt(None, minutes_left, account, credential, initial)

    def _succeed(
        self, kind: LoginKind, attempt: _Attempt, verified: Verified, terminal: str, typed: str, action: str
    ) -> None:
        """Record the success; refuse a login that was changed, reset or disabled during the verification."""
        fresh, used = None, attempt.credential
        if used is not None and not verified.is_first:
            outdated = self._passwords.is_outdated(used["password_hash"], used["pepper_id"])
            fresh = self._passwords.hash(typed) if outdated else None
        with self._store.write() as unit:
            credential_id = verified.credential_id
            credential = unit.connection.execute(_READ, {"credential": credential_id}).mappings().one()
            if credential["version"] != verified.version or not _usable(unit.connection, kind, credential):
                raise SignInRefused
            if fresh is not None:
                values = {"fresh_hash": fresh, "fresh_pepper_id": self._passwords.pepper_id}
                unit.connection.execute(_HASH_ANEW, {"credential": credential_id, **values})
            if attempt.initial_code is not None:
                unit.connection.execute(_FORGIVE_FIRST_FAILURE, {"credential": credential_id})
            self._lockout.clear(unit, account_index(unit.keys, kind, verified.account), terminal)
            if kind.has_names:
                self._lockout.clear(unit, account_index(unit.keys, kind, attempt.account), terminal)
            unit.audit(credential_id, f"{action}.success", credential["subject_id"])


def account_index(keys: KeyRing, kind: LoginKind, account: str) -> bytes:
    """Return the index that an account's failures are counted under, whether it exists or not."""
    return keys.index(IndexColumn.ACCOUNT, f"{kind.name}|{account}")


def _usable(connection: Connection, kind: LoginKind, credential: RowMapping) -> bool:
    return bool(credential["active"]) and kind.holds(connection, credential["subject_id"])


def _first_password_is_good(credential: RowMapping, now: int) -> bool:
    expires = credential["initial_expires_at"]
    return credential["initial_failures"] < INITIAL_FAILURES and (expires is None or now < expires)
