"""Application numbers to read aloud: 115-000-1234-5.

ROC school year, a serial of seven digits, and Damm's check digit. It finds every single wrong digit and every swap of
neighbours (H. M. Damm, Total anti-symmetrische Quasigruppen, 2004).
"""

from __future__ import annotations

import re
from enum import Enum, auto

from kiosk.rules.fault_error import FaultError
from kiosk.rules.text_safety import compact

_MAX_INPUT_LENGTH = 40
_FIRST_YEAR, _LAST_YEAR = 100, 999
_LARGEST_SERIAL = 9_999_999
_NUMBER = re.compile(r"[0-9]{11}", re.ASCII)
_TABLE = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


class NumberFault(Enum):
    """Why a text is no application number."""

    EMPTY = auto()
    FORM = auto()
    CHECK_DIGIT = auto()
    OUT_OF_RANGE = auto()


class InvalidNumber(FaultError[NumberFault], ValueError):
    """Not an application number."""


def _check_digit(digits: str) -> str:
    state = "0"
    for digit in digits:
        state = _TABLE[int(state)][int(digit)]
    return state


def format_number(year: int, serial: int) -> str:
    """Return the number of the ``serial``-th application of an ROC school year.

    Raises:
        InvalidNumber: the year has not three digits, or the serial is beyond seven.
    """
    if not _in_range(year, serial):
        raise InvalidNumber(NumberFault.OUT_OF_RANGE)
    digits = f"{year}{serial:07}"
    return group_digits(digits + _check_digit(digits))


def group_digits(digits: str) -> str:
    """Insert the dashes into a number or its first digits."""
    groups = (digits[:3], digits[3:6], digits[6:10], digits[10:])
    return "-".join(group for group in groups if group)


def parse_number(text: str) -> tuple[int, int]:
    """Return year and serial of a number, in any grouping.

    Raises:
        InvalidNumber: with the first fault found.
    """
    if len(text) > _MAX_INPUT_LENGTH:
        raise InvalidNumber(NumberFault.FORM)
    digits = compact(text)
    if not digits:
        raise InvalidNumber(NumberFault.EMPTY)
    if not _NUMBER.fullmatch(digits):
        raise InvalidNumber(NumberFault.FORM)
    if _check_digit(digits) != "0":
        raise InvalidNumber(NumberFault.CHECK_DIGIT)
    year, serial = int(digits[:3]), int(digits[3:10])
    if not _in_range(year, serial):
        raise InvalidNumber(NumberFault.OUT_OF_RANGE)
    return year, serial


def _in_range(year: int, serial: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= serial <= _LARGEST_SERIAL
