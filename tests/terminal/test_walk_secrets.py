"""What a visitor's keys leave on the real screens: clipboard, bursts (T07, T08)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.keys import BACKTAB, ENTER, ESCAPE, F6, TAB
from tests.terminal.walker import LOGIN, MARKS, kiosk, walk

SECRET = "A123456789"


def test_what_one_visitor_copies_the_next_cannot_paste(own_home: Path) -> None:
    with kiosk(own_home) as terminal:
        _copy(terminal)
        terminal.does(ESCAPE, LOGIN)
        _nothing_is_pasted(terminal)
        walk(terminal, "form")
        _copy(terminal)
        terminal.does(ESCAPE, "不儲存離開")
        terminal.send(f"{TAB}{TAB}{ENTER}")
        for step in ("basis", "mode", "menu"):
            terminal.wait_for(MARKS[step])
            terminal.send(ESCAPE)
        terminal.wait_for(LOGIN)  # Esc and a key in one piece are another key
        _nothing_is_pasted(terminal)
        assert b"\x1b]52" not in terminal.raw


def _copy(terminal: Terminal) -> None:
    terminal.does(SECRET, SECRET)
    terminal.send("\x1b[1;2H\x1b[1;2D\x01\x03\x18")
    terminal.read(0.1)


def _nothing_is_pasted(terminal: Terminal) -> None:
    """Paste into both fields of the login, and see that only what is typed afterwards stands there."""
    terminal.wait_gone(SECRET)
    terminal.does(f"\x16{TAB}\x16{BACKTAB}Q9Q", "Q9Q")
    assert SECRET not in terminal.text
    terminal.send(ESCAPE)
    terminal.wait_gone("Q9Q")


@pytest.mark.parametrize(("bursts", "stalled"), [(5, 2), pytest.param(50, 20, marks=pytest.mark.long)])
def test_no_burst_at_the_login_shows_the_secret(own_home: Path, bursts: int, stalled: int) -> None:
    """The last bursts come while the kiosk is busy."""
    with kiosk(own_home, fault="binding") as terminal:
        for number in range(bursts + stalled):
            account = f"P1{number:06}"
            stall = F6 if number >= bursts else ""
            terminal.does(f"{stall}{account}{TAB}{SECRET}", "*" * len(SECRET))
            assert account in terminal.text
            for length in range(4, len(SECRET) + 1):
                assert SECRET[-length:].encode() not in terminal.raw
            terminal.send(ESCAPE)
            terminal.wait_gone(account)
