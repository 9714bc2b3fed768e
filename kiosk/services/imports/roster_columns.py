"""Which column of a roster is what: headers by synonym, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kiosk.i18n import _
from kiosk.rules.identity import looks_like_id
from kiosk.rules.text_safety import half_width, remove_unsafe_chars

_ID_WORDS = ("身分證字號", "身分證統一編號", "身份證字號", "居留證號", "統一證號")
_STUDENT = {
    "student_number": ("學號",),
    "name": ("姓名", "學生姓名"),
    "class_name": ("班級",),
    "seat_number": ("座號",),
    "national_id": _ID_WORDS,
    "birth_date": ("出生年月日", "生日"),
}
REQUIRED = ("student_number", "name", "class_name")
ROLES = {"father": "父親", "mother": "母親", "guardian": "監護人"}
DETAILS = {
    "name": ("姓名", ""),
    "national_id": _ID_WORDS,
    "mobile": ("行動電話", "手機"),
    "email": ("電子郵件", "信箱"),
}
_MAX_SHOWN_LENGTH = 20
_MAX_SHOWN = 20
_LOOKS_PERSONAL = re.compile(r"[0-9]{5}|@")


def _known_words() -> dict[str, str]:
    words = {word: key for key, synonyms in _STUDENT.items() for word in synonyms}
    for role, title in ROLES.items():
        words |= {f"{title}{word}": f"{role}.{key}" for key, synonyms in DETAILS.items() for word in synonyms}
    return words


_KNOWN = _known_words()


@dataclass(frozen=True)
class Columns:
    """What the header says.

    Attributes:
        places: the place of each column, counted from 0, by its key (``name``, ``mother.mobile``).
        words: the header of each of these, by its key.
        width: how many columns the header has.
        unknown: the headers that are not used, as they can be shown.
        faults: what is wrong, and what to do; with any, ``places`` must not be used.
    """

    places: dict[str, int] = field(repr=False)
    words: dict[str, str] = field(repr=False)
    width: int
    unknown: tuple[str, ...]
    faults: tuple[str, ...]


def read_header(header: tuple[str, ...]) -> Columns:
    """Find the columns. Never fails; names no cell that may be a person's, where a file begins without a header."""
    places: dict[str, int] = {}
    words: dict[str, str] = {}
    unknown: list[str] = []
    faults: list[str] = []
    for place, cell in enumerate(header):
        word = re.sub(r"\s", "", half_width(remove_unsafe_chars(cell)))
        key = _KNOWN.get(word)
        if key is None:
            unknown += [_shown(word, place)] if word else []
        elif key in places:
            same = _("欄位「{word}」出現兩次，請刪去一欄。")
            alike = _("欄位「{first}」和「{word}」是同一種資料，請併成一欄。")
            faults.append((same if words[key] == word else alike).format(first=words[key], word=word))
        else:
            places[key], words[key] = place, word
    if not places:
        faults.append(_("第一列不是標題：請以「學號」「姓名」「班級」等欄名為第一列，CSV 的各欄以逗號分開。"))
        unknown = []
    else:
        missing = [_STUDENT[key][0] for key in REQUIRED if key not in places]
        faults += [_("缺少欄位「{word}」，請在標題列補上。").format(word=word) for word in missing]
    if len(unknown) > _MAX_SHOWN:
        unknown[_MAX_SHOWN:] = [_("等 {n} 欄").format(n=len(unknown))]
    return Columns(places, words, len(header), tuple(unknown), tuple(faults))


def _shown(word: str, place: int) -> str:
    """A header as it can be printed: short, and not a person's number or address."""
    if len(word) > _MAX_SHOWN_LENGTH or _LOOKS_PERSONAL.search(word) or looks_like_id(word):
        return _("第 {n} 欄").format(n=place + 1)
    return word
