"""Drawings of signatures: strokes of timed points, smoothed, as blocks on the screen and as SVG on paper.

A terminal reports the mouse cell by cell, so a stroke is a staircase. Each point is averaged with its neighbours, and a
Catmull-Rom curve (as cubic Béziers) goes through the results.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

CELL_WIDTH, CELL_HEIGHT = 10, 20
"""The units of a terminal cell, which is twice as high as wide."""

MAX_STROKES = 64
MAX_POINTS = 4_000
MIN_INK = 8 * CELL_WIDTH
"""The least length of all strokes, in units: a dot is no signature."""

_LARGEST = 10_000
_BLOCKS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_STEP = 2.5
_PEN = 6

Point = tuple[int, int, int]
"""Across and down in units from the upper left corner, and milliseconds since the first point."""
Place = tuple[float, float]
Layer = Sequence[Sequence[int]]
"""Rows of cells, a bit for each quarter: upper left 1, upper right 2, lower left 4, lower right 8."""


class UnusableDrawing(ValueError):
    """A drawing with too little or too much ink, or with impossible points."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Strokes on a pad, whose size is in units.

    Raises:
        UnusableDrawing: the strokes are no signature.
    """

    width: int
    height: int
    strokes: tuple[tuple[Point, ...], ...] = field(repr=False)

    def __post_init__(self) -> None:
        points = list(itertools.chain.from_iterable(self.strokes))
        in_order = all(0 <= before[2] <= after[2] for before, after in itertools.pairwise(points))
        inside = all(0 <= across <= self.width and 0 <= down <= self.height for across, down, _at in points)
        fits = 0 < self.width <= _LARGEST and 0 < self.height <= _LARGEST
        few = len(self.strokes) <= MAX_STROKES and len(points) <= MAX_POINTS
        if not (all(self.strokes) and in_order and inside and fits and few) or ink(self.strokes) < MIN_INK:
            raise UnusableDrawing


def ink(strokes: Iterable[Sequence[Point]]) -> float:
    """Return the length of strokes, in units."""
    return sum(math.dist(before[:2], after[:2]) for stroke in strokes for before, after in itertools.pairwise(stroke))


def svg(drawing: Drawing) -> str:
    """Return the drawing as SVG, black on transparent, cropped to the ink."""
    places = [place for stroke in drawing.strokes for place in _along(stroke)]
    left, top = (min(place[axis] for place in places) - _PEN for axis in (0, 1))
    right, bottom = (max(place[axis] for place in places) + _PEN for axis in (0, 1))
    paths = "".join(f'<path d="{_path(stroke)}"/>' for stroke in drawing.strokes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.1f} {top:.1f} {right - left:.1f} {bottom - top:.1f}">'
        f'<g fill="none" stroke="#000" stroke-width="{_PEN}" stroke-linecap="round" stroke-linejoin="round">'
        f"{paths}</g></svg>"
    )


def quarters(strokes: Iterable[Sequence[Point]], columns: int, rows: int, scale: float = 1.0) -> Layer:
    """Return the quarters of cells that the strokes touch, in rows of ``columns``; ``scale`` below 1 shrinks them."""
    cells = [[0] * columns for _row in range(rows)]
    for stroke in strokes:
        for across, down in _along(stroke):
            column = int(across * scale * 2 / CELL_WIDTH)
            row = int(down * scale * 2 / CELL_HEIGHT)
            if 0 <= column < 2 * columns and 0 <= row < 2 * rows:
                cells[row // 2][column // 2] |= 1 << (column % 2 + 2 * (row % 2))
    return cells


def blocks(*layers: Layer) -> list[str]:
    """Return rows of quadrant blocks that show all layers, which have one size."""
    return [
        "".join(_BLOCKS[functools.reduce(operator.or_, bits)] for bits in zip(*lines, strict=True))
        for lines in zip(*layers, strict=True)
    ]


def _smooth(stroke: Sequence[Point]) -> list[Place]:
    """Average each inner point with its neighbours, without repeated places."""
    places = [place for place, _same in itertools.groupby((across, down) for across, down, _at in stroke)]
    inner = (
        ((before[0] + 2 * here[0] + after[0]) / 4, (before[1] + 2 * here[1] + after[1]) / 4)
        for before, here, after in zip(places, places[1:], places[2:], strict=False)
    )
    return [places[0], *inner, *places[1:][-1:]]


def _curves(stroke: Sequence[Point]) -> Iterator[tuple[Place, Place, Place, Place]]:
    """Yield Bézier curves: start, two handles, end."""
    places = _smooth(stroke)
    padded = [places[0], *places, places[-1]]
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        yield start, first, second, end


def _path(stroke: Sequence[Point]) -> str:
    across, down = stroke[0][:2]
    curves = "".join(
        f"C{first[0]:.1f} {first[1]:.1f} {second[0]:.1f} {second[1]:.1f} {end[0]:.1f} {end[1]:.1f}"
        for _start, first, second, end in _curves(stroke)
    )
    return f"M{across} {down}{curves or 'h0.1'}"


def _along(stroke: Sequence[Point]) -> Iterator[Place]:
    """Yield places along a stroke, close enough to touch every quarter cell on its way."""
    yield float(stroke[0][0]), float(stroke[0][1])
    for start, first, second, end in _curves(stroke):
        steps = max(1, math.ceil(math.dist(start, end) / _STEP))
        for step in range(1, steps + 1):
            t = step / steps
            u = 1 - t
            a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
            yield (
                a * start[0] + b * first[0] + c * second[0] + d * end[0],
                a * start[1] + b * first[1] + c * second[1] + d * end[1],
            )
