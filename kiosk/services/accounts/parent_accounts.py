"""The parents' accounts: one person is one account by their ID, and its e-mail is nobody else's.

An account lives as long as it sees a child: it is opened with the first binding or the first access that a parent
gives a carer, closed with the last, and opened again for the same person. A closed account keeps no address and no
self-chosen account, so that another person may have them.
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
from kiosk.rules.identity import FIRST_PASSWORD_LENGTH, NationalId
from kiosk.rules.names import mask_name
from kiosk.services.accounts.visible_children import seen_children
from kiosk.services.auth.parent_login import PARENT_LOGIN

FIRST_PASSWORD = "national_id_end"
FIRST_PASSWORD_DAYS = 30
_DAY_MILLISECONDS = 24 * 60 * 60 * 1000


class EmailOfAnother(ServiceError):
    """An applicant's e-mail is another person's account already; nothing was changed.

    Attributes:
        position: the applicant, from 1.
        email: the address, masked.
        other_name: whose account it is, masked.
        other_number: the application that the other's account came from.
    """

    def __init__(self, position: int, email: str, other_name: str, other_number: str) -> None:
        super().__init__("e-mail of another person's account")
        self.position = position
        self.email = email
        self.other_name = other_name
        self.other_number = other_number


@dataclass(frozen=True)
class OpenAccount:
    """A person's account, as an approval leaves it.

    Attributes:
        id: the account.
        is_new: opened just now; False where the person had one already, of another child.
        email: the address the person signs on with; None where there is none.
        first_password_until: milliseconds since 1970 until which the first password is good; None once it was changed.
    """

    id: str
    is_new: bool
    email: str | None = field(repr=False)
    first_password_until: int | None


@dataclass(frozen=True)
class Person:
    """Somebody an account is for.

    Attributes:
        name: theirs.
        personal: national_id, mobile, email (or None), as the account seals them.
        national_id_index: the ID's blind index.
        mobile_index: the mobile number's.
    """

    name: str = field(repr=False)
    personal: Mapping[str, Any] = field(repr=False)
    national_id_index: bytes = field(repr=False)
    mobile_index: bytes = field(repr=False)

    @classmethod
    def of(cls, keys: KeyRing, name: str, national_id: NationalId, mobile: str, email: str | None) -> Person:
        """Return a person with the blind indexes of the ID and the mobile number."""
        personal = {"national_id": national_id.text, "mobile": mobile, "email": email}
        ids = keys.index(IndexColumn.NATIONAL_ID, national_id.text)
        return cls(name, personal, ids, keys.index(IndexColumn.MOBILE, mobile))


def account_of(unit: UnitOfWork, applicant: ApplicantRecord) -> OpenAccount:
    """The account of an applicant, opened where there is none.

    Who is bound to another child keeps their e-mail and password; an account without e-mail takes the application's. A
    new account's first password is the last six characters of the ID (the guide's step 三); it must be changed at the
    first sign-on, and is good for :data:`FIRST_PASSWORD_DAYS` days, counted anew with each approval until then.

    An account that was opened for a carer is new all over again: what a parent typed of somebody, who may not even know
    of it, neither reaches nor opens what the school has approved for that person.

    Raises:
        EmailOfAnother: the application's address is another person's account, be it to become an account or not.
    """
    personal = unit.keys.open("applicant", applicant.id, applicant.sealed)
    person = Person(applicant.name, personal, applicant.national_id_index, applicant.mobile_index)
    _require_free_email(unit, applicant.position, person)
    account = _find(unit.session, person)
    is_new = account is None or not is_bound(unit.session, account)
    account = _open(unit, account, person) if account is None or is_new else account
    if account.email_index is None and personal["email"]:
        _give_email(unit, account, personal["email"])
    return _opened(unit, account, is_new=is_new)


def account_of_carer(unit: UnitOfWork, person: Person) -> OpenAccount:
    """The account of a carer, opened where there is none; an open one stays as it is.

    An address that is another person's account is left out: whoever names a carer is not told of it.
    """
    if _person_with_email(unit, person) is not None:
        person = replace(person, personal={**person.personal, "email": None})
    account = _find(unit.session, person)
    if account is not None:
        close_if_done(unit, account)
    is_new = account is None or not account.active
    account = _open(unit, account, person) if account is None or is_new else account
    return _opened(unit, account, is_new=is_new)


def close_account(unit: UnitOfWork, account: ParentAccount) -> None:
    """Close an account that sees no child any more; its address and its self-chosen account are free for others."""
    known = unit.keys.open("parent_account", account.id, account.sealed)
    account.active, account.version = False, account.version + 1
    account.email_index = account.chosen_account_index = None
    account.sealed = unit.keys.seal("parent_account", account.id, known | {"email": None, "chosen_account": None})
    credential = unit.session.exec(
        select(Credential).where(Credential.kind == PARENT_LOGIN, Credential.account == account.id)
    ).one()
    credential.active, credential.changed_at, credential.version = False, unit.timestamp_ms, credential.version + 1
    unit.session.flush()


def close_if_done(unit: UnitOfWork, account: ParentAccount) -> bool:
    """Close an account that sees no child any more: no binding, and no access whose last day is not over.

    Returns:
        Whether it was closed.
    """
    if not account.active or seen_children(unit.session, account.id, day_at(unit.timestamp_ms)):
        return False
    close_account(unit, account)
    return True


def is_bound(session: Session, account: ParentAccount) -> bool:
    """Whether the school has approved a binding of this person that stands; a carer was named by a parent only."""
    bound = select(Binding.id).where(Binding.parent_account_id == account.id, Binding.state == "active")
    return session.exec(bound.limit(1)).first() is not None


def _find(session: Session, person: Person) -> ParentAccount | None:
    return session.exec(
        select(ParentAccount).where(ParentAccount.national_id_index == person.national_id_index)
    ).one_or_none()


def _open(unit: UnitOfWork, account: ParentAccount | None, person: Person) -> ParentAccount:
    """Open an account, or open it again: the person is the same, all else is as given now."""
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


def _opened(unit: UnitOfWork, account: ParentAccount, *, is_new: bool) -> OpenAccount:
    known = unit.keys.open("parent_account", account.id, account.sealed)
    until = _first_password(unit, account, known["national_id"], is_new=is_new)
    return OpenAccount(account.id, is_new, known["email"], until)


def _give_email(unit: UnitOfWork, account: ParentAccount, email: str) -> None:
    known = unit.keys.open("parent_account", account.id, account.sealed)
    account.email_index, account.version = _email_index(unit.keys, email), account.version + 1
    account.sealed = unit.keys.seal("parent_account", account.id, known | {"email": email})
    unit.session.flush()


def _email_index(keys: KeyRing, email: str | None) -> bytes | None:
    return keys.index(IndexColumn.EMAIL, email_key(email)) if email else None


def _person_with_email(unit: UnitOfWork, person: Person) -> ParentAccount | None:
    """Another person's account with this person's address."""
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
    """Go on only with an address that is nobody else's account; a carer's gives way, for nobody has looked at it."""
    other = _person_with_email(unit, person)
    if other is None:
        return
    if not is_bound(unit.session, other):
        known = unit.keys.open("parent_account", other.id, other.sealed)
        other.email_index, other.version = None, other.version + 1
        other.sealed = unit.keys.seal("parent_account", other.id, known | {"email": None})
        unit.session.flush()
        return
    number = _number_behind(unit.session, other.id)
    raise EmailOfAnother(position, mask_email(person.personal["email"]), mask_name(other.name), number)


def _number_behind(session: Session, account_id: str) -> str:
    """The number of the application that opened an account's newest binding."""
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


def _first_password(unit: UnitOfWork, account: ParentAccount, national_id: str, *, is_new: bool) -> int | None:
    """Give the account its first password where it has no chosen one; until when that is good."""
    credential = unit.session.exec(
        select(Credential).where(Credential.kind == PARENT_LOGIN, Credential.account == account.id)
    ).one_or_none()
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
    until = unit.timestamp_ms + FIRST_PASSWORD_DAYS * _DAY_MILLISECONDS
    credential.active, credential.password_hash, credential.pepper_id = True, None, None
    credential.initial_code = unit.keys.initial_code(account.id, national_id[-FIRST_PASSWORD_LENGTH:])
    credential.initial_kind, credential.initial_expires_at = FIRST_PASSWORD, until
    if is_new:
        credential.initial_failures = 0
    credential.changed_at, credential.version = unit.timestamp_ms, credential.version + 1
    unit.session.flush()
    return until
