"""Line breaks of Chinese text: no line begins with a closing sign or ends with an opening one (禁則).

Textual wraps between any two wide characters; this module follows print (JIS X 4051, CLREQ 3.1.3).

No line exceeds the width. Within it, in this order:

1. a line ends between words or beside a Chinese character; signs stay with their word, also across blanks;
2. a word that with its signs is wider than a line is cut where no line begins or ends wrongly;
3. a line of signs only (、、、、) is cut anywhere.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import chain

NOT_FIRST = "、，。；：？！）」』】》〉〕］｝〗〞”’…‥‧·．％％℃々〻ー～)]}!?,.;:%"
"""Signs that may not begin a line."""
NOT_LAST = "（「『【《〈〔［｛〖〝“‘([{"
"""Signs that may not end a line."""

_NARROWEST = 2
_BLANKS = " \t\u3000"
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf", "Cc"})


@cache
def _cells(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.category(character) in _ZERO_WIDTH else 1


def cell_width(text: str) -> int:
    """Return a text's terminal cells: two for a wide character, none for a combining one or a control."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_cells, text))


def wrap(text: str, width: int) -> list[str]:
    """Return lines of at most ``width`` cells; newlines stay, and only blanks at a line's end are dropped.

    Raises:
        ValueError: ``width`` is under two cells, the width of one Chinese character.
    """
    if width < _NARROWEST:
        raise ValueError("width under two cells")
    return [line for paragraph in text.split("\n") for line in _wrap_paragraph(paragraph, width)]


def _wrap_paragraph(paragraph: str, width: int) -> list[str]:
    printed_before = _printed_before(paragraph)
    lines: list[str] = []
    start = 0
    while start < len(paragraph):
        end = _end_of_line(paragraph, printed_before, start, width)
        lines.append(paragraph[start:end].rstrip(_BLANKS))
        start = end
    return lines or [""]


def _printed_before(text: str) -> list[int]:
    """Return, for each place, where the last character before it stands that is no blank; -1 where there is none."""
    places, last = [], -1
    for place, character in enumerate(text):
        places.append(last)
        if character not in _BLANKS:
            last = place
    return places


def _end_of_line(text: str, printed_before: list[int], start: int, width: int) -> int:
    """Return where the line after the one that begins at ``start`` begins."""
    full, room = start, width
    while full < len(text) and (room := room - _cells(text[full])) >= 0:
        full += 1
    after_blanks = full
    while after_blanks < len(text) and text[after_blanks] in _BLANKS:
        after_blanks += 1
    if after_blanks == len(text):
        return after_blanks
    within_word: int | None = None
    for place in chain([after_blanks], range(full, start, -1)):
        before = printed_before[place]
        if before < start or not _may_begin(text[place]) or text[before] in NOT_LAST:
            continue
        if before < place - 1 or _cells(text[place]) > 1 or _cells(text[place - 1]) > 1:
            return place
        within_word = within_word or place
    return within_word or after_blanks


def _may_begin(character: str) -> bool:
    return character not in NOT_FIRST and character not in _BLANKS and _cells(character) > 0
