"""選擇系統: the city's systems that a parent may use next, from a text of the school.

Each system is a block (`kiosk.services.texts.blocks`) with the labels ``名稱``, ``說明`` and optionally ``網址``.
Without ``網址`` no QR code is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kiosk.i18n import SOURCE_LANGUAGE, _
from kiosk.services.texts.blocks import MAX_VALUE_LENGTH, read_blocks
from kiosk.services.texts.loader import Text, TextName, TextUnusable, load_text

MAX_SYSTEMS = 12
MAX_ADDRESS_LENGTH = 53
"""In bytes: a QR code of version 3 (ISO/IEC 18004, level L), the largest beside text on 80 columns."""

_LABELS = {"名稱": "name", "網址": "address", "說明": "purpose"}
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[!-~]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CitySystem:
    """One system; ``address`` is an ASCII URL or None."""

    key: str
    name: str
    purpose: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class CitySystems:
    """The text and its systems."""

    source: Text
    introduction: str
    systems: tuple[CitySystem, ...]


def load_systems(own_folder: Path | None, language: str = SOURCE_LANGUAGE) -> CitySystems:
    """Read the text.

    Raises:
        TextUnusable: see :func:`load_text`; also for malformed systems or addresses.
    """
    text = load_text(TextName.SYSTEMS, own_folder, language)
    fault = _fault(text)
    introduction, blocks = read_blocks(text, _LABELS, most=MAX_SYSTEMS, optional=("address",), fault=fault)
    systems = tuple(CitySystem(block.key, **block.values) for block in blocks)
    addresses = [one.address for one in systems if one.address is not None]
    if not all(len(one) <= MAX_ADDRESS_LENGTH and _ADDRESS.fullmatch(one) for one in addresses):
        raise TextUnusable(fault)
    return CitySystems(text, introduction, systems)


def _fault(text: Text) -> str:
    return _(
        "文字檔 {file} 必須先有一段說明，再有 1 到 {most} 個系統；每個以 [英文代號] 開始，有「名稱」「說明」兩行，"
        "可以再有「網址」一行（http:// 或 https:// 開頭，最多 {address} 個字）；每行最多 {longest} 個字，代號不可重複。"
    ).format(file=text.file_name, most=MAX_SYSTEMS, address=MAX_ADDRESS_LENGTH, longest=MAX_VALUE_LENGTH)
