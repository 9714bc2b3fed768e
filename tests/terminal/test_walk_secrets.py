"""What a visitor's keys leave on the real screens: clipboard, bursts (T07, T08)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.harness import Terminal, python
from tests.terminal.samples import F6
from tests.terminal.walker import (
    ENTER,
    ESCAPE,
    LOGIN,
    MARKS,
    TAB,
    kiosk,
    walk,
)

SECRET = "A123456789"


@pytest.mark.parametrize("screen", ["login", "form"])
def test_what_one_visitor_copies_the_next_cannot_paste(school_home: Path, screen: str) -> None:
    copying = "\x1b[1;2H\x1b[1;2D\x01\x03\x18"
    with kiosk(school_home) as terminal:
        walk(terminal, screen)
        terminal.does(f"{SECRET}", SECRET)
        terminal.send(copying)
        terminal.read(0.1)
        if screen == "form":
            terminal.does(ESCAPE, "不儲存離開")
            terminal.send(f"{TAB}{TAB}{ENTER}")
            for step in ("basis", "mode", "hub"):
                terminal.wait_for(MARKS[step])
                terminal.send(ESCAPE)
            terminal.wait_for(LOGIN)  # Esc and a key in one piece are another key
        else:
            terminal.does(ESCAPE, LOGIN)
        terminal.wait_gone(SECRET)
        terminal.does(f"\x16{TAB}\x16\x1b[ZQ9Q", "Q9Q")
        assert SECRET not in terminal.text
        assert b"\x1b]52" not in terminal.raw


def assert_bursts_hide_the_secret(home: Path, bursts: int, *, stall: bool) -> None:
    command = python("-m", "tests.terminal.sabotaged_kiosk", str(home), "binding")
    with Terminal(command) as terminal:
        terminal.wait_for(LOGIN, 30)
        for number in range(bursts):
            account = f"P1{number:06}"
            terminal.does(f"{F6 if stall else ''}{account}{TAB}{SECRET}", "*" * len(SECRET))
            assert account in terminal.text
            for length in range(4, len(SECRET) + 1):
                assert SECRET[-length:].encode() not in terminal.raw
            terminal.send(ESCAPE)
            terminal.wait_gone(account)


@pytest.mark.parametrize(("bursts", "stall"), [(5, False), (2, True)])
def test_bursts_at_the_login(school_home: Path, bursts: int, stall: bool) -> None:
    assert_bursts_hide_the_secret(school_home, bursts, stall=stall)


@pytest.mark.long
@pytest.mark.parametrize(("bursts", "stall"), [(50, False), (20, True)])
def test_many_bursts_at_the_login(school_home: Path, bursts: int, stall: bool) -> None:
    assert_bursts_hide_the_secret(school_home, bursts, stall=stall)
