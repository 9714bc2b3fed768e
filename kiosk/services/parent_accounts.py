"""The parents' accounts: one person is one account by their ID, and its e-mail is nobody else's.

An account lives as long as it sees a child: it is opened with the first binding or the first access that a parent
gives a carer, closed with the last, and opened again for the same person. A closed account keeps no address and no
self-chosen account, so that another person may have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlmodel import Session, col, select

from db.models import Applicant, Application, Credential
from db.review_models import Binding, ParentAccount
from db.sealed import IndexColumn, KeyRing
from db.store import UnitOfWork
from kiosk.rules.contact import mask_email
from kiosk.rules.names import mask_name
from kiosk.services.account_children import seen_children
from kiosk.services.application_form import email_key
from kiosk.services.errors import ServiceError
from kiosk.services.parent_login import PARENT_LOGIN
from kiosk.services.today import day_at

FIRST_PASSWORD = "national_id_end"
FIRST_PASSWORD_LENGTH = 6
FIRST_PASSWORD_DAYS = 30
_DAY_MILLISECONDS = 24 * 60 * 60 * 1000


class EmailOfAnother(ServiceError):
    """An applicant's e-mail is another person's account already; nothing was changed.

    Attributes:
        position: the applicant, from 1.
        email: the address, masked.
        other_name: whose account it is, masked.
        other_number: the application that the other's account came from; empty for a carer's.
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


def account_of(unit: UnitOfWork, person: Applicant) -> OpenAccount:
    """The account of an applicant, opened where there is none.

    Who has one keeps its e-mail and password; an account without e-mail takes the application's. A new account's first
    password is the last six characters of the ID (the guide's step 三); it must be changed at the first sign-on, and is
    good for :data:`FIRST_PASSWORD_DAYS` days, counted anew with each approval until then.

    Raises:
        EmailOfAnother: the application's address is another person's account, be it to become an account or not.
    """
    personal = unit.keys.open("applicant", person.id, person.sealed)
    _require_free_email(unit, person, personal["email"])
    account = unit.session.exec(
        select(ParentAccount).where(ParentAccount.national_id_index == person.national_id_index)
    ).one_or_none()
    if account is not None:
        close_if_done(unit, account)  # a carer's whose last day is over: all is as applied for now
    is_new = account is None or not account.active
    if account is None:
        account = _new_account(unit, person, personal)
    elif is_new:
        _open_again(unit, account, person, personal)
    elif account.email_index is None and personal["email"]:
        _give_email(unit, account, personal["email"])
    until = _first_password(unit, account, personal["national_id"], is_new=is_new)
    email = unit.keys.open("parent_account", account.id, account.sealed)["email"]
    return OpenAccount(account.id, is_new, email, until)


def close_account(unit: UnitOfWork, account: ParentAccount) -> None:
    """Close an account that sees no child any more; its address and its self-chosen account are free for others."""
    known = unit.keys.open("parent_account", account.id, account.sealed)
    account.active, account.version = False, account.version + 1
    account.email_index = account.chosen_account_index = None
    account.sealed = unit.keys.seal("parent_account", account.id, known | {"email": None, "chosen_account": None})
    credential = unit.session.exec(
        select(Credential).where(Credential.kind == PARENT_LOGIN, Credential.account == account.id)
    ).one()
    credential.active, credential.changed_at, credential.version = False, unit.at, credential.version + 1
    unit.session.flush()


def close_if_done(unit: UnitOfWork, account: ParentAccount) -> bool:
    """Close an account that sees no child any more: no binding, and no access whose last day is not over.

    Returns:
        Whether it was closed.
    """
    if not account.active or seen_children(unit.session, account.id, day_at(unit.at)):
        return False
    close_account(unit, account)
    return True


def _new_account(unit: UnitOfWork, person: Applicant, personal: Mapping[str, Any]) -> ParentAccount:
    account_id = uuid4().hex
    account = ParentAccount(
        id=account_id,
        name=person.name,
        national_id_index=person.national_id_index,
        email_index=_email_index(unit.keys, personal["email"]),
        mobile_index=person.mobile_index,
        sealed=unit.keys.seal("parent_account", account_id, personal),
        opened_at=unit.at,
    )
    unit.session.add(account)
    unit.session.flush()
    return account


def _open_again(unit: UnitOfWork, account: ParentAccount, person: Applicant, personal: Mapping[str, Any]) -> None:
    """Open an account that ended with its last child: the person is the same, all else is as applied for now."""
    account.active, account.opened_at, account.version = True, unit.at, account.version + 1
    account.name, account.mobile_index = person.name, person.mobile_index
    account.email_index = _email_index(unit.keys, personal["email"])
    account.sealed = unit.keys.seal("parent_account", account.id, personal)
    unit.session.flush()


def _give_email(unit: UnitOfWork, account: ParentAccount, email: str) -> None:
    known = unit.keys.open("parent_account", account.id, account.sealed)
    account.email_index, account.version = _email_index(unit.keys, email), account.version + 1
    account.sealed = unit.keys.seal("parent_account", account.id, known | {"email": email})
    unit.session.flush()


def _email_index(keys: KeyRing, email: str | None) -> bytes | None:
    return keys.index(IndexColumn.EMAIL, email_key(email)) if email else None


def _require_free_email(unit: UnitOfWork, person: Applicant, email: str | None) -> None:
    """Go on only with an address that is nobody else's account."""
    index = _email_index(unit.keys, email)
    if index is None or email is None:
        return
    other = unit.session.exec(
        select(ParentAccount).where(
            ParentAccount.email_index == index, ParentAccount.national_id_index != person.national_id_index
        )
    ).one_or_none()
    if other is not None and not close_if_done(unit, other):
        number = _number_behind(unit.session, other.id)
        raise EmailOfAnother(person.position, mask_email(email), mask_name(other.name), number)


def _number_behind(session: Session, account_id: str) -> str:
    """The number of the application that opened an account's newest binding; a carer's may have none."""
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
            id=uuid4().hex, kind=PARENT_LOGIN, account=account.id, subject_id=account.id, changed_at=unit.at, version=0
        )
        unit.session.add(credential)
    until = unit.at + FIRST_PASSWORD_DAYS * _DAY_MILLISECONDS
    credential.active, credential.password_hash, credential.pepper_id = True, None, None
    credential.initial_code = unit.keys.initial_code(account.id, national_id[-FIRST_PASSWORD_LENGTH:])
    credential.initial_kind, credential.initial_expires_at = FIRST_PASSWORD, until
    if is_new:
        credential.initial_failures = 0
    credential.changed_at, credential.version = unit.at, credential.version + 1
    unit.session.flush()
    return until
