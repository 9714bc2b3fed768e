"""The characters of the printed forms' font; a missing one is printed as a placeholder: 〔U+20BB7〕.

Without the placeholder 吳𠮷 would become another name; its number says which character to write in by hand. The
characters come from the font file's ``cmap`` table (OpenType 1.9).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

FONT_FOLDER = Path(__file__).parents[2] / "fonts"
FONT_FILE = FONT_FOLDER / "KioskFormSans.otf"

_TABLE_RECORD = struct.Struct(">4sIII")
_ENCODING_RECORD = struct.Struct(">HHI")
_GROUP = struct.Struct(">III")
_FIRST_TABLE, _FIRST_ENCODING = 12, 4
_WINDOWS, _FULL_UNICODE = 3, 10
_GROUPS_AT = 16


@cache
def _font() -> frozenset[int]:
    """Return the code points of the font's characters."""
    content = FONT_FILE.read_bytes()
    (tables,) = struct.unpack_from(">H", content, 4)
    records = (_TABLE_RECORD.unpack_from(content, _FIRST_TABLE + place * _TABLE_RECORD.size) for place in range(tables))
    cmap = next(offset for tag, _sum, offset, _length in records if tag == b"cmap")
    (encodings,) = struct.unpack_from(">H", content, cmap + 2)
    subtable = next(
        cmap + offset
        for platform, encoding, offset in (
            _ENCODING_RECORD.unpack_from(content, cmap + _FIRST_ENCODING + place * _ENCODING_RECORD.size)
            for place in range(encodings)
        )
        if (platform, encoding) == (_WINDOWS, _FULL_UNICODE)
    )
    (groups,) = struct.unpack_from(">I", content, subtable + 12)
    ranges = (_GROUP.unpack_from(content, subtable + _GROUPS_AT + place * _GROUP.size) for place in range(groups))
    return frozenset(code for first, last, _glyph in ranges for code in range(first, last + 1))


def in_font(character: str) -> bool:
    """Return whether the font has a character."""
    return ord(character) in _font()


def _placeholder(character: str) -> str:
    """Return the placeholder of a missing character."""
    return f"〔U+{ord(character):04X}〕"


def missing_characters(value: Any) -> tuple[str, ...]:
    """Return the placeholders of all missing characters in a JSON value, each once, in reading order."""
    found: dict[str, None] = {}
    if isinstance(value, str):
        found.update((_placeholder(character), None) for character in value if not in_font(character))
    elif isinstance(value, (Mapping, Sequence)):
        for part in value.values() if isinstance(value, Mapping) else value:
            found.update(dict.fromkeys(missing_characters(part)))
    return tuple(found)


def printable_value(value: Any) -> Any:
    """Return a JSON value with placeholders for the missing characters of every text in it."""
    if isinstance(value, str):
        return "".join(character if in_font(character) else _placeholder(character) for character in value)
    if isinstance(value, Mapping):
        return {key: printable_value(part) for key, part in value.items()}
    if isinstance(value, Sequence):
        return [printable_value(part) for part in value]
    return value
