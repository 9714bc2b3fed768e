"""T04 on the staff's screens: no hidden character that is kept anywhere reaches the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.damaged_files import spoil
from tests.pilot.staff_walker import SCREENS
from tests.terminal.hidden_characters import FORBIDDEN, HIDDEN
from tests.terminal.staff_walker import TOURS, office
from tests.terminal.walker import prepare


@pytest.fixture(scope="module")
def spoilt_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school with hidden characters in every text that it keeps."""
    home = tmp_path_factory.mktemp("spoilt") / "home"
    school = prepare(home)
    spoil(school, lambda kept: f"{kept[:1]}{HIDDEN}{kept[1:]}", lambda number: f"{number}{HIDDEN}")
    school.close()
    return home


@pytest.mark.parametrize("size", [(100, 30), pytest.param((80, 24), marks=pytest.mark.long)])
@pytest.mark.parametrize("tour", TOURS)
def test_hidden_characters_reach_no_terminal_from_any_screen_of_the_staffs(
    spoilt_home: Path, tour: str, size: tuple[int, int]
) -> None:
    ends: dict[str, int] = {}
    with office(spoilt_home, size=size) as terminal:
        for screen in TOURS[tour](terminal):
            terminal.read(0.1)
            ends[screen] = len(terminal.raw)
        painted = terminal.raw.decode("utf-8", "replace")  # it may have been read to the middle of a character
    places = [len(painted[: found.start()].encode()) for found in FORBIDDEN.finditer(painted)]
    assert [(place, ends) for place in places] == [], "where each was painted, and where each screen ended"
    assert TOURS_SEE[tour] <= set(ends)


TOURS_SEE = {
    "registrar": {name for name in SCREENS if name not in ("staff", "member", "add", "audit", "application")},
    "administrator": {"staff", "member", "add", "audit"},
}
"""Every screen that there is, by who gets to it; applications are seen in every state."""
