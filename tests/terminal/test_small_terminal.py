"""The smallest terminal: what a screen puts above its first choice stays in sight."""

from __future__ import annotations

from pathlib import Path

from tests.terminal.walker import MARKS, WITH_DRAFT, kiosk, log_in


def test_the_states_stay_above_the_next_item(own_home: Path) -> None:
    with kiosk(own_home, size=(60, 20)) as terminal:
        log_in(terminal, WITH_DRAFT)
        terminal.wait_until(lambda: "學生證多元功能" in terminal.text, what="the menu")
        while terminal.read(0.5):
            pass
        assert MARKS["menu"] in terminal.text
