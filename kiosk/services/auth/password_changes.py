"""Changes of a login: a chosen password, or a one-time code after an identity check."""

from __future__ import annotations

import hmac
import json
import secrets

from sqlmodel import Session, select

from db.models.logins import Credential
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.domain.errors import ChangedMeanwhile, Denied, PasswordRefused, UnknownStudent
from kiosk.rules.accounts import student_account
from kiosk.rules.passwords import fault
from kiosk.services.auth.credentials import DESK_CODE, LoginKind, account_index
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.password_hashing import PasswordStore
from kiosk.services.auth.student_login import StudentLogin
from kiosk.services.auth.student_session import STUDENT_LOGIN

_DAY_MILLISECONDS = 24 * 60 * 60 * 1000
_EARLIER_PASSWORDS = 3
_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 8


def choose_password(
    store: Store, passwords: PasswordStore, kind: LoginKind, credential_id: str, subject_id: str, version: int, new: str
) -> int:
    """Set a new password as typed; return the login's new version, which ends every other session.

    ``version`` is the login's at the sign-in, and ``subject_id`` the login's person.

    Raises:
        PasswordRefused: it breaks the rule, is personal or common, or was used before.
        Denied: the login is another person's or disabled.
        ChangedMeanwhile: changed or reset since the sign-in.
    """
    with store.read() as session:
        credential = _own_credential(session, kind, credential_id, subject_id)
        if credential.version != version:
            raise ChangedMeanwhile
        refused = fault(new, kind.personal(session, store.keys, subject_id), kind.rule)
        if refused is not None:
            raise PasswordRefused(refused)
        earlier = _with_present_hash(credential)
        code = kind.initial_code(store.keys, credential.account, new, credential.initial_kind)
        is_initial = credential.initial_code is not None and hmac.compare_digest(credential.initial_code, code)
    if is_initial or any(passwords.verify(new, old, pepper_id) for pepper_id, old in earlier):
        raise PasswordRefused(None)
    hashed = passwords.hash(new)
    with store.write() as unit:
        credential = _own_credential(unit.session, kind, credential_id, subject_id)
        if credential.version != version:
            raise ChangedMeanwhile
        credential.password_hash, credential.pepper_id = hashed, passwords.pepper_id
        credential.earlier_hashes = json.dumps(earlier)
        credential.changed_at, credential.version = unit.timestamp_ms, version + 1
        unit.audit(credential.id, "password.changed", credential.subject_id)
        return credential.version


def find_credential(session: Session, kind: str, account: str) -> Credential | None:
    """Return the login with this normalised account."""
    return session.exec(select(Credential).where(Credential.kind == kind, Credential.account == account)).one_or_none()


def first_password_expiry(kind: LoginKind | type[LoginKind], now: int) -> int | None:
    """Return when a first password given now expires; both in milliseconds since 1970."""
    return None if kind.first_password_days is None else now + kind.first_password_days * _DAY_MILLISECONDS


def give_one_time_code(unit: UnitOfWork, lockout: Lockout, kind: LoginKind, credential: Credential, actor: str) -> str:
    """Replace a login's password by a one-time code, clear its locks, and audit ``login.reset`` for ``actor``.

    Returns:
        The code, to be shown once: two groups of four characters.
    """
    code = new_desk_code()
    forget_password(unit, lockout, kind, credential)
    credential.initial_code = kind.initial_code(unit.keys, credential.account, code, DESK_CODE)
    credential.initial_kind = DESK_CODE
    credential.initial_expires_at = first_password_expiry(kind, unit.timestamp_ms)
    unit.audit(actor, "login.reset", credential.subject_id)
    return f"{code[:4]}-{code[4:]}"


def forget_password(unit: UnitOfWork, lockout: Lockout, kind: LoginKind, credential: Credential) -> None:
    """Remove a login's password, end its sessions and clear its locks; the caller audits."""
    credential.earlier_hashes = json.dumps(_with_present_hash(credential))
    credential.password_hash = credential.pepper_id = None
    credential.initial_code = credential.initial_kind = credential.initial_expires_at = None
    credential.initial_failures = 0
    credential.changed_at, credential.version = unit.timestamp_ms, credential.version + 1
    lockout.forget(unit, account_index(unit.keys, kind, credential.account))
    unit.session.flush()


def reset_student_login(unit: UnitOfWork, clock: Clock, student_number: str, actor: str) -> str:
    """Replace the password of a student's login by a one-time code; the caller has checked the permission.

    Raises:
        UnknownStudent: no active student has this number.
    """
    credential = find_credential(unit.session, STUDENT_LOGIN, student_account(student_number))
    if credential is None or not credential.active:
        raise UnknownStudent
    return give_one_time_code(unit, Lockout(clock), StudentLogin(), credential, actor)


def new_desk_code() -> str:
    """Return a one-time code of eight unambiguous characters (40 bits)."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))


def _own_credential(session: Session, kind: LoginKind, credential_id: str, subject_id: str) -> Credential:
    credential = session.get(Credential, credential_id)
    if credential is None or credential.kind != kind.name or credential.subject_id != subject_id:
        raise Denied
    if not (credential.active and kind.holds(session.connection(), subject_id)):
        raise Denied
    return credential


def _with_present_hash(credential: Credential) -> list[list[str]]:
    """Return the key ids and hashes of the last passwords, the present one first."""
    earlier: list[list[str]] = json.loads(credential.earlier_hashes)
    if credential.password_hash and credential.pepper_id:
        earlier = [[credential.pepper_id, credential.password_hash], *earlier][:_EARLIER_PASSWORDS]
    return earlier
