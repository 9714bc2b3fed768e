"""Run the headless app and paint its screens cell by cell, so that Chinese sits in its two cells.

Needs a Chinese font (`make test-tools`).
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color
from textual.app import App

from kiosk.app import AppOptions, KioskApp
from kiosk.services.school import School
from kiosk.terminal.screen_text import visible_strips
from kiosk.testing.person import Person, until
from kiosk.widgets.table.paged_table import PagedTable

FOLDER = Path(__file__).parent / "pictures"
SIZES = ((80, 24), (100, 30))
_Person = TypeVar("_Person", bound=Person)
_WIDE_FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",)
_NARROW_FONTS = ("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",)
_CELL = (9, 18)
_BASELINE = 14
_COLORS = 64
_MONO_TRADITIONAL_CHINESE = 8


def _font(paths: tuple[str, ...], index: int = 0) -> ImageFont.FreeTypeFont:
    for path in paths:
        if Path(path).exists():
            return ImageFont.truetype(path, 15, index=index)
    sys.exit("找不到字型；請先執行 make test-tools")


def _rgb(color: Color | None, default: tuple[int, int, int]) -> tuple[int, int, int]:
    triplet = color.get_truecolor() if color is not None and not color.is_default else None
    return (triplet.red, triplet.green, triplet.blue) if triplet else default


class Keep(Protocol):
    """Keeps a picture."""

    async def __call__(self, name: str, screen: str = "", *keys: str) -> None:
        """Press keys, wait for a screen and the rows of its table, and paint it."""


@asynccontextmanager
async def person_at(
    school: School,
    size: tuple[int, int],
    person: type[_Person],
    *,
    prefix: str = "",
    options: AppOptions | None = None,
) -> AsyncIterator[tuple[_Person, Keep]]:
    """Run the app with a person at it; what they keep is named ``<prefix><name>-<size>.png``."""
    app = KioskApp(school.settings, school.clock, school, options or AppOptions())
    async with app.run_test(size=size) as pilot:
        someone = person(pilot)

        async def keep(name: str, screen: str = "", *keys: str) -> None:
            await someone.presses(*keys)
            if screen:
                await someone.sees(screen)
            for table in app.screen.query(PagedTable):
                await until(pilot, lambda table=table: table.is_loaded)
            await pilot.pause()
            _paint(app, FOLDER / f"{prefix}{name}-{size[0]}x{size[1]}.png")

        yield someone, keep


def _paint(app: App[int], file: Path) -> None:
    """Paint the present screen."""
    width, height = app.size
    picture = Image.new("RGB", (width * _CELL[0], height * _CELL[1]), "white")
    draw = ImageDraw.Draw(picture)
    narrow, wide = _font(_NARROW_FONTS), _font(_WIDE_FONTS, _MONO_TRADITIONAL_CHINESE)
    for row, strip in enumerate(visible_strips(app.screen)):
        column = 0
        for segment in strip:
            style = segment.style
            front = _rgb(style.color if style else None, (16, 32, 44))
            back = _rgb(style.bgcolor if style else None, (255, 255, 255))
            if style and style.reverse:
                front, back = back, front
            for character in segment.text:
                cells = cell_len(character)
                place = (column * _CELL[0], row * _CELL[1])
                corner = (place[0] + cells * _CELL[0], place[1] + _CELL[1])
                draw.rectangle((place, corner), fill=back)
                baseline = (place[0], place[1] + _BASELINE)
                draw.text(baseline, character, font=wide if cells == 2 else narrow, fill=front, anchor="ls")
                column += cells
    picture.quantize(_COLORS).save(file, optimize=True)
