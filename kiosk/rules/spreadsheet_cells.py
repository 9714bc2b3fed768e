"""Text for the cells of a spreadsheet file, none of which a spreadsheet may take for a formula.

A cell that begins with one of these is run by spreadsheet programs (OWASP, CSV Injection); an apostrophe before it is
not shown by them and makes it a text.
"""

from __future__ import annotations

_RUN = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_QUOTE = "'"


def neutral_cell(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would run it."""
    return _QUOTE + text if text.startswith((*_RUN, _QUOTE)) else text


def original_cell(cell: str) -> str:
    """What :func:`neutral_cell` was given."""
    return cell[1:] if cell.startswith(_QUOTE) else cell
