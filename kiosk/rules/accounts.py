"""Account names, accepted in any case and width.

A student's is ``P`` and the student number (the guide's step 一). Staff have a name each. A parent may choose one
(自訂帳號) besides e-mail and mobile number.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum, auto

from kiosk.rules.contact import InvalidMobile, parse_mobile
from kiosk.rules.fault_error import FaultError
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
    """Why a name is no staff account."""

    LENGTH = auto()
    CHARACTER = auto()


class AccountNameFault(Enum):
    """Why a name is no self-chosen account of a parent."""

    LENGTH = auto()
    FORM = auto()
    LOOKS_LIKE_EMAIL = auto()
    LOOKS_LIKE_MOBILE = auto()
    IDENTITY = auto()
    PERSONAL = auto()
    TAKEN = auto()


class InvalidAccount(FaultError[AccountFault], ValueError):
    """Not a staff account."""


def normalise_account(text: str) -> str:
    """Return the spelling for look-up and for counting failures: half-width, upper case, without blanks and dashes.

    Accept any text, because failures count for unknown accounts too; ignore all after 64 characters.
    """
    return compact(compact(text[:_MAX_LENGTH]).upper())[:_MAX_LENGTH]


def student_account(student_number: str) -> str:
    """Return the account of a student's login."""
    return f"P{normalise_account(student_number)}"


def student_number_of(account: str) -> str | None:
    """Return the student number in a typed account; None for an account of another kind."""
    value = normalise_account(account)
    return value[1:] if value.startswith("P") and len(value) > 1 else None


def parse_staff_account(text: str) -> str:
    """Return a new staff account, normalised: 3 to 32 ASCII letters, digits, dots, underlines and dashes.

    Dashes do not count: at least three other characters are needed.

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
    """Return the first fault of a self-chosen account, or None; TAKEN is left to the caller.

    It needs 6 to 32 ASCII letters, digits, dots, underlines and dashes, a letter first; dashes do not count. It must
    not look like another kind of account, nor contain ``personal`` values: ID and its end, mobile, student numbers.
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
    try:
        parse_mobile(text)
    except InvalidMobile:
        return False
    return True
