"""What the student card can do: the items that a parent answers one by one, from a file that the school edits.

The file is a text as in `kiosk.services.texts`; after an introduction each item begins with its key in brackets, and
has four lines: ``名稱``, ``說明``, ``提供給``, ``資料``. The key stays when the words change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kiosk.i18n import SOURCE_LANGUAGE, _
from kiosk.services.texts import Text, TextFault, TextName, TextUnusable, load_text

MOST_ITEMS = 8
_LONGEST = 120
_KEY = re.compile(r"\[([a-z][a-z0-9_]{0,31})\]", re.ASCII)
_LABELS = {"名稱": "name", "說明": "purpose", "提供給": "recipient", "資料": "data"}
_LINE = re.compile(rf"({'|'.join(_LABELS)})\s*[:：]\s*(\S.*)")


@dataclass(frozen=True, slots=True)
class CardItem:
    """One function of the card.

    Attributes:
        key: names it in answers.
        name: the function.
        purpose: what it is for.
        recipient: who receives data.
        data: which data.
    """

    key: str
    name: str
    purpose: str
    recipient: str
    data: str


@dataclass(frozen=True, slots=True)
class CardServices:
    """The file, taken apart; ``source`` is what is evidence of what was shown."""

    source: Text
    introduction: str
    items: tuple[CardItem, ...]


def load_card_services(own_folder: Path | None, language: str = SOURCE_LANGUAGE) -> CardServices:
    """Read the file.

    Args:
        own_folder: the school's folder; may not exist.
        language: the language in use.

    Raises:
        TextMissing: there is no file.
        TextUnusable: the file is not written as it must be.
    """
    text = load_text(TextName.CARD_SERVICES, own_folder, language)
    introduction, blocks = _blocks(text)
    items = tuple(_item(text, key, lines) for key, lines in blocks)
    if not introduction or not 1 <= len(items) <= MOST_ITEMS or len({item.key for item in items}) < len(items):
        raise _bad_items(text)
    return CardServices(text, introduction, items)


def _blocks(text: Text) -> tuple[str, list[tuple[str, list[str]]]]:
    """The lines before the first item, and each item's key and lines."""
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
    return "\n".join(introduction).strip("\n"), blocks


def _item(text: Text, key: str, lines: list[str]) -> CardItem:
    found = [_LINE.fullmatch(line) for line in lines]
    values = {_LABELS[line[1]]: line[2] for line in found if line}
    complete = len(lines) == len(values) == len(_LABELS)
    if not complete or any(len(value) > _LONGEST for value in values.values()):
        raise _bad_items(text)
    return CardItem(key=key, **values)


def _bad_items(text: Text) -> TextUnusable:
    """Word the fault of a file whose items cannot be told."""
    file = Path(f"{text.name.value}.{text.language}.txt")
    line = _(
        "文字檔 {file} 必須先有一段說明，再有 1 到 {most} 個項目；每項以 [英文代號] 開始，"
        "有「名稱」「說明」「提供給」「資料」四行，每行最多 {longest} 個字，代號不可重複。"
    ).format(file=file.name, most=MOST_ITEMS, longest=_LONGEST)
    return TextUnusable(TextFault.SECTIONS, file, line)
