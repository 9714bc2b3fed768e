"""Verifying, choosing and resetting the password of a login: one way for students, staff and parents.

What differs between them (what the first password is, who may still sign in, what makes a password too personal) is a
:class:`LoginKind`.
"""

from __future__ import annotations

import hmac
import json
import secrets
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from sqlmodel import Session, select

from db.models import Credential
from db.sealed import IndexColumn, KeyRing
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.rules.accounts import normalise_account
from kiosk.rules.passwords import MAX_LENGTH, PasswordRule, fault
from kiosk.services.errors import ChangedMeanwhile, Denied, PasswordRefused, SignInRefused
from kiosk.services.lockout import Lockout
from kiosk.services.password_store import PasswordStore

INITIAL_FAILURES = 10
"""Failures in the lifetime of a first password; then it is reset in person."""
DESK_CODE = "desk_code"
"""The kind of first password that :func:`give_one_time_code` makes."""
_DAY_MILLISECONDS = 24 * 60 * 60 * 1000
_EARLIER_PASSWORDS = 3
_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 8


class LoginKind(ABC):
    """What is particular to one kind of login.

    Attributes:
        name: what the database keeps.
        rule: what a chosen password must be.
        first_password_days: how long a first password is good; None: until it is changed.
    """

    name: str
    rule: PasswordRule
    first_password_days: int | None = None

    @abstractmethod
    def initial_code(self, keys: KeyRing, account: str, typed: str, initial_kind: str | None) -> bytes:
        """What is kept, or compared, of a first password.

        Args:
            keys: the school's.
            account: normalised.
            typed: the first password, as it was typed.
            initial_kind: which kind of first password; None where the account has none or there is no account.
        """

    @abstractmethod
    def holds(self, session: Session, subject_id: str) -> bool:
        """Whether the person behind the login is still there."""

    @abstractmethod
    def personal(self, session: Session, keys: KeyRing, subject_id: str) -> list[str]:
        """What is on file of the person and may not make up the password."""


@dataclass(frozen=True)
class Verified:
    """A login whose password was right.

    Attributes:
        credential_id: the login.
        subject_id: whose it is.
        account: as typed, normalised.
        version: the login's, as verified.
        is_first: it was the first password, which must be changed.
    """

    credential_id: str
    subject_id: str
    account: str = field(repr=False)
    version: int
    is_first: bool


@dataclass(frozen=True)
class _Attempt:
    """What one attempt is verified against, read in the unit of work that reserved it."""

    refusal: SignInRefused | None
    minutes_left: int | None
    credential_id: str | None = None
    version: int = 0
    subject_id: str = ""
    initial_kind: str | None = None
    initial_code: bytes | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)
    pepper_id: str | None = None


class Credentials:
    """Passwords of every kind of login.

    Args:
        store: the database.
        clock: for the lock-out.
        passwords: makes and verifies the hashes.
    """

    def __init__(self, store: Store, clock: Clock, passwords: PasswordStore) -> None:
        self._store = store
        self._lockout = Lockout(clock)
        self._passwords = passwords

    def verify(self, kind: LoginKind, account: str, password: str, terminal: str, action: str = "sign_in") -> Verified:
        """Verify a password.

        Every way through costs one HMAC and one argon2 and, where it fails, says the same.

        Args:
            kind: which login.
            account: as typed.
            password: as typed.
            terminal: where; its failures are counted too.
            action: what for, as it stands in the audit (``<action>.attempt``, ``<action>.success``).

        Raises:
            SignInRefused: wrong, unknown, disabled or locked; or the terminal must wait.
            StoreError: the attempt could not be recorded, so it was not made.
        """
        name = normalise_account(account)
        index = _account_index(self._store.keys, kind, name)
        attempt = self._reserve(kind, name, index, terminal, action)
        typed = password if len(password) <= MAX_LENGTH else ""
        code = kind.initial_code(self._store.keys, name, typed, attempt.initial_kind)
        chosen = self._passwords.verify(typed, attempt.password_hash, attempt.pepper_id)
        initial = attempt.initial_code is not None and hmac.compare_digest(attempt.initial_code, code)
        if attempt.refusal is not None:
            raise attempt.refusal
        if attempt.credential_id is None or not (chosen or initial):
            raise SignInRefused(minutes_left=attempt.minutes_left)
        verified = Verified(attempt.credential_id, attempt.subject_id, name, attempt.version, is_first=not chosen)
        self._succeed(kind, attempt, verified, terminal, typed, action)
        return verified

    def _reserve(self, kind: LoginKind, name: str, index: bytes, terminal: str, action: str) -> _Attempt:
        with self._store.write() as unit:
            refusal = self._lockout.reserve(unit, index, terminal)
            credential = find_credential(unit.session, kind, name)
            unit.audit("nobody", f"{action}.attempt", index.hex())
            minutes_left = self._lockout.minutes_left(unit, index)
            if credential is None or refusal is not None or not _usable(unit.session, kind, credential):
                return _Attempt(refusal, minutes_left)
            initial = None
            if credential.password_hash is None and _first_password_is_good(credential, unit.at):
                initial = credential.initial_code
                credential.initial_failures += 1
            return _Attempt(
                refusal=None,
                minutes_left=minutes_left,
                credential_id=credential.id,
                version=credential.version,
                subject_id=credential.subject_id,
                initial_kind=credential.initial_kind,
                initial_code=initial,
                password_hash=credential.password_hash,
                pepper_id=credential.pepper_id,
            )

    def _succeed(
        self, kind: LoginKind, attempt: _Attempt, verified: Verified, terminal: str, typed: str, action: str
    ) -> None:
        """Record the success; refused where the login was reset, changed or disabled during the verification."""
        fresh = None
        if not verified.is_first and attempt.password_hash and attempt.pepper_id:
            outdated = self._passwords.is_outdated(attempt.password_hash, attempt.pepper_id)
            fresh = self._passwords.hash(typed) if outdated else None
        with self._store.write() as unit:
            credential = unit.session.get_one(Credential, verified.credential_id)
            if credential.version != attempt.version or not _usable(unit.session, kind, credential):
                raise SignInRefused
            if fresh is not None:
                credential.password_hash, credential.pepper_id = fresh, self._passwords.pepper_id
            if attempt.initial_code is not None:
                credential.initial_failures = max(0, credential.initial_failures - 1)
            self._lockout.clear(unit, _account_index(unit.keys, kind, verified.account), terminal)
            unit.audit(credential.id, f"{action}.success", credential.subject_id)

    def version_of(self, credential_id: str) -> int:
        """The login's version at this moment.

        Raises:
            Denied: there is no such login.
        """
        with self._store.read() as session:
            credential = session.get(Credential, credential_id)
            if credential is None:
                raise Denied
            return credential.version

    def choose(self, kind: LoginKind, credential_id: str, subject_id: str, version: int, new: str) -> int:
        """Take a new password for a login.

        Args:
            kind: which login.
            credential_id: the login's id.
            subject_id: whose it is.
            version: the login's, as at the sign-in.
            new: the password as typed.

        Returns:
            The login's version with the new password; what was signed in with another ends.

        Raises:
            PasswordRefused: against the rule, known of the person, common, or used before.
            Denied: the login is another's or disabled, or its person has left.
            ChangedMeanwhile: changed or reset since the sign-in.
        """
        with self._store.read() as session:
            credential = _own_credential(session, kind, credential_id, subject_id)
            if credential.version != version:
                raise ChangedMeanwhile
            refused = fault(new, kind.personal(session, self._store.keys, subject_id), kind.rule)
            if refused is not None:
                raise PasswordRefused(refused)
            earlier = _with_present_hash(credential)
            code = kind.initial_code(self._store.keys, credential.account, new, credential.initial_kind)
            is_initial = credential.initial_code is not None and hmac.compare_digest(credential.initial_code, code)
        if is_initial or any(self._passwords.verify(new, old, pepper_id) for pepper_id, old in earlier):
            raise PasswordRefused(None)
        hashed = self._passwords.hash(new)
        with self._store.write() as unit:
            credential = _own_credential(unit.session, kind, credential_id, subject_id)
            if credential.version != version:
                raise ChangedMeanwhile
            credential.password_hash, credential.pepper_id = hashed, self._passwords.pepper_id
            credential.earlier_hashes = json.dumps(earlier)
            credential.changed_at, credential.version = unit.at, version + 1
            unit.audit(credential.id, "password.changed", credential.subject_id)
            return credential.version


