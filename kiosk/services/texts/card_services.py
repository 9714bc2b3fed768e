"""The functions of the student card that a parent answers one by one, from a text of the school.

Each item is a block (`kiosk.services.texts.blocks`) with the labels ``名稱``, ``說明``, ``提供給`` and ``資料``. Its
key must not change with its wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiosk.i18n import SOURCE_LANGUAGE, _
from kiosk.services.texts.blocks import MAX_VALUE_LENGTH, read_blocks
from kiosk.services.texts.loader import Text, TextName, load_text

MAX_ITEMS = 8
_LABELS = {"名稱": "name", "說明": "purpose", "提供給": "recipient", "資料": "data"}


@dataclass(frozen=True, slots=True)
class CardItem:
    """One function of the card; ``key`` names it in answers, ``recipient`` receives ``data``."""

    key: str
    name: str
    purpose: str
    recipient: str
    data: str


@dataclass(frozen=True, slots=True)
class CardServices:
    """The text and its items; ``source`` is evidence of the shown wording."""

    source: Text
    introduction: str
    items: tuple[CardItem, ...]


def load_card_services(own_folder: Path | None, language: str = SOURCE_LANGUAGE) -> CardServices:
    """Read the text.

    Raises:
        TextUnusable: see :func:`load_text`; also for malformed items.
    """
    text = load_text(TextName.CARD_SERVICES, own_folder, language)
    introduction, blocks = read_blocks(text, _LABELS, most=MAX_ITEMS, fault=_fault(text))
    return CardServices(text, introduction, tuple(CardItem(block.key, **block.values) for block in blocks))


def _fault(text: Text) -> str:
    return _(
        "文字檔 {file} 必須先有一段說明，再有 1 到 {most} 個項目；每項以 [英文代號] 開始，"
        "有「名稱」「說明」「提供給」「資料」四行，每行最多 {longest} 個字，代號不可重複。"
    ).format(file=text.file_name, most=MAX_ITEMS, longest=MAX_VALUE_LENGTH)
