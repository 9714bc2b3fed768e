"""Breaking Chinese text into lines: no line begins with a closing sign nor ends with an opening one (禁則).

Textual wraps between any two wide characters; this does what a printer would (JIS X 4051, CLREQ 3.1.3).
"""

from __future__ import annotations

import re
import unicodedata

_NOT_FIRST = frozenset("、，。；：？！）」』】》〉〕)]}!?,.;:%％…")
_NOT_LAST = frozenset("（「『【《〈〔([{")
_PIECES = re.compile(r"[!-~]+|\s+|.", re.DOTALL)


def cell_width(text: str) -> int:
    """Terminal cells a text takes: two for wide and full-width characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _units(text: str) -> list[str]:
    """What must not be broken: words, and characters with the signs that cling to them."""
    units: list[str] = []
    for piece in _PIECES.findall(text):
        clings = bool(units) and not units[-1].isspace()
        if clings and (piece[0] in _NOT_FIRST or units[-1][-1] in _NOT_LAST) and not piece.isspace():
            units[-1] += piece
        else:
            units.append(piece)
    return units


def _split(unit: str, width: int) -> list[str]:
    """Cut a unit that is wider than a whole line."""
    parts, part, used = [], "", 0
    for character in unit:
        cells = cell_width(character)
        if part and used + cells > width:
            parts.append(part)
            part, used = "", 0
        part += character
        used += cells
    return [*parts, part]


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` cells; newlines in the text stay line ends.

    Blanks at the end of a line are dropped; a word wider than a line is cut.

    Raises:
        ValueError: ``width`` is under two cells.
    """
    if width < 2:
        raise ValueError("width under two cells")
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0
        for unit in _units(paragraph):
            for part in [unit] if cell_width(unit) <= width else _split(unit, width):
                cells = cell_width(part)
                if used and used + cells > width:
                    lines.append(line.rstrip())
                    line, used = "", 0
                    if part.isspace():
                        continue
                line += part
                used += cells
        lines.append(line.rstrip())
    return lines
