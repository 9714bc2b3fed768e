"""What the terminal's tests share: the sample app's command line and its keys."""

from __future__ import annotations

from pathlib import Path

from tests.paths import ROOT
from tests.terminal.harness import Terminal, python
from tests.terminal.sample_app import hash_of

F5, F6, F7 = "\x1b[15~", "\x1b[17~", "\x1b[18~"


def sample(*arguments: str, size: tuple[int, int] = (80, 24), folder: Path = ROOT) -> Terminal:
    """Start the sample app and wait for its screen."""
    terminal = Terminal(python("-m", "tests.terminal.sample_app", *arguments), size=size, folder=folder)
    terminal.wait_for("sample")
    return terminal


def typed(first: str, second: str, secret: str) -> str:
    """Give the line that the sample app shows for these values."""
    return f"<{first}|{second}|{len(secret)}|{hash_of(secret)}>"


def assert_types_on(terminal: Terminal, word: str = "still") -> None:
    """Check that the app takes input as before, whatever unfinished sequence it was left with."""
    terminal.wait_until(lambda: _answers(terminal, word), 10.0, "an answer to typing")


def _answers(terminal: Terminal, word: str) -> bool:
    terminal.send(F7 + word)
    for _attempt in range(25):
        if typed(word, "", "") in terminal.text:
            return True
        terminal.read(0.02)
    return False
