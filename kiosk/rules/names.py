"""People's names: any letters, any length that fits a form, rare characters kept."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto

from kiosk.rules.text_safety import scrub

LONGEST = 60
_LONGEST_INPUT = 512
_LOST = frozenset("?？□〓\ufffd")
_JOINERS = frozenset(" .·‧・-'’,()（）")


class NameFault(Enum):
    """Why a name is refused."""

    EMPTY = auto()
    TOO_LONG = auto()
    CHARACTER = auto()


class InvalidName(ValueError):
    """Not a name; ``fault`` says why."""

    def __init__(self, fault: NameFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


def parse_name(text: str) -> str:
    """A name in its composed form, blanks folded; letters and marks of any script, and signs that join names.

    Lost characters (``?``) pass: a roster brings them, and :func:`needs_manual_glyph` names them.

    Raises:
        InvalidName: with the fault.
    """
    if len(text) > _LONGEST_INPUT:
        raise InvalidName(NameFault.TOO_LONG)
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFC", scrub(text.replace("\t", " ")))).strip()
    if not name:
        raise InvalidName(NameFault.EMPTY)
    if len(name) > LONGEST:
        raise InvalidName(NameFault.TOO_LONG)
    for character in name:
        known = unicodedata.category(character)[0] in "LM" or unicodedata.category(character) == "Co"
        if not (known or character in _JOINERS or character in _LOST):
            raise InvalidName(NameFault.CHARACTER)
    if not any(unicodedata.category(c)[0] == "L" or c in _LOST or unicodedata.category(c) == "Co" for c in name):
        raise InvalidName(NameFault.CHARACTER)
    return name


def mask_name(name: str) -> str:
    """王小明 as 王〇明, 王明 as 王〇, four and more keep first and last; Latin names keep initials (J*** S***)."""
    if name.isascii():
        return " ".join(f"{word[0]}***" for word in name.split())
    if len(name) <= 1:
        return "〇"
    if len(name) == 2:
        return f"{name[0]}〇"
    return f"{name[0]}{'〇' * (len(name) - 2)}{name[-1]}"


def needs_manual_glyph(text: str) -> bool:
    """Whether a character was lost on the way (Excel writes ``?`` for 堃) or is a school's own: 需人工補字."""
    return any(character in _LOST or unicodedata.category(character) == "Co" for character in text)


def is_rare(text: str) -> bool:
    """Whether a character is outside cp950, so that a school's other systems may lose it."""
    try:
        text.encode("cp950")
    except UnicodeEncodeError:
        return True
    return False
