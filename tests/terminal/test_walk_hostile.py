"""Hostile input on every real screen of a visit (T01, T02, T09)."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys

from tests.terminal.harness import Terminal
from tests.terminal.test_hostile_input import FORGED_RESIZE, KILLERS, MEBIBYTE, every_key, hostile_bytes
from tests.terminal.walker import LOGIN, MARKS, PAGE_UP, SCREENS, come_home, kiosk, walk

KEYS_A_SCREEN_OFFERS = frozenset("\r\n\t \x1b")
NAMES_OFFERED = frozenset(
    {"escape", "enter", "tab", "shift+tab", "ctrl+m", "ctrl+i", "ctrl+j", "up", "down", "left", "right"}
)


def endure_on(home: Path, screen: str, seed: int, characters: int) -> None:
    with kiosk(home) as terminal:
        walk(terminal, screen, visit=seed)
        process = terminal.app_process.pid
        terminal.send(hostile_bytes(seed, characters), deadline=240.0)
        come_home(terminal)
        assert terminal.app_process.pid == process


@pytest.mark.parametrize(("screen", "seed"), [("login", 1), ("consent", 2), ("form", 3)])
def test_the_kiosk_types_on_after_hostile_characters(school_home: Path, screen: str, seed: int) -> None:
    endure_on(school_home, screen, seed, 1_000)


@pytest.mark.long
@pytest.mark.parametrize(("seed", "screen"), list(enumerate(SCREENS)))
def test_the_kiosk_types_on_after_thirty_thousand(school_home: Path, screen: str, seed: int) -> None:
    endure_on(school_home, screen, seed, 30_000)


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def stay_on(home: Path, folder: Path, screen: str) -> None:
    """Send each key that no screen offers; then those that may lead on."""
    folder.mkdir()
    with kiosk(home, folder=folder) as terminal:
        walk(terminal, screen, visit=20 + SCREENS.index(screen))
        process = terminal.app_process.pid
        before = {path.name for path in files_in(home)}
        for key in every_key():
            if not _may_lead_on(key):
                terminal.send(key)
        terminal.send("\x1b[200~\x1b[201~")
        for _moment in range(10):
            terminal.read(0.05)
        if screen != "consent":
            terminal.wait_until(lambda: _seen_at_the_top(terminal, screen), what=MARKS[screen])
        for key in every_key():
            terminal.send(key)
        come_home(terminal)
        assert terminal.app_process.pid == process
        assert files_in(folder) == set()
        assert {path.name for path in files_in(home)} - before <= {"kiosk.log"}
        assert b"\x1b]52" not in terminal.raw


def _seen_at_the_top(terminal: Terminal, screen: str) -> bool:
    """Whether the screen still stands; among so many keys PageDown may be the last that was taken."""
    terminal.send(PAGE_UP)
    terminal.read(0.2)
    return MARKS[screen] in terminal.text


def _may_lead_on(key: str) -> bool:
    """Whether a screen offers the key, or the protocol makes it one that it offers: Alt+Insert holds an Esc."""
    found = ANSI_SEQUENCES_KEYS.get(key, ())
    names = {name.value for name in found if isinstance(name, Keys)} if isinstance(found, tuple) else set()
    return key in KEYS_A_SCREEN_OFFERS or key in ("\x08", "\x7f") or key.endswith("u") or bool(names & NAMES_OFFERED)


@pytest.mark.parametrize("screen", ["form", "hub"])
def test_no_key_leaves_a_screen_that_does_not_offer_it(school_home: Path, tmp_path: Path, screen: str) -> None:
    stay_on(school_home, tmp_path / "work", screen)


@pytest.mark.long
@pytest.mark.parametrize("screen", SCREENS)
def test_no_key_leaves_any_screen(school_home: Path, tmp_path: Path, screen: str) -> None:
    stay_on(school_home, tmp_path / "work", screen)


HUGE = {
    "resizes": FORGED_RESIZE.encode() * 50 + "".join(KILLERS).encode("utf-8", "surrogateescape"),
    "paste": b"\x1b[200~" + b"0123456789" * (MEBIBYTE // 2) + b"\x1b[201~",
    "endless": b"\x1b[200~" + FORGED_RESIZE.encode() + b"0123456789" * 1_000,
}


@pytest.mark.parametrize("screen", ["login", "form"])
def test_memory_and_echo_hold(school_home: Path, screen: str) -> None:
    with kiosk(school_home) as terminal:
        walk(terminal, screen)
        terminal.does("warm", "warm")
        before = terminal.rss
        for hostile in HUGE.values():
            terminal.send(hostile)
        for columns, rows in [(1, 1), (1000, 1000), (1, 1000), (1000, 1)]:
            terminal.resize(columns, rows)
            terminal.send("x")
        terminal.resize(80, 24)
        terminal.wait_for(LOGIN if screen == "login" else MARKS["form"], 30)
        terminal.send("\x1b[201~")
        echo = []
        for word in ("Q1Z", "Q2Z", "Q3Z"):
            terminal.send(f"\x15{word}")  # Ctrl+U: the field was filled to its end
            echo.append(terminal.wait_for(word))
        assert min(echo) < 1.0
        assert (terminal.rss - before) / MEBIBYTE < 50
