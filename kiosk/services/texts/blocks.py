"""Texts of the school that list things: an introduction, then blocks that begin with a key in brackets.

Each block has lines of a label and a value: ``名稱: …``. See `kiosk.services.texts.card_services` and
`kiosk.services.texts.city_systems` for what a block must have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.services.texts.loader import Text, TextFault, TextUnusable

MAX_VALUE_LENGTH = 120
"""Characters behind a label."""

_KEY = re.compile(r"\[([a-z][a-z0-9_]{0,31})\]", re.ASCII)
_LINE = re.compile(r"(\S+?)\s*[:：]\s*(\S.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """One of the things listed.

    Attributes:
        key: names it.
        values: what stands behind each label, by the label's name in English.
    """

    key: str
    values: Mapping[str, str]


def read_blocks(
    text: Text, labels: Mapping[str, str], *, most: int, optional: Sequence[str] = (), fault: str
) -> tuple[str, tuple[Block, ...]]:
    """Take a text apart into its introduction and its blocks.

    Args:
        text: the file.
        labels: the labels of a block, and what each is called in English.
        most: how many blocks there may be; there is at least one.
        optional: what of a block may be missing, by its name in English.
        fault: what to say of a file that is not written so.

    Raises:
        TextUnusable: the file is not written so.
    """
    introduction, written = _split(text.body)
    blocks = tuple(Block(key, _values(lines, labels)) for key, lines in written)
    needed = set(labels.values()) - set(optional)
    is_whole = all(
        len(lines) == len(block.values) and needed <= set(block.values)
        for block, (_key, lines) in zip(blocks, written, strict=True)
    )
    is_short = all(len(value) <= MAX_VALUE_LENGTH for block in blocks for value in block.values.values())
    keys = {block.key for block in blocks}
    if not introduction or not 1 <= len(blocks) <= most or len(keys) < len(blocks) or not (is_whole and is_short):
        raise unusable(text, fault)
    return introduction, blocks


def unusable(text: Text, fault: str) -> TextUnusable:
    """A file whose blocks are not written as they must be."""
    return TextUnusable(TextFault.SECTIONS, Path(text.file_name), fault)


def _split(body: str) -> tuple[str, list[tuple[str, list[str]]]]:
    """The lines before the first block, and each block's key and lines."""
    introduction: list[str] = []
    blocks: list[tuple[str, list[str]]] = []
    for line in body.split("\n"):
        key = _KEY.fullmatch(line)
        if key:
            blocks.append((key[1], []))
        elif not blocks:
            introduction.append(line)
        elif line:
            blocks[-1][1].append(line)
    return "\n".join(introduction).strip("\n"), blocks


def _values(lines: Sequence[str], labels: Mapping[str, str]) -> dict[str, str]:
    """What stands behind the labels that are known."""
    found = [_LINE.fullmatch(line) for line in lines]
    return {labels[line[1]]: line[2] for line in found if line and line[1] in labels}
