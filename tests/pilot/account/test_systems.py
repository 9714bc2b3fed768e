"""選擇系統: every system of the list has its screen, and its code can be read from the terminal's cells."""

from __future__ import annotations

from pathlib import Path

import pyte
import pytest
import zxingcpp
from rich.console import Console
from textual.color import Color

from kiosk.screens.account.systems import SystemScreen, SystemsScreen
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.texts.city_systems import CitySystem, load_systems
from kiosk.terminal.screen_text import visible_strips
from kiosk.widgets.qr import qr_lines
from tests.pilot.hosts import Shown, showing
from tests.pilot.people import SIZES
from tests.terminal.photo import photograph

HOLDER = AccountSession("login", "account", 1, "terminal", "林小花")
SYSTEMS = load_systems(None)
_MAX_LENGTH = CitySystem("long", "長網址", "說明", "https://longest.tp.edu.tw/" + "a" * 27)


def _as_terminal(shown: Shown[bool | Nav], size: tuple[int, int]) -> pyte.Screen:
    """What stands on the screen, written to a terminal in memory as the app writes it."""
    screen = pyte.Screen(*size)
    stream = pyte.Stream(screen)
    console = Console(width=size[0], color_system="truecolor", force_terminal=True)
    for row, strip in enumerate(visible_strips(shown.screen), 1):
        stream.feed(f"\x1b[{row};1H{strip.render(console)}")
    return screen


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
@pytest.mark.parametrize("system", [one for one in SYSTEMS.systems if one.address], ids=lambda one: str(one.key))
async def test_every_systems_code_is_read_from_the_terminals_cells(
    tmp_path: Path, system: CitySystem, size: tuple[int, int]
) -> None:
    async with showing(tmp_path, SystemScreen(HOLDER, system), size) as shown:
        found = zxingcpp.read_barcodes(photograph(_as_terminal(shown, size)))
        assert [one.text for one in found] == [system.address]
        assert shown.in_sight("#qr")
        assert shown.one("#body").max_scroll_y == 0
        code = shown.one("#qr")
        assert (code.styles.color, code.styles.background) == (Color(0, 0, 0), Color(255, 255, 255))
        assert system.name in shown.words()
        assert str(system.address) in shown.words()


async def test_on_a_narrow_terminal_the_code_is_below_and_is_reached_by_keyboard(tmp_path: Path) -> None:
    async with showing(tmp_path, SystemScreen(HOLDER, SYSTEMS.systems[0]), (60, 20)) as shown:
        for _page in range(3):
            await shown.parent.presses("pagedown")
        await shown.pilot.pause()
        assert shown.one("#body").scroll_y == shown.one("#body").max_scroll_y
        last = qr_lines(str(SYSTEMS.systems[0].address)).rstrip().split("\n")[-5].strip()
        assert last in shown.words()


async def test_the_longest_address_that_is_allowed_can_be_read_too(tmp_path: Path) -> None:
    async with showing(tmp_path, SystemScreen(HOLDER, _MAX_LENGTH), (100, 30)) as shown:
        found = zxingcpp.read_barcodes(photograph(_as_terminal(shown, (100, 30))))
        assert [one.text for one in found] == [_MAX_LENGTH.address]


async def test_a_system_without_an_address_has_no_code_and_says_so(tmp_path: Path) -> None:
    system = CitySystem("own", "本校的系統", "說明")
    async with showing(tmp_path, SystemScreen(HOLDER, system)) as shown:
        assert not shown.screen.query("#qr")
        assert "沒有列出這項服務自己的網址" in shown.parent.text("#address")


@pytest.mark.parametrize("size", SIZES)
async def test_every_system_is_in_the_list_and_opens_by_key_and_by_mouse(tmp_path: Path, size: tuple[int, int]) -> None:
    async with showing(tmp_path, SystemsScreen(HOLDER, SYSTEMS), size) as shown:
        assert [str(button.label) for button in shown.screen.query("Button.menu-item")] == [  # type: ignore[attr-defined]
            system.name for system in SYSTEMS.systems
        ]
        await shown.parent.presses(*["down"] * (len(SYSTEMS.systems) - 1), "enter")
        assert await shown.answered() == SYSTEMS.systems[-1].key
    async with showing(tmp_path, SystemsScreen(HOLDER, SYSTEMS), size) as shown:
        assert "由教育局開通帳號" in shown.parent.text("#introduction")
        await shown.clicks("#epay")
        assert await shown.answered() == "epay"
