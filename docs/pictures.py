"""Make the pictures of every screen from the running app: `make pictures`.

Cells are painted with Pillow, so that Chinese sits in its two cells; needs a Chinese font (`make test-tools`).
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"

from argon2 import PasswordHasher
from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color
from textual.app import App

from kiosk.app import build_app
from kiosk.services.demo_school import demo_logins, fill_demo_school
from kiosk.services.school import School, open_school
from kiosk.settings import load_settings
from kiosk.testing import FakeClock, Parent

FOLDER = Path(__file__).parent / "pictures"
SIZES = ((80, 24), (100, 30))
_WIDE_FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",)
_NARROW_FONTS = ("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",)
_CELL = (9, 18)
_BASELINE = 14
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
    for row, strip in enumerate(app.screen._compositor.render_strips()):
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
    picture.save(file, optimize=True)


async def _visit(school: School, size: tuple[int, int]) -> None:
    lines = "\n".join(f"{login.account}　{login.password}　{login.what}" for login in demo_logins())
    app = build_app(school.settings, school.clock, school, f"展示用登入（Ctrl+Q 離開）：\n{lines}")
    name = f"{size[0]}x{size[1]}"

    async with app.run_test(size=size) as pilot:
        parent = Parent(pilot)

        async def keep(step: str) -> None:
            await pilot.pause()
            paint(app, FOLDER / f"{step}-{name}.png")

        await parent.sees("LoginScreen")
        await keep("1-login")
        login = demo_logins()[0 if size == SIZES[0] else -1]
        await parent.logs_in(login.account, login.password)
        await parent.sees("ChangePasswordScreen")
        await parent.types("Harbour")
        await keep("2-change-password")
        await parent.presses("ctrl+u")
        await parent.changes_password("Harbour7lights")
        await keep("3-hub")
        await parent.opens("confirm", "ConfirmStudentScreen")
        await keep("4-confirm")
        await parent.clicks("#wrong")
        await keep("4-error-report")
        await parent.clicks("#right")
        await parent.presses("enter")
        await parent.opens("apply", "ConsentScreen")
        await keep("5-consent")
        await parent.consents()
        await parent.sees("ApplicationModeScreen")
        await keep("6-mode")
        await parent.clicks("#one_parent")
        await parent.sees("BasisScreen")
        await keep("6-basis")
        await parent.clicks("#parents")
        await parent.sees("ApplicantFormScreen")
        await keep("6-form")
        await parent.fills_in("林小花", "媽媽", "B200300401", "0910100200", "flower@gmial.com")
        await parent.sees("ReadBackScreen")
        await keep("6-read-back")
        await parent.presses("enter")
        await parent.sees("ReceiptScreen")
        await keep("7-receipt")


def main() -> None:
    """Make every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder) / "home", demo=True, environment={})
        school = open_school(settings, FakeClock(), PasswordHasher(1, 1024, 1))
        fill_demo_school(school)
        for size in SIZES:
            asyncio.run(_visit(school, size))
        school.close()


if __name__ == "__main__":
    main()
