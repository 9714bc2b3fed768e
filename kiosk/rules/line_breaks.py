"""Line breaks of Chinese text: no line begins with a closing sign or ends with an opening one (禁則).

Textual wraps between any two wide characters; this module follows print (JIS X 4051, CLREQ 3.1.3).

No line exceeds the width. Within it, in this order:

1. a line ends between words or beside a Chinese character; signs stay with their word, also across blanks;
2. a word that with its signs is wider than a line is cut where no line begins or ends wrongly;
3. a line of signs only (、、、、) is cut anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

NOT_FIRST = "、，。；：？！）」』】》〉〕］｝〗〞”’…‥‧·．％％℃々〻ー～)]}!?,.;:%"
"""Signs that may not begin a line."""
NOT_LAST = "（「『【《〈〔［｛〖〝“‘([{"
"""Signs that may not end a line."""

_NARROWEST = 2
_BLANKS = " \t\u3000"
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf", "Cc"})
_MAX_WIDTHS_KEPT = 1 << 16

# Replaces a blank after an opening sign in the searched text: no line ends there.
_GLUE = "\ufdd0"
_BLANKS_TO_GLUE = re.compile(rf"(?<=[{re.escape(NOT_LAST)}])[{_BLANKS}]+")
_BLANKS_HERE = re.compile(f"[{_BLANKS}]*")
_ANY_BLANKS_HERE = re.compile(f"[{_BLANKS}{_GLUE}]*")
# A line may end beside these without a blank; their width comes from `_Widths`.
_WIDE = (
    r"\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe6f\uff01-\uffdc\U0001f000-\U0003fffd"
)
_MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f"
_CLASS_NOT_FIRST = re.escape(NOT_FIRST) + _GLUE + _MARKS
_CLASS_NOT_LAST = re.escape(NOT_LAST) + _GLUE
_START = rf"[{_BLANKS}]*+[^{_BLANKS}].*"
_ALLOWED = rf"(?<![{_CLASS_NOT_LAST}])(?=[^{_CLASS_NOT_FIRST}{_BLANKS}])"
_BESIDE_WIDE = rf"(?:(?<=[{_BLANKS}{_WIDE}])|(?=[{_WIDE}]))"
_HERE = re.compile(_BESIDE_WIDE + _ALLOWED)
_ANYWHERE = re.compile(_ALLOWED)
_BETWEEN_WORDS = re.compile(rf"{_START}{_BESIDE_WIDE}{_ALLOWED}", re.DOTALL)
_BLANK_OR_WIDE = re.compile(f"[{_BLANKS}{_WIDE}]")
_MAY_BEGIN = re.compile(f"[^{_CLASS_NOT_FIRST}]")
_WITHIN_WORD = re.compile(rf"{_START}{_ALLOWED}", re.DOTALL)


# A line may end between two of these, without a search by pattern.
_FIRST_ORDINARY, _LAST_ORDINARY = "\u4e00", "\u9fff"
_WIDE_FOR_SURE = (
    r"\u3001-\u303e\u3041-\u3096\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff60\U0001f600-\U0001f64f\U00020000-\U0003fffd"
)
# Neither surely wide nor ASCII nor DEL, which stands for all characters without a cell.
_TO_LOOK_UP = re.compile(f"[^{_WIDE_FOR_SURE} -\x7f]")
_MARKS_OF_CELLS = ("\x7f", "-", "\u4e00")
# Encoded to ASCII, a wide character becomes a question mark, which here counts two cells.
_CELLS_OF_MARKS = bytes({0x7F: 0, ord("?"): 2}.get(mark, 1) for mark in range(256))
_MAX_KINDS_REPLACED = 8


class _Widths(dict[str, int]):
    """A cache of each character's cells."""

    def __missing__(self, character: str) -> int:
        if unicodedata.east_asian_width(character) in "WF":
            cells = 2
        else:
            cells = 0 if unicodedata.category(character) in _ZERO_WIDTH else 1
        if len(self) < _MAX_WIDTHS_KEPT:
            self[character] = cells
        return cells


_widths = _Widths()


def cell_width(text: str) -> int:
    """Return a text's terminal cells: two for a wide character, none for a combining one or a control."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_widths.__getitem__, text))


def _cells(text: str) -> Iterable[int]:
    """Return the cells of each character.

    A look-up for each would take longer than the rest of wrapping, so equal characters are replaced at once.
    """
    marks = text.replace("?", "-")
    for _ in range(_MAX_KINDS_REPLACED):
        odd = _TO_LOOK_UP.search(marks)
        if odd is None:
            return marks.encode("ascii", "replace").translate(_CELLS_OF_MARKS)
        marks = marks.replace(odd[0], _MARKS_OF_CELLS[_widths[odd[0]]])
    return map(_widths.__getitem__, text)


def _cells_before(text: str) -> Sequence[int]:
    """Return the cells before each character and before the end."""
    cells = _cells(text)
    if isinstance(cells, bytes) and cells[0] and cells.count(cells[0]) == len(cells):
        return range(0, cells[0] * len(cells) + 1, cells[0])  # all of one width
    return list(accumulate(cells, initial=0))


def wrap(text: str, width: int) -> list[str]:
    """Return lines of at most ``width`` cells; newlines stay, and only blanks at a line's end are dropped.

    Raises:
        ValueError: ``width`` is under two cells, the width of one Chinese character.
    """
    if width < _NARROWEST:
        raise ValueError("width under two cells")
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if 2 * len(paragraph) <= width:
            lines.append(paragraph.rstrip(_BLANKS))
        else:
            lines += _wrap_paragraph(paragraph, width)
    return lines


def _wrap_paragraph(paragraph: str, width: int) -> list[str]:
    cells_before = _cells_before(paragraph)
    glued = paragraph
    if any(blank in paragraph for blank in _BLANKS):
        glued = _BLANKS_TO_GLUE.sub(lambda blanks: _GLUE * len(blanks[0]), paragraph)
    is_one_word = _BLANK_OR_WIDE.search(glued) is None
    has_places = _ANYWHERE.search(glued, 1) is not None
    lines: list[str] = []
    start, length = 0, len(paragraph)
    while start < length:
        end = bisect_right(cells_before, cells_before[start] + width) - 1
        if end < length and not (_is_ordinary(glued[end]) and _is_ordinary(glued[end - 1])):
            end = _end_of_line(glued, start, end, is_one_word, has_places)
        lines.append(paragraph[start:end].rstrip(_BLANKS))
        start = end
    return lines or [""]


def _is_ordinary(character: str) -> bool:
    return _FIRST_ORDINARY <= character <= _LAST_ORDINARY


def _end_of_line(text: str, start: int, reach: int, is_one_word: bool, has_places: bool) -> int:
    """Return where the next line begins, if this one begins at ``start`` and has room up to ``reach``."""
    if text[reach] in _BLANKS and (after_blanks := _BLANKS_HERE.match(text, reach)):
        following = after_blanks.end()
        if following == len(text) or _MAY_BEGIN.match(text, following):
            return following
    if reach > start and text[reach - 1] not in _BLANKS and _HERE.match(text, reach):
        return reach
    last = _WITHIN_WORD.match(text, start, reach + 1) if has_places else None
    if last is None:
        any_blanks = _ANY_BLANKS_HERE.match(text, reach)
        return any_blanks.end() if any_blanks else reach
    between = None if is_one_word else _BETWEEN_WORDS.match(text, start, last.end() + 1)
    return between.end() if between else last.end()
