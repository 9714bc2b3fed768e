"""A terminal's screen as a camera sees it: its cells painted as a picture."""

from __future__ import annotations

import pyte
from PIL import Image

_MODULE = 6
_NAMED = {"black": "000000", "white": "ffffff", "default": None}
_FRONT, _BACK = "10202c", "ffffff"


def photograph(screen: pyte.Screen) -> Image.Image:
    """Paint each cell: half blocks as they are, any other character as a stroke in its middle."""
    image = Image.new("RGB", (screen.columns, 2 * screen.lines))
    for row in range(screen.lines):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            front, back = _color(cell.fg, _FRONT), _color(cell.bg, _BACK)
            if cell.reverse:
                front, back = back, front
            image.putpixel((column, 2 * row), front if cell.data in "▀█" else back)
            image.putpixel((column, 2 * row + 1), front if cell.data in "▄█" else back)
            if cell.data.strip() and cell.data not in "▀▄█":
                image.putpixel((column, 2 * row + 1), front)
    return image.resize((image.width * _MODULE, image.height * _MODULE), Image.Resampling.NEAREST)


def _color(name: str, default: str) -> tuple[int, int, int]:
    code = _NAMED.get(name, name) or default
    return int(code[:2], 16), int(code[2:4], 16), int(code[4:6], 16)