def find_credential(session: Session, kind: LoginKind, account: str) -> Credential | None:
    """The login with this account, normalised; None where there is none."""
    return session.exec(
        select(Credential).where(Credential.kind == kind.name, Credential.account == account)
    ).one_or_none()


def first_password_expiry(kind: LoginKind, now: int) -> int | None:
    """When a first password that is given now ends, in milliseconds since 1970; None: when it is changed."""
    return None if kind.first_password_days is None else now + kind.first_password_days * _DAY_MILLISECONDS


def give_one_time_code(unit: UnitOfWork, lockout: Lockout, kind: LoginKind, credential: Credential, actor: str) -> str:
    """Give a login a one-time code to sign in with and change at once; the password it had is gone, the locks too.

    Args:
        unit: where it is written and audited (``login.reset``).
        lockout: forgets the account's failures.
        kind: which login.
        credential: the login, of this unit's session.
        actor: as it stands in the audit.

    Returns:
        The code, to be shown once: two groups of four that cannot be misread.
    """
    code = new_desk_code()
    credential.initial_code = kind.initial_code(unit.keys, credential.account, code, DESK_CODE)
    credential.initial_kind, credential.initial_failures = DESK_CODE, 0
    credential.initial_expires_at = first_password_expiry(kind, unit.at)
    credential.earlier_hashes = json.dumps(_with_present_hash(credential))
    credential.password_hash = credential.pepper_id = None
    credential.changed_at, credential.version = unit.at, credential.version + 1
    lockout.forget(unit, _account_index(unit.keys, kind, credential.account))
    unit.audit(actor, "login.reset", credential.subject_id)
    return f"{code[:4]}-{code[4:]}"


def new_desk_code() -> str:
    """A one-time code of eight characters that cannot be misread (40 bits)."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))


def _account_index(keys: KeyRing, kind: LoginKind, account: str) -> bytes:
    """What failures of an account are counted under, whether there is one or not."""
    return keys.index(IndexColumn.ACCOUNT, f"{kind.name}|{account}")


def _usable(session: Session, kind: LoginKind, credential: Credential) -> bool:
    return credential.active and kind.holds(session, credential.subject_id)


def _first_password_is_good(credential: Credential, now: int) -> bool:
    expires = credential.initial_expires_at
    return credential.initial_failures < INITIAL_FAILURES and (expires is None or now < expires)


def _own_credential(session: Session, kind: LoginKind, credential_id: str, subject_id: str) -> Credential:
    credential = session.get(Credential, credential_id)
    if credential is None or credential.kind != kind.name or credential.subject_id != subject_id:
        raise Denied
    if not _usable(session, kind, credential):
        raise Denied
    return credential


def _with_present_hash(credential: Credential) -> list[list[str]]:
    """The login's last passwords, the present one first."""
    earlier: list[list[str]] = json.loads(credential.earlier_hashes)
    if credential.password_hash and credential.pepper_id:
        earlier = [[credential.pepper_id, credential.password_hash], *earlier][:_EARLIER_PASSWORDS]
    return earlier
