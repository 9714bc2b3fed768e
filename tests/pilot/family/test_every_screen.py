"""Every screen of a visit: text that can be read by weak eyes, and few keys from login to receipt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.color import Color
from textual.app import App

from kiosk.services.school import School
from kiosk.terminal.screen_text import visible_strips
from kiosk.testing.person import until
from tests.pilot.people import QuickParent, parent_at

_MIN_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: https://www.w3.org/TR/WCAG22/#contrast-minimum."""
_MAX_PRESSES = 30
_MOTHER = ("林小花", "媽媽", "B200300401", "B200300401", "0910100200", "flower@example.org", "flower@example.org")


def _luminance(color: Color) -> float:
    red, green, blue = (
        value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4
        for value in color.get_truecolor()
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(front: Color, back: Color) -> float:
    dark, light = sorted((_luminance(front), _luminance(back)))
    return (light + 0.05) / (dark + 0.05)


def weak_texts(app: App[int]) -> Iterator[str]:
    """Find painted text with less contrast than weak eyes need."""
    for strip in visible_strips(app.screen):
        for segment in strip:
            style = segment.style
            if style is None or style.color is None or style.bgcolor is None or not segment.text.strip():
                continue
            front, back = (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)
            if _contrast(front, back) < _MIN_CONTRAST:
                yield f"{segment.text.strip()!r} on {type(app.screen).__name__}"


class Keyboard:
    """Presses keys as a parent does who uses nothing else, and counts them; checks each screen on the way."""

    def __init__(self, parent: QuickParent) -> None:
        self.parent = parent
        self.presses = 0
        self.weak: list[str] = []

    async def arrives(self, screen: str) -> None:
        await self.parent.sees(screen)
        await self.parent.pilot.pause()
        self.weak += weak_texts(self.parent.app)

    async def press(self, *keys: str) -> None:
        self.presses += len(keys)
        await self.parent.presses(*keys)
        self.weak += weak_texts(self.parent.app)

    async def fills(self, *values: str) -> None:
        """Type into one field after the other; Enter goes on."""
        for value in values:
            await self.parent.types(value)
            await self.press("enter")


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_few_keys_lead_from_login_to_receipt_and_all_can_be_read(school: School, size: tuple[int, int]) -> None:
    async with parent_at(school, size) as parent:
        keyboard = Keyboard(parent)
        await keyboard.arrives("LoginScreen")
        await keyboard.fills("P110001", "A123456789")
        await keyboard.arrives("ChangePasswordScreen")
        await keyboard.fills("Harbour7lights", "Harbour7lights")
        await keyboard.arrives("MenuScreen")
        await keyboard.press("enter")
        await keyboard.arrives("ConfirmStudentScreen")
        await keyboard.press("enter", "enter")
        await keyboard.arrives("MenuScreen")
        await keyboard.press("enter")
        await keyboard.arrives("ConsentScreen")
        agree = parent.app.screen.query_one("#agree")
        while agree.disabled:
            before = parent.app.screen.query_one("#reading").scroll_y
            await keyboard.press("enter")
            await until(
                parent.pilot,
                lambda before=before: (
                    not agree.disabled  # type: ignore[misc]  # a lambda's default has no type
                    or parent.app.screen.query_one("#reading").scroll_y > before
                ),
            )
            await parent.pilot.wait_for_animation()
        await keyboard.press("tab", "enter", "enter")
        await keyboard.arrives("ApplicationModeScreen")
        await keyboard.press("enter")
        await keyboard.arrives("BasisScreen")
        await keyboard.press("enter")
        await keyboard.arrives("ApplicantFormScreen")
        await keyboard.fills(*_MOTHER)
        await keyboard.arrives("SummaryScreen")
        await keyboard.press("enter")
        await keyboard.arrives("ReceiptScreen")
        assert keyboard.weak == []
        assert keyboard.presses <= _MAX_PRESSES


async def test_complaints_can_be_read(school: School) -> None:
    async with parent_at(school) as parent:
        keyboard = Keyboard(parent)
        await keyboard.arrives("LoginScreen")
        await keyboard.press("enter", "enter")
        await keyboard.fills("P110001", "A123456789")
        await keyboard.arrives("ChangePasswordScreen")
        await keyboard.fills("short", "other")
        await parent.presses("ctrl+u")
        assert keyboard.weak == []
