"""The walker reaches every screen; nothing that the screens show of a person is said to the terminal's surroundings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.walker import SCREENS, come_home, kiosk, walk


@pytest.mark.long
@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_is_reached_and_left(school_home: Path, screen: str) -> None:
    with kiosk(school_home) as terminal:
        walk(terminal, screen)
        come_home(terminal)
        assert b"\x1b]52" not in terminal.raw
