"""The widths of a table's columns, and the text that fits into a cell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size

from kiosk.rules.text_safety import remove_unsafe_chars
from kiosk.widgets.table.paged_window import Cell, Row, Toned

Layout = tuple[tuple[int, int], ...]
"""The index and the width in cells of each column shown."""

GAP = 1
"""Cells between two columns."""

_CUT = ".."


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        width: its minimum width in cells.
        grows: its share of the width left over.
        from_width: the minimum width of the table, in cells, that shows this column.
    """

    label: str
    width: int
    grows: int = 0
    from_width: int = 0


def lay_out(columns: Sequence[Column], width: int, lead: int, hidden: Collection[int]) -> Layout:
    """Share a table's width out among its columns.

    Args:
        columns: from left to right.
        width: in cells.
        lead: cells before the first column.
        hidden: indexes of the columns to leave out.
    """
    shown = [place for place, column in enumerate(columns) if column.from_width <= width and place not in hidden]
    left = width - lead - sum(columns[place].width + GAP for place in shown)
    shares = sum(columns[place].grows for place in shown)
    layout = []
    for place in shown:
        column = columns[place]
        more = max(0, left) * column.grows // shares if column.grows else 0
        layout.append((place, column.width + more))
    return tuple(layout)


def fitted(text: str, cells: int) -> str:
    """Return the text without unsafe characters, padded or cut to the cells; two dots mark a cut."""
    clean = remove_unsafe_chars(text)
    if cell_len(clean) <= cells:
        return set_cell_size(clean, cells)
    return set_cell_size(set_cell_size(clean, cells - len(_CUT)).rstrip() + _CUT, cells)


def parts_of(cell: Cell) -> tuple[str, str]:
    """Return a cell's text and tone; the tone may be empty."""
    return (cell.text, cell.tone) if isinstance(cell, Toned) else (cell, "")


def words_of(row: Row[Any]) -> tuple[str, ...]:
    """Return the texts of a row's cells."""
    return tuple(parts_of(cell)[0] for cell in row.cells)
