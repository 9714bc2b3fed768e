"""T04 on the staff's screens: no hidden character that is kept anywhere reaches the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pilot.staff_walker import SCREENS
from tests.terminal.hidden_characters import assert_nothing_hidden_was_painted
from tests.terminal.staff_walker import office, tour


@pytest.mark.parametrize("size", [(100, 30), pytest.param((80, 24), marks=pytest.mark.long)])
def test_hidden_characters_reach_no_terminal_from_any_screen_of_the_staffs(
    planted_home: Path, size: tuple[int, int]
) -> None:
    with office(planted_home, size=size) as terminal:
        seen = assert_nothing_hidden_was_painted(terminal, tour(terminal))
    assert set(SCREENS) - {"application"} <= seen, "applications are seen in every state"
