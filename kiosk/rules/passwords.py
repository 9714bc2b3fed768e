"""What a chosen password must be.

The guide's rule (steps 一 and 變更密碼): letters and digits, more than eight characters. The national ID itself would
satisfy it, so identity numbers, what is on file of the person and common passwords are refused as well
(NIST SP 800-63B, 5.1.1.2).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from importlib.resources import files

from kiosk.rules.identity import looks_like_id

MIN_LENGTH = 9
MAX_LENGTH = 128
_SHORTEST_PERSONAL = 4
_PRINTABLE = re.compile(r"[\x21-\x7e]*", re.ASCII)
_LETTER = re.compile(r"[A-Za-z]", re.ASCII)
_DIGIT = re.compile(r"[0-9]", re.ASCII)
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")
_RUN_LENGTH = 4


@dataclass(frozen=True)
class PasswordTicks:
    """Which parts of the guide's rule a password meets."""

    letter: bool
    digit: bool
    length: bool

    @property
    def all(self) -> bool:
        """Whether every part is met."""
        return self.letter and self.digit and self.length


class PasswordFault(Enum):
    """Why a password is refused."""

    TOO_SHORT = auto()
    TOO_LONG = auto()
    NO_LETTER = auto()
    NO_DIGIT = auto()
    NOT_ASCII = auto()
    COMMON = auto()
    IDENTITY = auto()
    PERSONAL = auto()


def ticks(password: str) -> PasswordTicks:
    """Which parts of the rule hold, to be ticked off while someone types."""
    head = password[: MAX_LENGTH + 1]
    return PasswordTicks(bool(_LETTER.search(head)), bool(_DIGIT.search(head)), len(password) >= MIN_LENGTH)


@cache
def _common() -> frozenset[str]:
    text = (files("kiosk.rules") / "common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.split() if not line.startswith("#"))


def _is_run(text: str) -> bool:
    """Whether the text is made of keyboard or alphabet runs and repeats only (abcd12345, 1qaz2wsx, aaaa1111)."""
    place = 0
    while place < len(text):
        end = place + 1
        while end < len(text) and text[end] == text[place]:
            end += 1
        for run in _RUNS:
            for line in (run, run[::-1]):
                longest = place + 1
                while longest < len(text) and text[place : longest + 1] in line:
                    longest += 1
                end = max(end, longest)
        if end - place < min(_RUN_LENGTH, len(text)):
            return False
        place = end
    return True


def fault(password: str, personal: Collection[str] = ()) -> PasswordFault | None:
    """The first reason to refuse a password, or None.

    Args:
        password: as typed; never truncated.
        personal: what must not be the password nor make up most of it: student number, mobile, birth date …
    """
    if len(password) < MIN_LENGTH:
        return PasswordFault.TOO_SHORT
    if len(password) > MAX_LENGTH:
        return PasswordFault.TOO_LONG
    if not _PRINTABLE.fullmatch(password):
        return PasswordFault.NOT_ASCII
    found = ticks(password)
    if not found.letter:
        return PasswordFault.NO_LETTER
    if not found.digit:
        return PasswordFault.NO_DIGIT
    if looks_like_id(password):
        return PasswordFault.IDENTITY
    lower = password.lower()
    for value in personal:
        part = value.lower()
        if len(part) >= _SHORTEST_PERSONAL and part in lower and len(part) * 2 >= len(lower):
            return PasswordFault.PERSONAL
    stem = lower.strip("0123456789!@#$%^&*()-_=+.,?")
    if lower in _common() or stem in _common() or _is_run(lower):
        return PasswordFault.COMMON
    return None
