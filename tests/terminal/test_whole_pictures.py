"""What stands on the terminal is what a whole new picture shows: a step is painted once, then only what changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.staff_walker import TOURS, office
from tests.terminal.walker import ESCAPE, SCREENS, come_home, kiosk, prepare, walk

_QUIET_SECONDS = 0.3
"""Longer than a button looks pressed."""
_RUNS_ON = re.compile(r"\d\d:\d\d\b|\d+ 秒")
"""The time of day, and what is counted down."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("school") / "home"
    prepare(home).close()
    return home


def picture(terminal: Terminal) -> list[list[tuple[object, ...]]]:
    """Every cell with its colours, once nothing more is painted."""
    while terminal.read(_QUIET_SECONDS):
        pass
    rows = [
        [terminal.screen.buffer[row][place] for place in range(terminal.screen.columns)]
        for row in range(terminal.screen.lines)
    ]
    return [[tuple(cell) for cell in row] for row in rows]


def differences(terminal: Terminal) -> list[str]:
    """The rows that differ once the kiosk has laid out and painted everything anew, before and after."""
    before, text = picture(terminal), terminal.text.splitlines()
    columns, rows = terminal.screen.columns, terminal.screen.lines
    for width in (columns + 1, columns):
        terminal.resize(width, rows)
        after = another_picture(terminal)
    anew = terminal.text.splitlines()
    return [
        f"{text[row]!r} -> {anew[row]!r}"
        for row in range(len(before))
        if before[row] != after[row] and not _RUNS_ON.search(text[row] + anew[row])
    ]


def another_picture(terminal: Terminal) -> list[list[tuple[object, ...]]]:
    already = len(terminal.raw)
    terminal.wait_until(lambda: len(terminal.raw) > already, what="another picture")
    return picture(terminal)


@pytest.mark.parametrize("size", [(80, 24), pytest.param((100, 30), marks=pytest.mark.long)])
def test_every_screen_of_a_visit(home: Path, size: tuple[int, int]) -> None:
    found = {}
    with kiosk(home, size=size) as terminal:
        for visit, screen in enumerate(SCREENS):
            walk(terminal, screen, visit)
            found[screen] = differences(terminal)
            come_home(terminal)
            terminal.send(ESCAPE)
            terminal.wait_gone("still")
    assert found == {screen: [] for screen in SCREENS}


@pytest.mark.parametrize("size", [(100, 30), pytest.param((80, 24), marks=pytest.mark.long)])
@pytest.mark.parametrize("tour", [pytest.param("registrar", marks=pytest.mark.long), "administrator"])
def test_every_screen_of_the_staffs(home: Path, tour: str, size: tuple[int, int]) -> None:
    found = {}
    with office(home, size=size) as terminal:
        for screen in TOURS[tour](terminal):
            found[screen] = differences(terminal)
    assert found == dict.fromkeys(found, [])
    assert len(found) > 3
