"""The receipt alone: what it shows, its code, and how it is left."""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from kiosk.domain.application_form import Basis
from kiosk.domain.application_status import ApprovalBlock
from kiosk.domain.receipt import EmailState, MaskedApplicant, Receipt, make_receipt
from kiosk.rules.line_breaks import cell_width
from kiosk.screens.family.receipt import ReceiptScreen
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from kiosk.widgets.qr import qr_lines
from tests.pilot.hosts import showing
from tests.pilot.people import SIZES

_TOKEN = "tk_0123456789-abcdefg"  # as long as a real one
_PIXELS = 8


def receipt(applicants: int = 1, basis: Basis = Basis.PARENTS, held: tuple[ApprovalBlock, ...] = ()) -> Receipt:
    person = MaskedApplicant("林〇花", "媽媽", "*******401", "0910***200", None, EmailState.NONE)
    return make_receipt("id", "115-000-0001-5", _TOKEN, basis, (person,) * applicants, held)


def picture(lines: list[str]) -> Image.Image:
    """The code as a camera sees it: two modules in each cell."""
    image = Image.new("L", (len(lines[0]), 2 * len(lines)), 255)
    for row, line in enumerate(lines):
        for column, block in enumerate(line):
            if block in "▀█":
                image.putpixel((column, 2 * row), 0)
            if block in "▄█":
                image.putpixel((column, 2 * row + 1), 0)
    return image.resize((image.width * _PIXELS, image.height * _PIXELS), Image.Resampling.NEAREST)


def test_the_code_holds_the_token_and_nothing_else() -> None:
    lines = qr_lines(_TOKEN).split("\n")
    found = zxingcpp.read_barcodes(picture(lines))
    assert [one.text for one in found] == [_TOKEN]
    assert all(line[:4] == line[-4:] == " " * 4 for line in lines)
    assert not "".join(lines[:2] + lines[-2:]).strip()


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_the_whole_code_is_in_sight_black_on_white(tmp_path: Path, size: tuple[int, int]) -> None:
    async with showing(tmp_path, ReceiptScreen(receipt()), size) as shown:
        assert shown.in_sight("#qr")
        code = shown.one("#qr")
        assert code.styles.color.hex == "#000000"
        assert code.styles.background.hex == "#FFFFFF"
        assert shown.one("#body").max_scroll_y == 0


@pytest.mark.parametrize("size", SIZES)
async def test_everything_can_be_reached_by_keyboard(tmp_path: Path, size: tuple[int, int]) -> None:
    held = (ApprovalBlock.DOCUMENTS, ApprovalBlock.STUDENT_CONSENT, ApprovalBlock.CONFLICT)
    async with showing(tmp_path, ReceiptScreen(receipt(2, Basis.CARER, held)), size) as shown:
        assert "115-000-0001-5" in shown.words()
        assert "*******401" in shown.words()
        body = shown.one("#body")
        for _page in range(6):
            await shown.parent.presses("pagedown")
        await shown.pilot.pause()
        assert body.scroll_y == body.max_scroll_y
        assert shown.one("#done").has_focus
        words = shown.parent.text("#receipt-text")
        assert "委託證明書" in words.replace("\n   ", "")
        assert not [line for line in words.split("\n") if line.strip()[:1] in ("，", "。", "、", "；")]
        assert not [line for line in words.split("\n") if line.strip() in ("1.", "2.", "3.", "4.")]


@pytest.mark.parametrize("size", SIZES)
async def test_the_lines_fit_the_room_beside_the_code(tmp_path: Path, size: tuple[int, int]) -> None:
    async with showing(tmp_path, ReceiptScreen(receipt(1, Basis.CARER, (ApprovalBlock.DOCUMENTS,))), size) as shown:
        words = shown.one("#receipt-text")

        def lines() -> list[str]:
            return shown.parent.text("#receipt-text").split("\n")

        def widest() -> int:
            return max(cell_width(line) for line in lines())

        await until(shown.pilot, lambda: words.content_size.width - 4 <= widest() <= words.content_size.width)
        await until(shown.pilot, lambda: words.region.height == len(lines()))


@pytest.mark.parametrize("answer", ["done", "another"])
async def test_each_way_out_by_mouse(tmp_path: Path, answer: str) -> None:
    async with showing(tmp_path, ReceiptScreen(receipt()), (80, 24)) as shown:
        await shown.clicks(f"#{answer}")
        assert await shown.answered() == answer


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_leaving_by_key_is_done(tmp_path: Path, key: str) -> None:
    async with showing(tmp_path, ReceiptScreen(receipt())) as shown:
        await shown.parent.presses(key, key)
        assert await shown.answered() == "done"


async def test_it_leaves_after_45_seconds_and_any_key_starts_the_count_anew(tmp_path: Path) -> None:
    clock = FakeClock()
    async with showing(tmp_path, ReceiptScreen(receipt()), clock=clock) as shown:
        app = shown.parent.kiosk
        app.tick()
        assert "45 秒後清除畫面" in shown.parent.text("#foot")
        clock.advance(40)
        await shown.parent.presses("x")
        clock.advance(40)
        app.tick()
        assert "5 秒後清除畫面" in shown.parent.text("#foot")
        assert app.screen is shown.screen
        clock.advance(6)
        app.tick()
        assert await shown.answered() is None
        await until(shown.pilot, lambda: len(app.screen_stack) == 1)
