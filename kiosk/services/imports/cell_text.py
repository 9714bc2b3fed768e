"""Cells, headings and faults of a sheet, as rosters and fee lists read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.i18n import _
from kiosk.rules.text_safety import half_width, remove_unsafe_chars
from kiosk.services.files.table_reader import is_filled

MAX_FAULTS = 200
"""The reading of a file ends at this many faults."""

FORMULA_BEGINNINGS = ("=", "+", "-", "@", "#")
_WHOLE_NUMBER = re.compile(r"([0-9]{1,20})\.0+", re.ASCII)
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault or a note with its remedy; holds no personal data.

    ``line`` 0 is the header or the whole file. ``file`` is that within a zip; empty where there is one file.
    """

    line: int
    message: str
    file: str = ""


def heading(cell: str) -> str:
    """Return a heading in half width, without blanks and unsafe characters."""
    return re.sub(r"\s", "", half_width(remove_unsafe_chars(cell)))


def unquoted(text: str) -> str:
    """Return the text in ``="0123"``, by which exports keep a zero; any other text as it is."""
    formula = _QUOTED_FORMULA.fullmatch(text) if text.startswith("=") else None
    return formula[1].strip() if formula else text


def whole_number(text: str) -> str:
    """Return a number without the ``.0`` of a spreadsheet; any other text as it is."""
    whole = _WHOLE_NUMBER.fullmatch(text) if text.endswith("0") else None
    return whole[1] if whole else text


def missing_column(word: str) -> str:
    """Return the message for a header without this column."""
    return _("缺少欄位「{word}」，請在標題列補上。").format(word=word)


def extra_cells(cells: Sequence[str], width: int) -> str:
    """Return the message for a row with text beyond the header's last column; empty for any other row."""
    return _("欄數比標題列多，請檢查是否多了逗號或引號。") if is_filled(cells[width:]) else ""
