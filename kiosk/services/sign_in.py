"""Signing in with a student's login, changing the first password, and the reset at the desk."""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import date

from sqlmodel import Session, select

from db.models import Applicant, Credential, Guardian, Student
from db.sealed import IndexColumn
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.rules.accounts import normalise_account, student_account, student_number_of
from kiosk.rules.identity import LENGTH as ID_LENGTH
from kiosk.rules.identity import looks_like_id, normalise_id
from kiosk.rules.passwords import MAX_LENGTH, PasswordFault, fault
from kiosk.rules.roc_dates import format_roc
from kiosk.services.errors import ChangedMeanwhile, Denied, PasswordRefused, SignInRefused, UnknownStudent
from kiosk.services.lockout import Lockout
from kiosk.services.password_store import PasswordStore
from kiosk.services.visitor import STUDENT_LOGIN, Visitor

INITIAL_FAILURES = 10
_EARLIER_PASSWORDS = 3
_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 8


@dataclass(frozen=True)
class SignedIn:
    """A sign-in that succeeded; ``must_change`` while the first password still stands."""

    visitor: Visitor
    must_change: bool


@dataclass(frozen=True)
class _Attempt:
    """What one attempt is verified against, read in the unit of work that reserved it."""

    refusal: SignInRefused | None
    minutes_left: int | None
    credential_id: str | None
    version: int
    student_id: str
    initial_code: bytes | None = field(repr=False)
    password_hash: str | None = field(repr=False)
    pepper_id: str | None


