"""The columns of a roster, found by the synonyms of their headings, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kiosk.i18n import _
from kiosk.rules.identity import looks_like_id
from kiosk.services.imports.cell_text import heading, missing_column

_ID_WORDS = ("身分證字號", "身分證統一編號", "身份證字號", "居留證號", "統一證號")
_STUDENT = {
    "student_number": ("學號",),
    "name": ("姓名", "學生姓名"),
    "class_name": ("班級",),
    "seat_number": ("座號",),
    "national_id": _ID_WORDS,
    "birth_date": ("出生年月日", "生日"),
}
STUDENT_KEYS = tuple(_STUDENT)
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
_SYNONYMS = _STUDENT | {
    f"{role}.{detail}": tuple(f"{title}{word}" for word in words)
    for role, title in ROLES.items()
    for detail, words in DETAILS.items()
}
_KEY_OF_HEADING = {word: key for key, words in _SYNONYMS.items() for word in words}
HEADINGS = {key: words[0] for key, words in _SYNONYMS.items()}
"""The usual heading of each column by its key (``name``, ``mother.mobile``)."""


@dataclass(frozen=True)
class Columns:
    """The columns that a header names: place (from 0) and heading by key, in the file's order.

    ``unknown`` are the unused headings, without personal data. With any ``faults``, ``places`` must not be used.
    """

    places: dict[str, int] = field(repr=False)
    headings: dict[str, str] = field(repr=False)
    unknown: tuple[str, ...]
    faults: tuple[str, ...]


def read_header(header: tuple[str, ...]) -> Columns:
    """Find the columns; in a file without a header no cell is named, for it may be a person's."""
    places: dict[str, int] = {}
    headings: dict[str, str] = {}
    unknown: list[str] = []
    faults: list[str] = []
    for place, cell in enumerate(header):
        word = heading(cell)
        key = _KEY_OF_HEADING.get(word)
        if key is None:
            unknown += [_shown(word, place)] if word else []
        elif key in places:
            same = _("欄位「{word}」出現兩次，請刪去一欄。")
            alike = _("欄位「{first}」和「{word}」是同一種資料，請併成一欄。")
            faults.append((same if headings[key] == word else alike).format(first=headings[key], word=word))
        else:
            places[key], headings[key] = place, word
    if not places:
        faults.append(_("第一列不是標題：請以「學號」「姓名」「班級」等欄名為第一列，CSV 的各欄以逗號分開。"))
        unknown = []
    else:
        faults += [missing_column(HEADINGS[key]) for key in REQUIRED if key not in places]
    if len(unknown) > _MAX_SHOWN:
        unknown[_MAX_SHOWN:] = [_("等 {n} 欄").format(n=len(unknown))]
    return Columns(places, headings, tuple(unknown), tuple(faults))


def _shown(word: str, place: int) -> str:
    """Return a heading for print: its place instead, where it is long or may be a person's number or address."""
    if len(word) > _MAX_SHOWN_LENGTH or _LOOKS_PERSONAL.search(word) or looks_like_id(word):
        return _("第 {n} 欄").format(n=place + 1)
    return word
