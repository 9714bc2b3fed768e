"""How a table's columns share its width, and what of a cell fits into them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size

from kiosk.rules.text_safety import remove_unsafe_chars
from kiosk.widgets.table.paged_window import Cell, Row, Toned

Layout = tuple[tuple[int, int], ...]
"""The columns that are shown, by their place, and the cells of each."""

GAP = 1
"""Cells between two columns."""

_CUT = ".."


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        label: its header.
        width: its least cells; wide enough for what it holds, the rest is cut.
        grows: its share of the width that is left over.
        from_width: the table's least width at which it is shown.
    """

    label: str
    width: int
    grows: int = 0
    from_width: int = 0


def lay_out(columns: Sequence[Column], width: int, lead: int, hidden: Collection[int]) -> Layout:
    """Share the width out.

    Args:
        columns: from left to right.
        width: the table's, in cells.
        lead: cells before the first column.
        hidden: columns to leave out, by their place.
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
    """The text in so many cells, nothing a terminal would obey in it; two dots say that it goes on."""
    clean = remove_unsafe_chars(text)
    if cell_len(clean) <= cells:
        return set_cell_size(clean, cells)
    return set_cell_size(set_cell_size(clean, cells - len(_CUT)).rstrip() + _CUT, cells)


def parts_of(cell: Cell) -> tuple[str, str]:
    """A cell's words, and its tone; empty where it has none."""
    return (cell.text, cell.tone) if isinstance(cell, Toned) else (cell, "")


def words_of(row: Row[Any]) -> tuple[str, ...]:
    """A row's cells as words."""
    return tuple(parts_of(cell)[0] for cell in row.cells)
