"""The names that lead to a parent's account: e-mail, mobile number and self-chosen account."""

from __future__ import annotations

import secrets
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from db.keyring import IndexColumn
from db.models.accounts import ParentAccount
from db.store import UnitOfWork
from kiosk.domain.school_calendar import day_at
from kiosk.rules.contact import mask_email, mask_mobile
from kiosk.services.accounts.parent_accounts import change_personal, close_if_done
from kiosk.services.accounts.visible_children import seen_children
from kiosk.services.auth.parent_login import chosen_name, email_name, mobile_name

_MADE_UP = "family-"
_DIGITS = 6


class NamesOfAccount:
    """The names of one account, of the unit's session."""

    def __init__(self, unit: UnitOfWork, account: ParentAccount) -> None:
        self._unit = unit
        self._account = account
        self._known = unit.keys.open("parent_account", account.id, account.sealed)

    def counted(self) -> list[str]:
        """Return the names that failed sign-ons are counted under."""
        email, chosen = self._known.get("email"), self._known.get("chosen_account")
        names = [mobile_name(self._known["mobile"])]
        names += [email_name(email)] if email else []
        names += [chosen_name(chosen)] if chosen else []
        return names

    def shown_at_desk(self) -> str:
        """Return a name that leads to the account, masked unless self-chosen; invent and store one for none."""
        email, chosen = self._known.get("email"), self._known.get("chosen_account")
        if email:
            return mask_email(email)
        if not is_shared(self._unit.session, self._account, day_at(self._unit.timestamp_ms)):
            return mask_mobile(self._known["mobile"])
        return str(chosen or self._make_up())

    def _make_up(self) -> str:
        """Store an unused self-chosen account."""
        while True:
            made_up = f"{_MADE_UP}{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
            index = self._unit.keys.index(IndexColumn.ACCOUNT, chosen_name(made_up))
            if is_free(self._unit, self._account, col(ParentAccount.chosen_account_index) == index):
                break
        self._account.chosen_account_index = index
        change_personal(self._unit, self._account, chosen_account=made_up)
        self._unit.session.flush()
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
