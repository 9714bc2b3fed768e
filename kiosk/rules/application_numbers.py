"""Application numbers that can be read aloud: 115-000-1234-5.

School year (ROC), seven digits of serial, and a check digit after Damm, which finds every single wrong digit and every
swap of neighbours (H. M. Damm, Total anti-symmetrische Quasigruppen, 2004).
"""

from __future__ import annotations

import re

from kiosk.rules.text_safety import half_width, scrub

_LONGEST_INPUT = 40
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


class InvalidNumber(ValueError):
    """Not an application number: wrong length, or a digit misheard."""


def _check_digit(digits: str) -> str:
    state = "0"
    for digit in digits:
        state = _TABLE[int(state)][int(digit)]
    return state


def format_number(year: int, serial: int) -> str:
    """The number of the ``serial``-th application of a school year (ROC).

    Raises:
        ValueError: the year has not three digits, or the serial is beyond seven.
    """
    if not 100 <= year <= 999 or not 1 <= serial <= _LARGEST_SERIAL:
        raise ValueError("year or serial out of range")
    digits = f"{year}{serial:07}"
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}-{_check_digit(digits)}"


def parse_number(text: str) -> tuple[int, int]:
    """Year and serial of a number, however its groups were typed.

    Raises:
        InvalidNumber: wrong length or check digit.
    """
    digits = re.sub(r"[\s\-‐-―]", "", half_width(scrub(text[:_LONGEST_INPUT])))
    if not _NUMBER.fullmatch(digits) or _check_digit(digits) != "0":
        raise InvalidNumber
    return int(digits[:3]), int(digits[3:10])
