"""選擇系統: the systems that a parent goes on to, from a file that the school edits.

The file is a text as in `kiosk.services.texts`; after an introduction each system begins with its key in brackets, and
has the lines ``名稱``, ``網址`` and ``說明``. A system without ``網址`` is shown without a QR code: an address that
nobody vouches for is worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kiosk.i18n import SOURCE_LANGUAGE, _
from kiosk.services.texts import Text, TextFault, TextName, TextUnusable, load_text

MOST_SYSTEMS = 12
LONGEST_ADDRESS = 53
"""Bytes of a QR code of version 3 (ISO/IEC 18004, level L), the largest that stands beside words on 80 columns."""

_LONGEST = 120
_KEY = re.compile(r"\[([a-z][a-z0-9_]{0,31})\]", re.ASCII)
_LABELS = {"名稱": "name", "網址": "address", "說明": "purpose"}
_LINE = re.compile(rf"({'|'.join(_LABELS)})\s*[:：]\s*(\S.*)")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[!-~]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CitySystem:
    """One system.

    Attributes:
        key: names it on the screen.
        name: as it calls itself.
        purpose: one line on what it is for.
        address: where it is, ASCII; None where the school gives none.
    """

    key: str
    name: str
    purpose: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class CitySystems:
    """The file, taken apart."""

    source: Text
    introduction: str
    systems: tuple[CitySystem, ...]


def load_systems(own_folder: Path | None, language: str = SOURCE_LANGUAGE) -> CitySystems:
    """Read the file.

    Args:
        own_folder: the school's folder; may not exist.
        language: the language in use.

    Raises:
        TextMissing: there is no file.
        TextUnusable: the file is not written as it must be.
    """
    text = load_text(TextName.SYSTEMS, own_folder, language)
    introduction: list[str] = []
    blocks: list[tuple[str, list[str]]] = []
    for line in text.body.split("\n"):
        key = _KEY.fullmatch(line)
        if key:
            blocks.append((key[1], []))
        elif not blocks:
            introduction.append(line)
        elif line:
            blocks[-1][1].append(line)
    systems = tuple(_system(text, key, lines) for key, lines in blocks)
    words = "\n".join(introduction).strip("\n")
    if not words or not 1 <= len(systems) <= MOST_SYSTEMS or len({one.key for one in systems}) < len(systems):
        raise _bad_systems(text)
    return CitySystems(text, words, systems)


def _system(text: Text, key: str, lines: list[str]) -> CitySystem:
    found = [_LINE.fullmatch(line) for line in lines]
    values = {_LABELS[line[1]]: line[2] for line in found if line}
    complete = len(lines) == len(values) and {"name", "purpose"} <= set(values)
    if not complete or any(len(value) > _LONGEST for value in values.values()):
        raise _bad_systems(text)
    address = values.get("address")
    if address is not None and (len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address)):
        raise _bad_systems(text)
    return CitySystem(key=key, **values)


def _bad_systems(text: Text) -> TextUnusable:
    """Word the fault of a file whose systems cannot be told."""
    file = Path(f"{text.name.value}.{text.language}.txt")
    line = _(
        "文字檔 {file} 必須先有一段說明，再有 1 到 {most} 個系統；每個以 [英文代號] 開始，有「名稱」「說明」兩行，"
        "可以再有「網址」一行（http:// 或 https:// 開頭，最多 {address} 個字）；每行最多 {longest} 個字，代號不可重複。"
    ).format(file=file.name, most=MOST_SYSTEMS, address=LONGEST_ADDRESS, longest=_LONGEST)
    return TextUnusable(TextFault.SECTIONS, file, line)