class SignIn:
    """The sign-in service."""

    def __init__(self, store: Store, clock: Clock, passwords: PasswordStore) -> None:
        self._store = store
        self._lockout = Lockout(clock)
        self._passwords = passwords

    def student(self, account: str, password: str, terminal: str) -> SignedIn:
        """Sign in with ``P`` + student number.

        Every way through costs one HMAC and one argon2 and, where it fails, says the same.

        Raises:
            SignInRefused: wrong, unknown, disabled or locked; or the terminal must wait.
            StoreError: the attempt could not be recorded, so it was not made.
        """
        number = student_number_of(account)
        name = normalise_account(account)
        index = self._store.keys.index(IndexColumn.ACCOUNT, f"{STUDENT_LOGIN}|{name}")
        attempt = self._reserve(name, index, terminal)
        typed = password if len(password) <= MAX_LENGTH else ""
        code = self._store.keys.initial_code(number or name, normalise_id(typed))
        chosen = self._passwords.verify(typed, attempt.password_hash, attempt.pepper_id)
        initial = attempt.initial_code is not None and hmac.compare_digest(attempt.initial_code, code)
        if attempt.refusal is not None:
            raise attempt.refusal
        if attempt.credential_id is None or not (chosen or initial):
            raise SignInRefused(minutes_left=attempt.minutes_left)
        self._succeed(attempt, attempt.credential_id, index, terminal, typed if chosen else None)
        visitor = Visitor(attempt.credential_id, attempt.student_id, name, terminal, attempt.version)
        return SignedIn(visitor, must_change=not chosen)

    def _reserve(self, name: str, index: bytes, terminal: str) -> _Attempt:
        with self._store.write() as unit:
            refusal = self._lockout.reserve(unit, index, terminal)
            credential = unit.session.exec(
                select(Credential).where(Credential.kind == STUDENT_LOGIN, Credential.account == name)
            ).one_or_none()
            unit.audit("nobody", "sign_in.attempt", index.hex())
            minutes_left = self._lockout.minutes_left(unit, index)
            if credential is None or refusal is not None or not self._usable(unit, credential):
                return _Attempt(refusal, minutes_left, None, 0, "", None, None, None)
            initial = None
            if credential.password_hash is None and credential.initial_failures < INITIAL_FAILURES:
                initial = credential.initial_code
                credential.initial_failures += 1
            return _Attempt(
                refusal=None,
                minutes_left=minutes_left,
                credential_id=credential.id,
                version=credential.version,
                student_id=credential.subject_id,
                initial_code=initial,
                password_hash=credential.password_hash,
                pepper_id=credential.pepper_id,
            )

    def _usable(self, unit: UnitOfWork, credential: Credential) -> bool:
        student = unit.session.get(Student, credential.subject_id)
        return credential.active and student is not None and student.active

    def _succeed(self, attempt: _Attempt, credential_id: str, index: bytes, terminal: str, chosen: str | None) -> None:
        """Record the success; refused where the login was reset, changed or disabled during the verification."""
        fresh = None
        if chosen is not None and attempt.password_hash and attempt.pepper_id:
            outdated = self._passwords.is_outdated(attempt.password_hash, attempt.pepper_id)
            fresh = self._passwords.hash(chosen) if outdated else None
        with self._store.write() as unit:
            credential = unit.session.get_one(Credential, credential_id)
            if credential.version != attempt.version or not self._usable(unit, credential):
                raise SignInRefused
            if fresh is not None:
                credential.password_hash, credential.pepper_id = fresh, self._passwords.pepper_id
            if attempt.initial_code is not None:
                credential.initial_failures = max(0, credential.initial_failures - 1)
            self._lockout.clear(unit, index, terminal)
            unit.audit(credential_id, "sign_in.success", credential.subject_id)

    def change_password(self, visitor: Visitor, new: str) -> Visitor:
        """Take a new password for the visitor's login.

        Returns:
            The visitor, signed in with the new password; every other visit with this login has ended.

        Raises:
            PasswordRefused: against the guide's rule, known of the person, common, or used before.
            Denied: the login is disabled, or the student has left.
            ChangedMeanwhile: changed or reset since the visitor signed in.
        """
        with self._store.read() as session:
            credential = session.get(Credential, visitor.credential_id)
            student = session.get(Student, visitor.student_id)
            if credential is None or student is None or credential.subject_id != student.id:
                raise Denied
            if not (credential.active and student.active):
                raise Denied
            if credential.version != visitor.credential_version:
                raise ChangedMeanwhile
            refused = fault(new, self._personal(session, student))
            if refused is None and _holds_id(new):
                refused = PasswordFault.IDENTITY
            if refused is not None:
                raise PasswordRefused(refused)
            earlier: list[list[str]] = json.loads(credential.earlier_hashes)
            if credential.password_hash and credential.pepper_id:
                earlier = [[credential.pepper_id, credential.password_hash], *earlier][:_EARLIER_PASSWORDS]
            code = self._store.keys.initial_code(student.student_number, normalise_id(new))
            is_initial = credential.initial_code is not None and hmac.compare_digest(credential.initial_code, code)
        if is_initial or any(self._passwords.verify(new, old, pepper_id) for pepper_id, old in earlier):
            raise PasswordRefused(None)
        hashed = self._passwords.hash(new)
        with self._store.write() as unit:
            credential = unit.session.get_one(Credential, visitor.credential_id)
            if not self._usable(unit, credential):
                raise Denied
            if credential.version != visitor.credential_version:
                raise ChangedMeanwhile
            credential.password_hash, credential.pepper_id = hashed, self._passwords.pepper_id
            credential.earlier_hashes = json.dumps(earlier)
            credential.changed_at, credential.version = unit.at, credential.version + 1
            unit.audit(credential.id, "password.changed", credential.subject_id)
            return replace(visitor, credential_version=credential.version)

    def _personal(self, session: Session, student: Student) -> list[str]:
        """What is on file of the family and may not make up the password: number, mobiles, birth date as written."""
        values = [student.student_number, student_account(student.student_number)]
        guardians = session.exec(select(Guardian).where(Guardian.student_id == student.id)).all()
        applicants = session.exec(select(Applicant).where(Applicant.student_id == student.id)).all()
        sealed = [("guardian", row.id, row.sealed) for row in guardians]
        sealed += [("applicant", row.id, row.sealed) for row in applicants]
        mobiles = [self._store.keys.open(*place).get("mobile") for place in sealed]
        values += [mobile for mobile in mobiles if mobile]
        birth = self._store.keys.open("student", student.id, student.sealed).get("birth_date")
        if birth:
            day = date.fromisoformat(birth)
            roc = day.year - 1911
            values += [f"{day:%Y%m%d}", f"{roc:03}{day:%m%d}", f"{roc}{day:%m%d}", format_roc(day), birth]
        return values

    def reset_with_desk_code(self, student_number: str, actor: str) -> str:
        """Give a student's login a one-time code, to be shown once; the password it had is gone.

        Raises:
            UnknownStudent: no active student has this number.
        """
        code = new_desk_code()
        account = student_account(student_number)
        with self._store.write() as unit:
            credential = unit.session.exec(
                select(Credential).where(Credential.kind == STUDENT_LOGIN, Credential.account == account)
            ).one_or_none()
            if credential is None or not credential.active:
                raise UnknownStudent
            self._reset(unit, credential, code, actor)
        return f"{code[:4]}-{code[4:]}"

    def _reset(self, unit: UnitOfWork, credential: Credential, code: str, actor: str) -> None:
        student = unit.session.get_one(Student, credential.subject_id)
        credential.initial_code = self._store.keys.initial_code(student.student_number, code)
        credential.initial_kind, credential.initial_failures = "desk_code", 0
        if credential.password_hash and credential.pepper_id:
            earlier: list[list[str]] = json.loads(credential.earlier_hashes)
            newest = [credential.pepper_id, credential.password_hash]
            credential.earlier_hashes = json.dumps([newest, *earlier][:_EARLIER_PASSWORDS])
        credential.password_hash = credential.pepper_id = None
        credential.changed_at, credential.version = unit.at, credential.version + 1
        index = self._store.keys.index(IndexColumn.ACCOUNT, f"{STUDENT_LOGIN}|{credential.account}")
        self._lockout.forget(unit, index)
        unit.audit(actor, "login.reset", credential.subject_id)


def _holds_id(password: str) -> bool:
    """Whether an identity number stands somewhere in the password (the guide's first password and a mark, say)."""
    return any(looks_like_id(password[place : place + ID_LENGTH]) for place in range(len(password) - ID_LENGTH + 1))


def new_desk_code() -> str:
    """A one-time code of eight characters that cannot be misread (40 bits)."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))
