"""The names that lead to a parent's account: e-mail, mobile number and self-chosen account."""

from __future__ import annotations

import secrets
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from db.keyring import IndexColumn, KeyRing
from db.models.accounts import ParentAccount
from db.store import UnitOfWork
from kiosk.domain.school_calendar import day_at
from kiosk.rules.contact import mask_email, mask_mobile
from kiosk.services.accounts.parent_accounts import change_personal, close_if_done
from kiosk.services.accounts.visible_children import seen_children
from kiosk.services.auth.credentials import account_index
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.parent_login import ParentLogin, chosen_name, email_name, mobile_name

_MADE_UP = "family-"
_DIGITS = 6


def forget_failures(unit: UnitOfWork, lockout: Lockout, login: ParentLogin, account: ParentAccount) -> None:
    """Clear the failed sign-ons under each name of an account, and the failed recoveries for its ID."""
    known = unit.keys.open("parent_account", account.id, account.sealed)
    email, chosen = known.get("email"), known.get("chosen_account")
    names = [mobile_name(known["mobile"])]
    names += [email_name(email)] if email else []
    names += [chosen_name(chosen)] if chosen else []
    for name in names:
        lockout.forget(unit, account_index(unit.keys, login, name))
    lockout.forget(unit, recovery_counter(unit.keys, known["national_id"]))


def recovery_counter(keys: KeyRing, national_id: str) -> bytes:
    """Return the index that the attempts for a normalised ID are counted under."""
    return keys.index(IndexColumn.ACCOUNT, f"recovery|{national_id}")


def name_for_desk(unit: UnitOfWork, account: ParentAccount) -> str:
    """Return a name that leads to the account, masked unless self-chosen; invent and store one for none."""
    known = unit.keys.open("parent_account", account.id, account.sealed)
    if known.get("email"):
        return mask_email(known["email"])
    if not is_shared(unit.session, account, day_at(unit.timestamp_ms)):
        return mask_mobile(known["mobile"])
    return str(known.get("chosen_account") or _make_up(unit, account))


def _make_up(unit: UnitOfWork, account: ParentAccount) -> str:
    """Store an unused self-chosen account."""
    while True:
        made_up = f"{_MADE_UP}{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
        index = unit.keys.index(IndexColumn.ACCOUNT, chosen_name(made_up))
        if is_free(unit, account, col(ParentAccount.chosen_account_index) == index):
            break
    account.chosen_account_index = index
    change_personal(unit, account, chosen_account=made_up)
    unit.session.flush()
    return made_up


def is_free(unit: UnitOfWork, account: ParentAccount, has_it: ColumnElement[bool]) -> bool:
    """Return whether no other account has a name; close an account that no longer sees a child."""
    other = unit.session.exec(select(ParentAccount).where(has_it, ParentAccount.id != account.id)).one_or_none()
    return other is None or close_if_done(unit, other)


def is_shared(session: Session, account: ParentAccount, on: date) -> bool:
    """Return whether another account has the same mobile number, so that neither can sign on with it."""
    others = select(ParentAccount.id).where(
        ParentAccount.mobile_index == account.mobile_index,
        col(ParentAccount.active).is_(True),
        ParentAccount.id != account.id,
    )
    return any(seen_children(session, other, on) for other in session.exec(others).all())
