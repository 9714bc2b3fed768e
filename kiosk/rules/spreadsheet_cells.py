"""Cells of a spreadsheet file that no spreadsheet program runs as a formula (OWASP, CSV Injection).

An apostrophe before a cell makes it a text, and is not shown.
"""

from __future__ import annotations

_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_QUOTE = "'"


def neutral_cell(text: str) -> str:
    """Return the text, with an apostrophe before it if a spreadsheet would run it."""
    return _QUOTE + text if text.startswith((*_FORMULA_BEGINNINGS, _QUOTE)) else text


def original_cell(cell: str) -> str:
    """Return the text that :func:`neutral_cell` received."""
    return cell[1:] if cell.startswith(_QUOTE) else cell
