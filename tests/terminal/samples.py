"""What the terminal's tests share: the sample app's command line, and what it answers."""

from __future__ import annotations

from tests.terminal.harness import Terminal, python
from tests.terminal.keys import F7
from tests.terminal.sample_app import hash_of


def sample(*arguments: str, size: tuple[int, int] = (80, 24)) -> Terminal:
    """Start the sample app and wait for its screen."""
    terminal = Terminal(python("-m", "tests.terminal.sample_app", *arguments), size=size)
    terminal.wait_for("sample")
    return terminal


def typed(first: str, second: str, secret: str) -> str:
    """Give the line that the sample app shows for these values."""
    return f"<{first}|{second}|{len(secret)}|{hash_of(secret)}>"


def assert_types_on(terminal: Terminal, word: str = "still") -> None:
    """Check that the app takes input as before, whatever unfinished sequence it was left with.

    Args:
        terminal: shows the sample app.
        word: does not stand in its fields already.
    """
    terminal.insists(F7 + word, typed(word, "", ""))
