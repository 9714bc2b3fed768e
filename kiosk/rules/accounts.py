"""Login accounts, in whatever case and width they are typed.

A student's is ``P`` and the student number (the guide's step 一); a member of staff has a name of their own; a parent
may choose one (自訂帳號) beside their e-mail and mobile number.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum, auto

from kiosk.rules.identity import looks_like_id
from kiosk.rules.text_safety import compact, half_width

_MAX_LENGTH = 64
_STAFF_ACCOUNT = re.compile(r"[A-Za-z0-9._-]*", re.ASCII)
_STAFF_ACCOUNT_LENGTHS = range(3, 33)
_CHOSEN_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9._-]*", re.ASCII)
_CHOSEN_ACCOUNT_LENGTHS = range(6, 33)
_ID_WITHIN = re.compile(r"(?=([A-Z][A-D1289][0-9]{8}))", re.ASCII)
_SHORTEST_PERSONAL = 6


class AccountFault(Enum):
    """Why a name cannot be an account of staff."""

    LENGTH = auto()
    CHARACTER = auto()


class AccountNameFault(Enum):
    """Why a name cannot be a parent's self-chosen account."""

    LENGTH = auto()
    FORM = auto()
    LOOKS_LIKE_EMAIL = auto()
    LOOKS_LIKE_MOBILE = auto()
    IDENTITY = auto()
    PERSONAL = auto()
    TAKEN = auto()


class InvalidAccount(ValueError):
    """Not an account for staff; ``fault`` says why."""

    def __init__(self, fault: AccountFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


def normalise_account(text: str) -> str:
    """One spelling for look-up and for counting failures: half-width, upper case, without blanks and dashes.

    Never fails: whatever was typed is counted, whether there is such an account or not. The first 64 characters count.
    """
    return compact(compact(text[:_MAX_LENGTH]).upper())[:_MAX_LENGTH]


def student_account(student_number: str) -> str:
    """The account of a student's login."""
    return f"P{normalise_account(student_number)}"


def student_number_of(account: str) -> str | None:
    """The student number within an account as typed, or None where the account is not a student's login."""
    value = normalise_account(account)
    return value[1:] if value.startswith("P") and len(value) > 1 else None


def parse_staff_account(text: str) -> str:
    """A new account of staff, normalised: ASCII letters, digits, dot, underline and dash, three to 32.

    Dashes may be typed but do not count, as everywhere in accounts: three other characters must be there.

    Raises:
        InvalidAccount: with the fault.
    """
    typed = half_width(text).strip()
    account = normalise_account(typed)
    if len(text) > _MAX_LENGTH or not {len(typed), len(account)} <= set(_STAFF_ACCOUNT_LENGTHS):
        raise InvalidAccount(AccountFault.LENGTH)
    if not _STAFF_ACCOUNT.fullmatch(typed):
        raise InvalidAccount(AccountFault.CHARACTER)
    return account


def chosen_account_fault(text: str, personal: Collection[str] = ()) -> AccountNameFault | None:
    """The first reason why a name cannot be a self-chosen account, or None; whether it is taken is not known here.

    ASCII letters, digits, dot, underline and dash, a letter first, six to 32; dashes do not count. It must not be taken
    for another kind of name, nor say on every screen what should not be told.

    Args:
        text: as typed.
        personal: what must not stand in it: ID and the end of it, mobile, student numbers.
    """
    typed = half_width(text).strip()
    account = normalise_account(typed)
    if "@" in typed:
        return AccountNameFault.LOOKS_LIKE_EMAIL
    if _is_mobile(typed):
        return AccountNameFault.LOOKS_LIKE_MOBILE
    if any(map(looks_like_id, _ID_WITHIN.findall(account))):
        return AccountNameFault.IDENTITY
    if len(text) > _MAX_LENGTH or not {len(typed), len(account)} <= set(_CHOSEN_ACCOUNT_LENGTHS):
        return AccountNameFault.LENGTH
    if not _CHOSEN_ACCOUNT.fullmatch(typed):
        return AccountNameFault.FORM
    plain = account.replace(".", "").replace("_", "")
    hidden = (normalise_account(value) for value in personal)
    if any(len(value) >= _SHORTEST_PERSONAL and value in plain for value in hidden):
        return AccountNameFault.PERSONAL
    return None


def _is_mobile(text: str) -> bool:
    from kiosk.rules.contact import InvalidMobile, parse_mobile  # the first sign-in of a day waits for this module

    try:
        parse_mobile(text)
    except InvalidMobile:
        return False
    return True
