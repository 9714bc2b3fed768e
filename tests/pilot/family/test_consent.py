"""The consent screen alone: reading to the end, choosing, sending."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button

from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.family.consent import ConsentScreen
from kiosk.services.students.consents import ConsentAnswer
from kiosk.services.texts.loader import TextName, load_consent, load_text
from kiosk.testing.person import until
from tests.pilot.hosts import Shown, showing
from tests.pilot.people import SIZES

_NEVER_FIRST = "、，。；：？！）」』】》〉"
_NEVER_LAST = "（「『【《〈"
_REFUSAL = "請詳讀個資授權同意書並勾選本人同意或不同意此同意書"


def screen() -> ConsentScreen:
    return ConsentScreen(load_consent(None, "zh_TW"), load_text(TextName.CONSENT_INTRO, None).body)


def may_choose(shown: Shown[ConsentAnswer | Nav]) -> bool:
    return not any(button.disabled for button in shown.screen.query(".choice").results(Button))


def lines_of(shown: Shown[ConsentAnswer | Nav]) -> list[str]:
    return [line for line in shown.parent.text("#text").split("\n") if line]


async def read_by_key(shown: Shown[ConsentAnswer | Nav]) -> None:
    for _page in range(80):
        if may_choose(shown):
            return
        await shown.parent.presses("pagedown")
        await shown.pilot.pause()
    await until(shown.pilot, lambda: may_choose(shown))


@pytest.mark.parametrize("size", SIZES)
async def test_the_choices_open_at_the_end_and_are_of_one_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with showing(tmp_path, screen(), size) as shown:
        assert not may_choose(shown)
        await until(shown.pilot, lambda: shown.parent.text("#progress") == "已讀 0%，請往下讀到最後。")
        await read_by_key(shown)
        assert "請選擇同意或不同意" in shown.parent.text("#progress")
        assert shown.one("#agree").size == shown.one("#refuse").size
        for name in ("agree", "refuse", "send", "back"):
            button = shown.one(f"#{name}").region
            assert shown.screen.region.contains_region(button), name
            assert button.area > 0


async def test_by_mouse_alone(tmp_path: Path) -> None:
    async with showing(tmp_path, screen()) as shown:
        await shown.clicks("#agree")
        assert not shown.answers
        shown.one("#reading").scroll_end(animate=False)
        await until(shown.pilot, lambda: may_choose(shown))
        await shown.clicks("#refuse")
        assert "已選" in shown.label("#refuse")
        await shown.clicks("#agree")
        assert "已選" in shown.label("#agree")
        assert "已選" not in shown.label("#refuse")
        await shown.clicks("#send")
        assert await shown.answered() == "agree"


async def test_sending_without_a_choice_is_refused_in_the_guides_words(tmp_path: Path) -> None:
    async with showing(tmp_path, screen(), (80, 24)) as shown:
        await shown.clicks("#send")
        assert shown.parent.text("#message") == _REFUSAL
        await read_by_key(shown)
        await shown.clicks("#send")
        assert shown.parent.text("#message") == _REFUSAL
        assert _REFUSAL in shown.words()
        assert not shown.answers


async def test_refusing_is_an_answer(tmp_path: Path) -> None:
    async with showing(tmp_path, screen()) as shown:
        await read_by_key(shown)
        await shown.clicks("#refuse")
        await shown.parent.presses("enter", "enter")
        assert await shown.answered() == "refuse"
        assert len(shown.answers) == 1


async def test_going_back_answers_nothing(tmp_path: Path) -> None:
    async with showing(tmp_path, screen()) as shown:
        await shown.clicks("#back")
        assert await shown.answered() is Nav.BACK


@pytest.mark.parametrize("size", SIZES)
async def test_lines_break_as_a_printer_would(tmp_path: Path, size: tuple[int, int]) -> None:
    async with showing(tmp_path, screen(), size) as shown:
        await until(shown.pilot, lambda: lines_of(shown))
        lines = lines_of(shown)
        assert len(lines) > 10
        assert not [line for line in lines if line[0] in _NEVER_FIRST or line[-1] in _NEVER_LAST]


async def test_having_read_survives_another_size_of_terminal(tmp_path: Path) -> None:
    async with showing(tmp_path, screen(), (100, 30)) as shown:
        await read_by_key(shown)
        await shown.pilot.resize_terminal(80, 24)
        await shown.pilot.pause()
        assert may_choose(shown)


async def test_where_the_whole_text_is_in_sight_nobody_has_to_scroll(tmp_path: Path) -> None:
    async with showing(tmp_path, screen(), (160, 100)) as shown:
        await until(shown.pilot, lambda: may_choose(shown))
        assert shown.one("#reading").max_scroll_y == 0
        assert "請選擇同意或不同意" in shown.parent.text("#progress")
