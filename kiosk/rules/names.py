"""People's names: letters of any script, up to 60 characters, rare characters kept."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto

from kiosk.rules.fault_error import FaultError
from kiosk.rules.text_safety import MAX_FIELD_LENGTH, is_safe

MAX_LENGTH = 60
MIDDLE_DOT = "．"
"""The dot in Chinese forms of indigenous and foreign names (瓦歷斯．諾幹).

Of the dots in use only U+FF0E is in cp950 and two cells wide on every terminal.
"""

_MASK = "〇"
_MAX_MARKS = 4
_LOST = re.compile(r"[?？□〓\ufffd\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_JOINERS = frozenset(f" .·-'’,(){MIDDLE_DOT}")
_FIRST_SIGNS = frozenset("'’")  # 't Hooft
_VARIATION_SELECTORS = re.compile(r"[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_PRESENTATION = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) != "？"} | {
    ord(dot): "·" for dot in "‧•・･∙⋅᛫"
}
_CHINESE = r"\u3007\u3400-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003fffd\U000f0000-\U0010fffd□〓？"
_WIDE = r"\u1100-\u11ff\u3005-\u3007\u3040-\ud7ff\ue000-\uf8ff\uf900-\ufaff\uff00-\uffdc\U00020000-\U0010fffd"
_IS_WIDE = re.compile(f"[{_WIDE}]")
_BLANK_BETWEEN_CHINESE = re.compile(f"(?<=[{_CHINESE}]) (?=[{_CHINESE}])")
_DOT_BESIDE_CHINESE = re.compile(f"(?<=[{_CHINESE}]) ?[.·] ?(?=\\w)|(?<=\\w) ?[.·] ?(?=[{_CHINESE}])")


class NameFault(Enum):
    """Why a name is refused."""

    EMPTY = auto()
    TOO_LONG = auto()
    CHARACTER = auto()
    INVISIBLE = auto()


class InvalidName(FaultError[NameFault], ValueError):
    """Not a name."""


def parse_name(text: str) -> str:
    """Return a name in its stored form: letters and marks of any script, 〇, and signs that join names.

    - composed (NFC); full-width Latin letters, signs and blanks in half width;
    - single blanks, and none between Chinese characters (王　明 is 王明);
    - :data:`MIDDLE_DOT` for every dot beside a Chinese character;
    - no variation selectors, which files and fonts lose anyway. Other invisible characters are refused, because no
      keyboard writes them and their source is not to be trusted.

    Lost characters (``?``) and private use pass, because rosters contain them; see :func:`needs_manual_glyph`.

    Raises:
        InvalidName: with the fault.
    """
    if len(text) > MAX_FIELD_LENGTH:
        raise InvalidName(NameFault.TOO_LONG)
    plain = _VARIATION_SELECTORS.sub("", text.replace("\t", " "))
    if not is_safe(plain):
        raise InvalidName(NameFault.INVISIBLE)
    name = " ".join(unicodedata.normalize("NFC", plain).translate(_PRESENTATION).split())
    name = _DOT_BESIDE_CHINESE.sub(MIDDLE_DOT, _BLANK_BETWEEN_CHINESE.sub("", name))
    if not name:
        raise InvalidName(NameFault.EMPTY)
    if len(name) > MAX_LENGTH:
        raise InvalidName(NameFault.TOO_LONG)
    if not (_begins_name(name[0]) and _marks_follow_letters(name)):
        raise InvalidName(NameFault.CHARACTER)
    if not all(_is_letter(c) or c in _JOINERS or _is_mark(c) for c in name) or not any(map(_is_letter, name)):
        raise InvalidName(NameFault.CHARACTER)
    return name


def _is_letter(character: str) -> bool:
    """Return whether a character is a letter, 〇 (a number in Unicode), or a lost letter."""
    return unicodedata.category(character)[0] == "L" or character == "〇" or needs_manual_glyph(character)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _begins_name(character: str) -> bool:
    return _is_letter(character) or character in _FIRST_SIGNS


def _marks_follow_letters(name: str) -> bool:
    """Return whether every combining mark follows a letter, at most four each: more would cover other lines."""
    room = 0
    for character in name:
        room = room - 1 if _is_mark(character) else _MAX_MARKS if _is_letter(character) else 0
        if room < 0:
            return False
    return True


def mask_name(name: str) -> str:
    """Mask all but the first and last character: 王〇明, 王〇; of a Latin name keep the initials: J*** S***.

    The mask is the guide's 〇 (U+3007), because the width of ○ depends on the terminal. All after
    :data:`~kiosk.rules.text_safety.MAX_FIELD_LENGTH` characters is ignored.
    """
    name = name[:MAX_FIELD_LENGTH]
    if not _IS_WIDE.search(name):
        return " ".join(f"{word[0]}***" for word in name.split()) or _MASK
    if len(name) <= 1:
        return _MASK
    if len(name) == 2:
        return f"{name[0]}{_MASK}"
    return f"{name[0]}{_MASK * (len(name) - 2)}{name[-1]}"


def needs_manual_glyph(text: str) -> bool:
    """Return whether a character was lost (Excel writes ``?`` for 堃) or is in private use: 需人工補字."""
    return _LOST.search(text) is not None


def is_rare(text: str) -> bool:
    """Return whether a character is outside cp950, so that other systems may lose it."""
    try:
        text.encode("cp950")
    except UnicodeEncodeError:
        return True
    return False


_HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


_COMPOUND = frozenset(
    ("歐陽", "司馬", "上官", "司徒", "諸葛", "夏侯", "皇甫", "尉遲", "公孫", "慕容", "令狐", "長孫", "宇文", "東方")
)


_COMPOUND_OF_TWO_FAMILIES = frozenset(("張簡", "范姜", "張廖", "郭羅", "葉劉"))
"""Joined family names of Taiwan; in a name of three characters the second may belong to the given name."""


def split_name(name: str) -> tuple[str, str]:
    """Return family name and given name, neither empty; a name of one part is both."""
    if _HAN.match(name):
        two = name[:2]
        is_compound = (two in _COMPOUND and len(name) > 2) or (two in _COMPOUND_OF_TWO_FAMILIES and len(name) > 3)
        length = 2 if is_compound else 1
        family, given = name[:length], name[length:].strip()
    else:
        family, _blank, given = name.partition(" ")
    return (family, given) if given else (name, name)


def join_name(family: str, given: str) -> str:
    """Return the full name; two equal parts are one name in Latin letters (Suparman), two in Chinese."""
    if _HAN.match(family):
        return family + given
    return family if family == given else f"{family} {given}".strip()
