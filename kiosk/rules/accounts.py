"""Login accounts, in whatever case and width they are typed.

A student's is ``P`` and the student number (the guide's step 一); a member of staff has a name of their own.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from kiosk.rules.text_safety import compact, half_width

_LONGEST = 64
_STAFF_ACCOUNT = re.compile(r"[A-Za-z0-9._-]*", re.ASCII)
_STAFF_ACCOUNT_LENGTHS = range(3, 33)


class AccountFault(Enum):
    """Why a name cannot be an account of staff."""

    LENGTH = auto()
    CHARACTER = auto()


class InvalidAccount(ValueError):
    """Not an account for staff; ``fault`` says why."""

    def __init__(self, fault: AccountFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


def normalise_account(text: str) -> str:
    """One spelling for look-up and for counting failures: half-width, upper case, without blanks and dashes.

    Never fails: whatever was typed is counted, whether there is such an account or not. The first 64 characters count.
    """
    return compact(compact(text[:_LONGEST]).upper())[:_LONGEST]


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
    if len(text) > _LONGEST or not {len(typed), len(account)} <= set(_STAFF_ACCOUNT_LENGTHS):
        raise InvalidAccount(AccountFault.LENGTH)
    if not _STAFF_ACCOUNT.fullmatch(typed):
        raise InvalidAccount(AccountFault.CHARACTER)
    return account
