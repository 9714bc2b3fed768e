"""Paint a screen of the running app cell by cell, so that Chinese sits in its two cells.

Needs a Chinese font (`make test-tools`).
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color
from textual.app import App

from kiosk.terminal.screen_text import visible_strips

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


def paint(app: App[int], file: Path) -> None:
    """Paint the screen that stands, cell by cell."""
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
