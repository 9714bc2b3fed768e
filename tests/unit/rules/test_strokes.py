"""Strokes: what is refused, and what they look like as blocks and as SVG."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.strokes import (
    MAX_POINTS,
    MAX_STROKES,
    MIN_INK,
    Drawing,
    Point,
    UnusableDrawing,
    blocks,
    ink,
    quarters,
    svg,
)

_WIDTH, _HEIGHT = 700, 180
_LINE: tuple[Point, ...] = ((5, 10, 0), (205, 10, 50))


@st.composite
def _drawings(draw: st.DrawFn) -> Drawing:
    point = st.tuples(st.integers(0, _WIDTH), st.integers(0, _HEIGHT))
    strokes = draw(st.lists(st.lists(point, min_size=1, max_size=30), max_size=8))
    at = itertools.count()
    timed = tuple(tuple((across, down, next(at)) for across, down in stroke) for stroke in strokes)
    return Drawing(_WIDTH, _HEIGHT, (_shift(_LINE, 0), *(_shift(stroke, 100) for stroke in timed)))


def _shift(stroke: tuple[Point, ...], later: int) -> tuple[Point, ...]:
    return tuple((across, down, at + later) for across, down, at in stroke)


@given(_drawings())
def test_every_drawing_can_be_shown_and_printed(drawing: Drawing) -> None:
    lines = blocks(quarters(drawing.strokes, 70, 9))
    assert [len(line) for line in lines] == [70] * 9
    assert any(line.strip() for line in lines)
    paths = ElementTree.fromstring(svg(drawing)).iter("{http://www.w3.org/2000/svg}path")
    assert len(list(paths)) == len(drawing.strokes)


@pytest.mark.parametrize(
    "strokes",
    [
        (),
        ((),),
        (((5, 10, 0),),),
        (((5, 10, 0), (MIN_INK, 10, 5)),),
        (((5, 10, 0), (705, 10, 5)),),
        (((5, -1, 0), (205, 10, 5)),),
        (((5, 10, 9), (205, 10, 5)),),
        (((5, 10, -1), (205, 10, 5)),),
        (_LINE,) * (MAX_STROKES + 1),
        (tuple((place % 2 * 200, 10, place) for place in range(MAX_POINTS + 1)),),
    ],
    ids=["nothing", "empty", "dot", "short", "right", "above", "back", "before", "strokes", "points"],
)
def test_unusable_drawings_are_refused(strokes: tuple[tuple[Point, ...], ...]) -> None:
    with pytest.raises(UnusableDrawing):
        Drawing(_WIDTH, _HEIGHT, strokes)


@pytest.mark.parametrize("size", [(0, 180), (700, 0), (10_001, 180)])
def test_an_impossible_pad_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnusableDrawing):
        Drawing(*size, (_LINE,))


def test_a_drawing_hides_its_strokes_in_its_repr() -> None:
    assert "205" not in repr(Drawing(_WIDTH, _HEIGHT, (_LINE,)))


def test_quarters_of_cells_are_drawn() -> None:
    across = ((0, 4, 0), (29, 4, 1))
    down = ((22, 4, 2), (22, 35, 3))
    assert blocks(quarters([across, down], 4, 2)) == ["▀▀▛ ", "  ▌ "]
    assert blocks(quarters([across], 4, 2), quarters([down], 4, 2)) == ["▀▀▛ ", "  ▌ "]
    assert blocks(quarters([across, down], 2, 1, 0.5)) == ["▀▌"]


def test_points_outside_the_frame_are_not_drawn() -> None:
    assert blocks(quarters([((0, 4, 0), (500, 4, 1))], 2, 1)) == ["▀▀"]


def test_a_staircase_becomes_a_slope() -> None:
    stairs = tuple((10 * step, 20 * (step // 2), step) for step in range(10))
    drawn = svg(Drawing(_WIDTH, _HEIGHT, (stairs,)))
    corners = [float(number) for number in drawn.split('d="M0 0C')[1].split('"')[0].replace("C", " ").split()]
    ends = list(zip(corners[4::6], corners[5::6], strict=True))
    steps = [later[1] - earlier[1] for earlier, later in itertools.pairwise(ends)]
    assert max(steps) <= 10, "half a stair at most"
    assert ends[-1] == (90.0, 80.0), "where the pen was lifted"


def test_ink_is_the_length_of_all_strokes() -> None:
    assert ink([_LINE, ((0, 0, 0), (30, 40, 1))]) == 250
