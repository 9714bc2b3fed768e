"""Texts that list items: an introduction, then blocks that begin with a key in brackets.

A block has lines of a label and a value: ``名稱: …``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk.services.texts.loader import Text, TextUnusable

MAX_VALUE_LENGTH = 120
"""In characters, without the label."""

_KEY = re.compile(r"\[([a-z][a-z0-9_]{0,31})\]", re.ASCII)
_LINE = re.compile(r"(\S+?)\s*[:：]\s*(\S.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """One item; ``values`` are by the English name of their label."""

    key: str
    values: Mapping[str, str]


def read_blocks(
    text: Text, labels: Mapping[str, str], *, most: int, optional: Sequence[str] = (), fault: str
) -> tuple[str, tuple[Block, ...]]:
    """Split a text into its introduction and its blocks, from one to ``most``.

    ``labels`` are the English names by label; ``optional`` are English names.

    Raises:
        TextUnusable: the text is malformed; ``fault`` is its message.
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
        raise TextUnusable(fault)
    return introduction, blocks


def _split(body: str) -> tuple[str, list[tuple[str, list[str]]]]:
    """Return the introduction, and each block's key and lines."""
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
    found = [_LINE.fullmatch(line) for line in lines]
    return {labels[line[1]]: line[2] for line in found if line and line[1] in labels}
