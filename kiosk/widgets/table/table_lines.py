"""The lines of a table as segments: its header, a row, and the status line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from kiosk.i18n import _
from kiosk.widgets.table.column_layout import GAP, Column, fitted, lay_out, parts_of
from kiosk.widgets.table.paged_window import PagedWindow, Row

_CURSOR, _NO_CURSOR = "＞", "  "
_MARK, _NO_MARK = "[V]", "[ ]"

LINE_CLASSES = {
    f"paged-table--{name}" for name in ("header", "even", "odd", "cursor", "status", "blocked", "look", "quiet")
}
"""The component styles of lines and of the tones of cells."""

LINE_CSS = """
PagedTable { height: 1fr; min-height: 3; background: #ffffff; color: #10202c; }
PagedTable > .paged-table--header { background: #0b3d5c; color: #ffffff; text-style: bold; }
PagedTable > .paged-table--even { background: #ffffff; color: #10202c; }
PagedTable > .paged-table--odd { background: #eef3f6; color: #10202c; }
PagedTable > .paged-table--cursor { background: #a9c1d1; color: #0b2c42; text-style: bold; }
PagedTable:focus > .paged-table--cursor { background: #0b2c42; color: #ffffff; text-style: bold; }
PagedTable > .paged-table--status { background: #d5e3ec; color: #0b2c42; }
PagedTable > .paged-table--blocked { color: #a3100a; text-style: bold; }
PagedTable > .paged-table--look { color: #7a4a00; text-style: bold; }
PagedTable > .paged-table--quiet { color: #3c4c58; }
"""


def text_strip(text: str, style: Style, width: int) -> Strip:
    """Return a line of one style, cut or filled to the width in cells."""
    return Strip([Segment(set_cell_size(text, width), style)], width)


class TableLines:
    """Draws the lines of one table.

    Args:
        columns: from left to right.
        can_mark: whether a row has a mark before its cells.

    Attributes:
        layout: the columns shown at the present width.
    """

    def __init__(self, columns: Sequence[Column], *, can_mark: bool) -> None:
        self._columns = columns
        self._can_mark = can_mark
        self.layout = lay_out(columns, 0, 0, ())

    @property
    def lead_cells(self) -> int:
        """The cells before the first column: the cursor and the mark."""
        return cell_len(_NO_CURSOR) + (cell_len(_NO_MARK) + GAP if self._can_mark else 0)

    def lay_out(self, width: int, hidden: Collection[int]) -> None:
        """Share the width in cells out among the columns that are not hidden."""
        self.layout = lay_out(self._columns, width, self.lead_cells, hidden)

    def header(self) -> str:
        """Return the labels of the columns."""
        labels = (fitted(_(self._columns[place].label), cells) for place, cells in self.layout)
        return " " * self.lead_cells + (" " * GAP).join(labels)

    def message(self, text: str) -> str:
        """Return a text that takes the place of a row."""
        return f"{_NO_CURSOR}{text}"

    def row(
        self, row: Row[Any], base: Style, tone_style: Callable[[str], Style] | None, *, marked: bool, width: int
    ) -> Strip:
        """Draw a row.

        Args:
            row: the row.
            base: the style of its line.
            tone_style: gives the style of a tone; None for the row under the cursor, which shows no tones.
            marked: whether it has a mark.
            width: the table's, in cells.
        """
        lead = _CURSOR if tone_style is None else _NO_CURSOR
        if self._can_mark:
            lead += (_MARK if marked else _NO_MARK) + " " * GAP
        segments, run = [], lead  # cells of one style are one segment, which paints in half the time
        for column, cells in self.layout:
            text, tone = parts_of(row.cells[column])
            shown = fitted(text, cells) + " " * GAP
            if tone and tone_style is not None:
                segments += [Segment(run, base), Segment(shown, base + tone_style(tone))]
                run = ""
            else:
                run += shown
        segments.append(Segment(run, base))
        return Strip(segments).adjust_cell_length(width, base)


def status_text(window: PagedWindow[Any], marks: int) -> str:
    """Return the position in the list, whether there is more above and below, and the number of marks."""
    if not window.is_loaded:
        return _("　讀取中")
    if not window.rows:
        return ""
    place = ""
    if window.before is not None:
        first = window.before + window.top + 1
        last = window.before + min(window.top + window.height, len(window.rows))
        place = _("第 {first} 至 {last} 列").format(first=first, last=last)
    up = _("上面還有") if window.top or window.has_before else ""
    down = _("下面還有") if window.top + window.height < len(window.rows) or window.has_more else ""
    marked = _("已選 {n} 件").format(n=marks) if marks else ""
    return "　" + "　".join(filter(None, (place, up, down, marked)))
