"""The login of a parent's account, by 自訂帳號、電子郵件或手機號碼 (the guide's single sign-on).

The credential is stored under the account's id, and a name is looked up by its blind index.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, bindparam, exists
from sqlmodel import Session, col, select

from db.keyring import IndexColumn, KeyRing
from db.models.accounts import Binding, CarerAccess, ParentAccount
from db.models.columns import table_of
from db.models.school import Student
from kiosk.clock import Clock
from kiosk.domain.school_calendar import today
from kiosk.rules.accounts import normalise_account
from kiosk.rules.contact import InvalidMobile, normalise_email, parse_mobile
from kiosk.rules.identity import normalise_id
from kiosk.rules.passwords import FAMILY_RULE
from kiosk.services.auth.credentials import LoginKind
from kiosk.services.auth.student_login import birth_date_spellings

PARENT_LOGIN = "parent"
_EMAIL, _MOBILE, _CHOSEN = "email|", "mobile|", "chosen|"
_NOBODY = "nobody|"
_account, _binding, _access = table_of(ParentAccount), table_of(Binding), table_of(CarerAccess)


def sees_a_child() -> ColumnElement[bool]:
    """Return the condition that an account has a binding or an unexpired access; parameter ``on``: the day, ISO."""
    account = _account.c.id
    bound = exists().where(_binding.c.parent_account_id == account, _binding.c.state == "active")
    let_in = exists().where(
        _access.c.account_id == account,
        _access.c.state == "active",
        _access.c.last_day >= bindparam("on"),
    )
    return bound | let_in


_found = select(_account.c.id).where(_account.c.active.is_(True), sees_a_child()).limit(2)
_BY_EMAIL = _found.where(_account.c.email_index == bindparam("name_index"))
_BY_MOBILE = _found.where(_account.c.mobile_index == bindparam("name_index"))
_BY_CHOSEN = _found.where(_account.c.chosen_account_index == bindparam("name_index"))
_HOLDS = select(_account.c.active & sees_a_child()).where(_account.c.id == bindparam("subject"))


class ParentLogin(LoginKind):
    """The first password is the end of the person's ID or a code from the desk; both expire after thirty days."""

    name = PARENT_LOGIN
    rule = FAMILY_RULE
    first_password_days = 30
    has_names = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def normalise(self, typed: str) -> str:
        """Return the typed name after its kind, which its form decides."""
        email = email_name(typed)
        if "@" in email:
            return email
        try:
            return mobile_name(parse_mobile(typed))
        except InvalidMobile:
            return chosen_name(typed)

    def account_behind(self, connection: Connection, keys: KeyRing, name: str) -> str:
        """Return the account with this name if it sees a child; a mobile number that two share leads to neither."""
        if name.startswith(_EMAIL):
            statement, index = _BY_EMAIL, keys.index(IndexColumn.EMAIL, name.removeprefix(_EMAIL))
        elif name.startswith(_MOBILE):
            statement, index = _BY_MOBILE, keys.index(IndexColumn.MOBILE, name.removeprefix(_MOBILE))
        else:
            statement, index = _BY_CHOSEN, keys.index(IndexColumn.ACCOUNT, name)
        parameters = {"name_index": index, "on": today(self._clock).isoformat()}
        found = connection.execute(statement, parameters).scalars().all()
        return str(found[0]) if len(found) == 1 else f"{_NOBODY}{name}"

    def initial_code(self, keys: KeyRing, account: str, typed: str, initial_kind: str | None) -> bytes:
        """Compare the end of the ID and codes in normal form, regardless of case and width."""
        return keys.initial_code(account, normalise_id(typed))

    def holds(self, connection: Connection, subject_id: str) -> bool:
        """Return whether the account is open and sees a child today."""
        on = today(self._clock).isoformat()
        return connection.execute(_HOLDS, {"subject": subject_id, "on": on}).scalar() is True

    def personal(self, session: Session, keys: KeyRing, subject_id: str) -> list[str]:
        """Return the values on file of the person and of the bound children."""
        account = session.get_one(ParentAccount, subject_id)
        known = keys.open("parent_account", account.id, account.sealed)
        email = known.get("email") or ""
        own = (known["national_id"], known["mobile"], known.get("chosen_account"), email, email.rpartition("@")[0])
        values = [value for value in own if value]
        children = select(Student).join(Binding, col(Binding.student_id) == col(Student.id))
        for child in session.exec(children.where(Binding.parent_account_id == account.id)).all():
            birth = keys.open("student", child.id, child.sealed).get("birth_date")
            values += [child.student_number, *(birth_date_spellings(birth) if birth else [])]
        return values


class KnownAccount(ParentLogin):
    """The same login within a session: the account's id replaces the name, and failures count under the account."""

    has_names = False

    def normalise(self, typed: str) -> str:
        """Return the account's id unchanged."""
        return typed

    def account_behind(self, connection: Connection, keys: KeyRing, name: str) -> str:
        """Return the account's id."""
        return name


def email_name(email: str) -> str:
    """Return the name that sign-ons with an address are counted under."""
    return f"{_EMAIL}{normalise_email(email).lower()}"


def mobile_name(mobile: str) -> str:
    """Return the name that sign-ons with a mobile number of ten digits are counted under."""
    return f"{_MOBILE}{mobile}"


def chosen_name(account: str) -> str:
    """Return the name that sign-ons with a self-chosen account are counted under, also for its blind index."""
    return f"{_CHOSEN}{normalise_account(account)}"
