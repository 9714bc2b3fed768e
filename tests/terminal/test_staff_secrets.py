"""T04 on the staff's screens: no hidden character that is kept anywhere reaches the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pilot.staff_walker import SCREENS
from tests.terminal.hidden_characters import assert_nothing_hidden_was_painted
from tests.terminal.staff_walker import TOURS, office


@pytest.mark.parametrize("size", [(100, 30), pytest.param((80, 24), marks=pytest.mark.long)])
@pytest.mark.parametrize("tour", TOURS)
def test_hidden_characters_reach_no_terminal_from_any_screen_of_the_staffs(
    planted_home: Path, tour: str, size: tuple[int, int]
) -> None:
    ends: dict[str, int] = {}
    with office(planted_home, size=size) as terminal:
        for screen in TOURS[tour](terminal):
            terminal.read(0.1)
            ends[screen] = len(terminal.raw)
        assert_nothing_hidden_was_painted(terminal, ends)
    assert TOURS_SEE[tour] <= set(ends)


TOURS_SEE = {
    "registrar": {name for name in SCREENS if name not in ("staff", "member", "add", "audit", "application")},
    "administrator": {"staff", "member", "add", "audit"},
}
"""Every screen that there is, by who gets to it; applications are seen in every state."""
