"""Identity numbers: the national ID (身分證字號) and the resident numbers (統一證號), old and new.

Source: Ministry of the Interior, coding rules of the national ID; the new resident number since 110-01-02 has the same
check digit, the old one is accepted until 120-01-01. The check digit finds nine of ten one-digit slips, no more.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto

from kiosk.rules.fault_error import FaultError
from kiosk.rules.text_safety import MAX_FIELD_LENGTH, compact, half_width

LENGTH = 10
FIRST_PASSWORD_LENGTH = 6
"""The last characters of an ID are the first password of the city's sign-on (the guide's step 三)."""
_MAX_INPUT_LENGTH = 64
_OLD_FORM_ENDS = date(2031, 1, 1)
_LETTERS = {
    letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")
}  # official order: W and Z come late, I and O last
_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
_NUMBER = re.compile(r"[A-Z][A-D1289][0-9]{8}", re.ASCII)
_OLD_FORM = re.compile(r"[A-Z][A-D]", re.ASCII)
_PERMIT = re.compile(r"[0-9]{12}", re.ASCII)
_SHOWN = 3
_SECOND_OF_WOMEN = frozenset("29BD")
_NUMBER_IN_TEXT = re.compile(r"(?=([A-Z][A-Z0-9][0-9]{8}))", re.ASCII)
_BETWEEN_DIGITS = frozenset(" \t-–—_.．·/")
HIDDEN = "***"
"""Replaces an identity number in a text."""


class IdFault(Enum):
    """Why a number is refused."""

    EMPTY = auto()
    LENGTH = auto()
    PERMIT_NUMBER = auto()
    PATTERN = auto()
    CHECK_DIGIT = auto()
    OLD_FORM_EXPIRED = auto()


class InvalidIdentity(FaultError[IdFault], ValueError):
    """Not an identity number."""


@dataclass(frozen=True, slots=True)
class NationalId:
    """A valid identity number in normal form; neither ``str()`` nor ``repr()`` shows its ``text``."""

    text: str = field(repr=False)

    @property
    def is_female(self) -> bool:
        """Whether the second character is a woman's: 2, 9, B or D."""
        return self.text[1] in _SECOND_OF_WOMEN


class EntryDifference(Enum):
    """How two entries of one number differ."""

    SAME = auto()
    ONE_CHARACTER = auto()
    SWAPPED = auto()
    MISSING = auto()
    EXTRA = auto()
    DIFFERENT = auto()


@dataclass(frozen=True)
class EntryComparison:
    """The second entry compared with the first.

    Attributes:
        position: of the character that differs, from 1; None for several.
        likely: 1 or 2, the only entry that passes the check digit; None if both or neither pass.
    """

    slip: EntryDifference
    position: int | None = None
    likely: int | None = None


def normalise_id(text: str) -> str:
    """Return a number in half width and upper case, without spaces and dashes; all after 64 characters is ignored."""
    return compact(compact(text[:_MAX_INPUT_LENGTH]).upper())[:_MAX_INPUT_LENGTH]


def _passes(value: str) -> bool:
    second = value[1]
    digits = [*divmod(_LETTERS[value[0]], 10), _LETTERS[second] % 10 if second.isalpha() else int(second)]
    digits += [int(digit) for digit in value[2:]]
    return sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 10 == 0


def parse_id(text: str, on: date) -> NationalId:
    """Return an identity number that is valid on a day.

    Raises:
        InvalidIdentity: with the first fault found.
    """
    if len(text) > _MAX_INPUT_LENGTH:
        raise InvalidIdentity(IdFault.LENGTH)
    value = normalise_id(text)
    if not value:
        raise InvalidIdentity(IdFault.EMPTY)
    if _PERMIT.fullmatch(value):
        raise InvalidIdentity(IdFault.PERMIT_NUMBER)
    if len(value) != LENGTH:
        raise InvalidIdentity(IdFault.LENGTH)
    if not _NUMBER.fullmatch(value):
        raise InvalidIdentity(IdFault.PATTERN)
    if not _passes(value):
        raise InvalidIdentity(IdFault.CHECK_DIGIT)
    if _OLD_FORM.match(value) and on >= _OLD_FORM_ENDS:
        raise InvalidIdentity(IdFault.OLD_FORM_EXPIRED)
    return NationalId(value)


def looks_like_id(text: str) -> bool:
    """Return whether the text is an identity number of any kind that passes its check digit."""
    try:
        parse_id(text, date.min)
    except InvalidIdentity:
        return False
    return True


def mask_id(value: str) -> str:
    """Replace all but the last three characters, which disclose neither birthplace nor sex, by ``*``.

    A short text, of which three would be half or more, is replaced entirely.
    """
    shown = value[-_SHOWN:] if len(value) > 2 * _SHOWN else ""
    return "*" * (len(value) - len(shown)) + shown


def hide_ids(text: str, known: Collection[str] = ()) -> str:
    """Replace every identity number in a text by :data:`HIDDEN`, whatever its check digit, width, case and separators.

    The last six characters of the ``known`` numbers, which are in normal form, are replaced as well: they are first
    passwords. Only the first :data:`~kiosk.rules.text_safety.MAX_FIELD_LENGTH` characters are kept.
    """
    text = text[:MAX_FIELD_LENGTH]
    places: list[int] = []
    plain = ""
    for place, character in enumerate(text):
        if character in _BETWEEN_DIGITS:
            continue
        folded = half_width(character).upper()[:1]
        plain += folded if folded.isascii() and folded.isalnum() else " "
        places.append(place)
    spans = [(found.start(1), found.end(1)) for found in _NUMBER_IN_TEXT.finditer(plain)]
    for number in known:
        end = number[-FIRST_PASSWORD_LENGTH:]
        spans += [(found.start(), found.end()) for found in re.finditer(re.escape(end), plain)] if end else []
    hidden = {place for start, stop in spans for place in range(places[start], places[stop - 1] + 1)}
    shown = ""
    for place, character in enumerate(text):
        if place not in hidden:
            shown += character
        elif place - 1 not in hidden:
            shown += HIDDEN
    return shown


def compare_entries(first: str, second: str) -> EntryComparison:
    """Return how the second entry of a number differs from the first, and which of them is likely right."""
    one, two = normalise_id(first), normalise_id(second)
    if one == two:
        return EntryComparison(EntryDifference.SAME)
    valid = (looks_like_id(one), looks_like_id(two))
    likely = None if valid[0] == valid[1] else (1 if valid[0] else 2)
    differing = [place for place, (a, b) in enumerate(zip(one, two, strict=False), 1) if a != b]
    if len(one) == len(two):
        if len(differing) == 1:
            return EntryComparison(EntryDifference.ONE_CHARACTER, differing[0], likely)
        if len(differing) == 2 and differing[1] == differing[0] + 1:
            place = differing[0]
            if one[place - 1 : place + 1] == two[place - 1 : place + 1][::-1]:
                return EntryComparison(EntryDifference.SWAPPED, place, likely)
        return EntryComparison(EntryDifference.DIFFERENT, None, likely)
    place = differing[0] if differing else min(len(one), len(two)) + 1
    if len(two) == len(one) - 1 and one[: place - 1] + one[place:] == two:
        return EntryComparison(EntryDifference.MISSING, place, likely)
    if len(two) == len(one) + 1 and two[: place - 1] + two[place:] == one:
        return EntryComparison(EntryDifference.EXTRA, place, likely)
    return EntryComparison(EntryDifference.DIFFERENT, None, likely)
