"""The accounts of parents and carers: one for each ID, with an e-mail that no other account has.

An account is opened with the first binding or carer's access, closed with the last, and reopened for the same person.
A closed account keeps neither address nor self-chosen account, so that another person may have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from sqlmodel import Session, col, select

from db.keyring import IndexColumn, KeyRing
from db.models.accounts import Binding, ParentAccount
from db.models.applications import Application
from db.models.logins import Credential
from db.store import UnitOfWork
from kiosk.domain.application_case import ApplicantRecord
from kiosk.domain.errors import ServiceError
from kiosk.domain.school_calendar import day_at
from kiosk.rules.contact import email_key, mask_email
from kiosk.rules.identity import FIRST_PASSWORD_LENGTH
from kiosk.rules.names import mask_name
from kiosk.services.accounts.visible_children import seen_children
from kiosk.services.auth.parent_login import PARENT_LOGIN, ParentLogin
from kiosk.services.auth.password_changes import find_credential, first_password_expiry

FIRST_PASSWORD = "national_id_end"


class EmailOfAnother(ServiceError):
    """An applicant's e-mail is another person's account; nothing was changed.

    E-mail and the other person's name are masked. ``position`` is the applicant's, from 1, and ``other_number`` is of
    the application behind the other account.
    """

    def __init__(self, position: int, email: str, other_name: str, other_number: str) -> None:
        super().__init__("e-mail of another person's account")
        self.position = position
        self.email = email
        self.other_name = other_name
        self.other_number = other_number


@dataclass(frozen=True)
class OpenAccount:
    """An open account after an approval; ``is_new`` is False where the person had one for another child.

    ``first_password_until`` is in milliseconds since 1970; None once the first password was changed.
    """

    id: str
    is_new: bool
    email: str | None = field(repr=False)
    first_password_until: int | None


@dataclass(frozen=True)
class Person:
    """A person who gets an account; ``personal`` are national_id, mobile and email (or None), as it seals them."""

    name: str = field(repr=False)
    personal: Mapping[str, Any] = field(repr=False)
    national_id_index: bytes = field(repr=False)
    mobile_index: bytes = field(repr=False)


def account_of(unit: UnitOfWork, applicant: ApplicantRecord) -> OpenAccount:
    """Return the account of an applicant; open one where there is none.

    An account bound to another child keeps its e-mail and password, and takes the application's e-mail only for none.
    The first password is the last six characters of the ID (the guide's step 三). It expires after thirty days, counted
    anew with each approval.

    A carer's account is reset as if new: data that a parent typed for another person must not open an approved account.

    Raises:
        EmailOfAnother: the application's address is another person's account, even where it would not be used.
    """
    personal = unit.keys.open("applicant", applicant.id, applicant.sealed)
    person = Person(applicant.name, personal, applicant.national_id_index, applicant.mobile_index)
    _require_free_email(unit, applicant.position, person)
    account = account_with_id(unit.session, person.national_id_index)
    is_new = account is None or not is_bound(unit.session, account)
    account = _open(unit, account, person) if account is None or is_new else account
    if account.email_index is None and personal["email"]:
        account.email_index = _email_index(unit.keys, personal["email"])
        change_personal(unit, account, email=personal["email"])
        unit.session.flush()
    known = unit.keys.open("parent_account", account.id, account.sealed)
    return OpenAccount(account.id, is_new, known["email"], _first_password(unit, account, is_new=is_new))


def account_of_carer(unit: UnitOfWork, person: Person) -> ParentAccount:
    """Return the account of a carer; open one where there is none, and leave an open one unchanged.

    An address of another person's account is left out, because the naming parent must not learn of that account.
    """
    if _person_with_email(unit, person) is not None:
        person = replace(person, personal={**person.personal, "email": None})
    account = account_with_id(unit.session, person.national_id_index)
    if account is not None:
        close_if_done(unit, account)
    is_new = account is None or not account.active
    account = _open(unit, account, person) if account is None or is_new else account
    _first_password(unit, account, is_new=is_new)
    return account


def close_account(unit: UnitOfWork, account: ParentAccount) -> None:
    """Close an account; its address and self-chosen account become free."""
    account.active = False
    account.email_index = account.chosen_account_index = None
    change_personal(unit, account, email=None, chosen_account=None)
    credential = credential_of(unit.session, account)
    credential.active, credential.changed_at, credential.version = False, unit.timestamp_ms, credential.version + 1
    unit.session.flush()


def close_if_done(unit: UnitOfWork, account: ParentAccount) -> bool:
    """Close an account without a binding or an unexpired access; return whether it was closed."""
    if not account.active or seen_children(unit.session, account.id, day_at(unit.timestamp_ms)):
        return False
    close_account(unit, account)
    return True


def change_personal(unit: UnitOfWork, account: ParentAccount, **changes: str | None) -> None:
    """Change values of an account's sealed data; the account gets a new version."""
    known = unit.keys.open("parent_account", account.id, account.sealed)
    account.sealed = unit.keys.seal("parent_account", account.id, known | changes)
    account.version += 1


def credential_of(session: Session, account: ParentAccount) -> Credential:
    """Return the login of an account."""
    return session.exec(
        select(Credential).where(Credential.kind == PARENT_LOGIN, Credential.account == account.id)
    ).one()


def is_bound(session: Session, account: ParentAccount) -> bool:
    """Return whether the account has an active binding, which the school approved; a carer's has none."""
    bound = select(Binding.id).where(Binding.parent_account_id == account.id, Binding.state == "active")
    return session.exec(bound.limit(1)).first() is not None


def account_with_id(session: Session, national_id_index: bytes) -> ParentAccount | None:
    """Return the account of a person, open or closed."""
    return session.exec(select(ParentAccount).where(ParentAccount.national_id_index == national_id_index)).one_or_none()


def _open(unit: UnitOfWork, account: ParentAccount | None, person: Person) -> ParentAccount:
    """Open or reopen an account with the person's present data."""
    if account is None:
        account = ParentAccount(
            id=uuid4().hex,
            name=person.name,
            national_id_index=person.national_id_index,
            mobile_index=person.mobile_index,
            sealed=b"",
            opened_at=unit.timestamp_ms,
            version=0,
        )
    account.active, account.opened_at, account.version = True, unit.timestamp_ms, account.version + 1
    account.name, account.mobile_index = person.name, person.mobile_index
    account.email_index = _email_index(unit.keys, person.personal["email"])
    account.chosen_account_index = None
    account.sealed = unit.keys.seal("parent_account", account.id, person.personal)
    unit.session.add(account)
    unit.session.flush()
    return account


def _email_index(keys: KeyRing, email: str | None) -> bytes | None:
    return keys.index(IndexColumn.EMAIL, email_key(email)) if email else None


def _person_with_email(unit: UnitOfWork, person: Person) -> ParentAccount | None:
    """Return another person's account with this person's address."""
    index = _email_index(unit.keys, person.personal["email"])
    if index is None:
        return None
    other = unit.session.exec(
        select(ParentAccount).where(
            ParentAccount.email_index == index, ParentAccount.national_id_index != person.national_id_index
        )
    ).one_or_none()
    return None if other is None or close_if_done(unit, other) else other


def _require_free_email(unit: UnitOfWork, position: int, person: Person) -> None:
    """Require an address of no other bound account; a carer's account loses it, because nobody verified it."""
    other = _person_with_email(unit, person)
    if other is None:
        return
    if not is_bound(unit.session, other):
        other.email_index = None
        change_personal(unit, other, email=None)
        unit.session.flush()
        return
    number = _number_behind(unit.session, other.id)
    raise EmailOfAnother(position, mask_email(person.personal["email"]), mask_name(other.name), number)


def _number_behind(session: Session, account_id: str) -> str:
    """Return the number of the application behind an account's newest binding."""
    return (
        session.exec(
            select(Application.number)
            .join(Binding, col(Binding.application_id) == col(Application.id))
            .where(Binding.parent_account_id == account_id)
            .order_by(col(Binding.began_at).desc(), col(Binding.id))
            .limit(1)
        ).one_or_none()
        or ""
    )


def _first_password(unit: UnitOfWork, account: ParentAccount, *, is_new: bool) -> int | None:
    """Set the first password unless a chosen one exists; return its expiry in milliseconds since 1970."""
    credential = find_credential(unit.session, PARENT_LOGIN, account.id)
    if credential is not None and credential.password_hash is not None and not is_new:
        return None
    if credential is None:
        credential = Credential(
            id=uuid4().hex,
            kind=PARENT_LOGIN,
            account=account.id,
            subject_id=account.id,
            changed_at=unit.timestamp_ms,
            version=0,
        )
        unit.session.add(credential)
    until = first_password_expiry(ParentLogin, unit.timestamp_ms)
    national_id = unit.keys.open("parent_account", account.id, account.sealed)["national_id"]
    credential.active, credential.password_hash, credential.pepper_id = True, None, None
    credential.initial_code = unit.keys.initial_code(account.id, national_id[-FIRST_PASSWORD_LENGTH:])
    credential.initial_kind, credential.initial_expires_at = FIRST_PASSWORD, until
    if is_new:
        credential.initial_failures = 0
    credential.changed_at, credential.version = unit.timestamp_ms, credential.version + 1
    unit.session.flush()
    return until
