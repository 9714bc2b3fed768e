"""Two versions of the same data side by side, with a verdict on each line; wrapped, never markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from kiosk.rules.line_breaks import cell_width, wrap

_LABEL_CELLS, _VERDICT_CELLS, _MIN_CELLS, _GAP = 12, 12, 8, 2


@dataclass(frozen=True)
class Pair:
    """A field in both versions, and how the two compare.

    Attributes:
        differs: whether the line is highlighted.
    """

    label: str
    left: str = field(repr=False)
    right: str = field(repr=False)
    verdict: str = ""
    differs: bool = False


class ComparisonTable(Widget):
    """A header and lines in four columns: label, left, right, verdict."""

    DEFAULT_CSS = "ComparisonTable { height: auto; width: 1fr; background: #ffffff; padding: 0 1; }"

    def __init__(self, header: tuple[str, str, str, str], pairs: Sequence[Pair], **options: str) -> None:
        super().__init__(id=options.get("id"), classes=options.get("classes"))
        self._header = header
        self._pairs = pairs

    def update(self, pairs: Sequence[Pair]) -> None:
        """Replace the lines."""
        self._pairs = pairs
        self.refresh(layout=True)

    def _lines(self, width: int) -> list[tuple[str, str]]:
        """Return each drawn line with its style."""
        side = max(_MIN_CELLS, (width - _LABEL_CELLS - _VERDICT_CELLS) // 2)
        widths = (_LABEL_CELLS, side, side, _VERDICT_CELLS)
        styled = [(self._header, "bold")]
        for pair in self._pairs:
            cells = (pair.label, pair.left, pair.right, pair.verdict)
            styled.append((cells, "bold #a3100a" if pair.differs else ""))
        lines = []
        for cells, style in styled:
            wrapped = (
                wrap(cell, cells_wide - _GAP if cells_wide == side else cells_wide)
                for cell, cells_wide in zip(cells, widths, strict=True)
            )
            lines += [(_row(parts, widths), style) for parts in zip_longest(*wrapped, fillvalue="")]
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of wrapped lines."""
        return len(self._lines(width))

    def render(self) -> Content:
        """Return the lines."""
        lines = self._lines(self.content_size.width)
        return Content("\n").join([Content.styled(text, style) if style else Content(text) for text, style in lines])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(
        cell + " " * max(0, width - cell_width(cell)) for cell, width in zip(cells, widths, strict=True)
    ).rstrip()
