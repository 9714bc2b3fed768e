"""Bytes that no keyboard sends, on the real screens: the kiosk lives, types on and keeps its memory (T01, T02, T09)."""

from __future__ import annotations

import math
import random
from functools import partial
from pathlib import Path

import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys

from tests.terminal.harness import Terminal
from tests.terminal.keys import CTRL_U, F7, PAGE_UP
from tests.terminal.samples import assert_types_on, sample, typed
from tests.terminal.walker import MARKS, SCREENS, come_home, kiosk, walk

KILLERS = [
    "\x1b[:A",
    "\x1b[97;5:3u",
    "\x1b[1114112u",
    "\x1b[999999999999u",
    "\x1b[?2026;9999999999$y",
    "\x1b[M\x00\x00\x00",
]
FORGED_RESIZE = "\x1b[48;20000;20000;1;1t"
MEBIBYTE = 1024 * 1024


def hostile_bytes(seed: int, characters: int) -> bytes:
    """Give characters made of broken and whole sequences, bad UTF-8, Big5, pastes, mouse reports and noise."""
    dice = random.Random(seed)
    pieces = bytearray()
    while len(pieces) < characters:
        match dice.randrange(9):
            case 0:
                pieces += dice.choice(KILLERS).encode()
            case 1:
                pieces += bytes(dice.randrange(256) for _byte in range(dice.randrange(1, 12)))
            case 2:
                digits = "".join(dice.choice("0123456789;:<?") for _digit in range(dice.randrange(12)))
                pieces += f"\x1b[{digits}{dice.choice('ABCDHRmMutyPQS~u')}".encode()
            case 3:
                pieces += "身分證".encode("big5")
            case 4:
                pieces += dice.choice(["\x1b[200~", "\x1b[201~", FORGED_RESIZE, "\x1b[I", "\x1b[O"]).encode()
            case 5:
                pieces += f"\x1b[<{dice.randrange(128)};{dice.randrange(200)};{dice.randrange(99)}M".encode()
            case 6:
                pieces += chr(dice.choice([0x202E, 0x200B, 0x9B, 0xFFFE, 0xE0041, 0x1F600, 0x597D])).encode()
            case 7:
                pieces += b"\x1b" * dice.randrange(1, 40)
            case _:
                pieces += bytes(dice.randrange(32, 127) for _byte in range(dice.randrange(1, 20)))
    return bytes(pieces[:characters])


def test_one_sequence_that_kills_a_stock_app_does_not_kill_this_one() -> None:
    with sample() as terminal:
        for number, killer in enumerate([*KILLERS, "\udcff", "\udcb8\udcea"]):
            terminal.send(killer)
            assert_types_on(terminal, f"still{number}")
        terminal.does(f"{F7}\x1b[200~王\x07小\u202e明\r\nsecond line\x1b[201~", typed("王小明", "", ""))


def test_a_size_that_no_signal_tells_of_is_noticed() -> None:
    with sample("--deaf", size=(80, 1)) as terminal:
        terminal.resize(80, 24)
        terminal.does("seen", typed("seen", "", ""))


@pytest.mark.parametrize(
    ("screen", "characters"),
    [("login", 1_000), ("form", 1_000), *(pytest.param(one, 30_000, marks=pytest.mark.long) for one in SCREENS)],
)
def test_the_kiosk_types_on_after_hostile_characters(own_home: Path, screen: str, characters: int) -> None:
    seed = SCREENS.index(screen)
    with kiosk(own_home) as terminal:
        walk(terminal, screen)
        process = terminal.app_process.pid
        terminal.send(hostile_bytes(seed, characters), deadline=240.0)
        come_home(terminal)
        assert terminal.app_process.pid == process


def every_key() -> list[str]:
    """Give what every control, Alt, function and modified key sends, and their Kitty forms."""
    keys = [chr(code) for code in [*range(0x20), 0x7F]]
    keys += [f"\x1b{chr(code)}" for code in range(0x20, 0x7F) if chr(code) not in "[O]P_^X"]
    keys += [f"\x1b[{number}~" for number in [*range(1, 18), *range(19, 35)]]
    keys += [f"\x1b[{number};{modifier}~" for number in range(1, 25) for modifier in range(2, 9)]
    keys += [f"\x1b[1;{modifier}{letter}" for letter in "ABCDFHPQRS" for modifier in range(2, 9)]
    keys += [f"\x1bO{letter}" for letter in "ABCDFHPQRS"]
    keys += [f"\x1b[{code};{modifier}u" for code in (9, 13, 27, 99, 112, 113, 122) for modifier in range(1, 9)]
    return keys


KEYS_A_SCREEN_OFFERS = frozenset("\r\n\t \x1b")
NAMES_OFFERED = frozenset(
    {"escape", "enter", "tab", "shift+tab", "ctrl+m", "ctrl+i", "ctrl+j", "up", "down", "left", "right"}
)


def _may_lead_on(key: str) -> bool:
    """Whether a screen offers the key, or the protocol makes it one that it offers: Alt+Insert holds an Esc."""
    found = ANSI_SEQUENCES_KEYS.get(key, ())
    names = {name.value for name in found if isinstance(name, Keys)} if isinstance(found, tuple) else set()
    return key in KEYS_A_SCREEN_OFFERS or key in ("\x08", "\x7f") or key.endswith("u") or bool(names & NAMES_OFFERED)


def _files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "screen", ["form", *(pytest.param(one, marks=pytest.mark.long) for one in SCREENS if one != "form")]
)
def test_no_key_leaves_a_screen_that_does_not_offer_it(own_home: Path, tmp_path: Path, screen: str) -> None:
    """Each key that no screen offers is sent; then those that may lead on."""
    folder = tmp_path / "work"
    folder.mkdir()
    with kiosk(own_home, folder=folder) as terminal:
        walk(terminal, screen)
        process, before = terminal.app_process.pid, _files_in(own_home)
        for key in every_key():
            if not _may_lead_on(key):
                terminal.send(key)
        terminal.send("\x1b[200~\x1b[201~")
        for _moment in range(10):
            terminal.read(0.05)
        if screen != "consent":
            terminal.wait_until(partial(_is_at_the_top, terminal, MARKS[screen]), what=MARKS[screen])
        for key in every_key():
            terminal.send(key)
        come_home(terminal)
        assert terminal.app_process.pid == process
        assert _files_in(folder) == set()
        assert _files_in(own_home) - before <= {"kiosk.log"}
        assert b"\x1b]52" not in terminal.raw


def _is_at_the_top(terminal: Terminal, shown: str) -> bool:
    """Whether the screen still stands; among so many keys PageDown may be the last that was taken."""
    terminal.send(PAGE_UP)
    terminal.read(0.2)
    return shown in terminal.text


HUGE = (
    FORGED_RESIZE.encode() * 50 + "".join(KILLERS).encode("utf-8", "surrogateescape"),
    b"\x1b[200~" + b"0123456789" * (MEBIBYTE // 2) + b"\x1b[201~",
    b"0123456789" * 1_000,
    b"\x1b[200~" + FORGED_RESIZE.encode() * 50 + b"0123456789" * 1_000,
)


@pytest.mark.parametrize(
    ("screen", "most_echo_seconds"),
    [
        ("form", math.inf),
        pytest.param("form", 1.0, marks=pytest.mark.long),
        pytest.param("login", 1.0, marks=pytest.mark.long),
    ],
)
def test_memory_and_echo_hold(own_home: Path, screen: str, most_echo_seconds: float) -> None:
    with kiosk(own_home) as terminal:
        walk(terminal, screen)
        terminal.does("warm", "warm")
        before = terminal.rss
        for hostile in HUGE:
            terminal.send(hostile)
        for columns, rows in [(1, 1), (1000, 1000), (1, 1000), (1000, 1)]:
            terminal.resize(columns, rows)
            terminal.send("x")
        terminal.resize(80, 24)
        terminal.wait_for(MARKS[screen])
        terminal.send("\x1b[201~")
        terminal.insists(f"{CTRL_U}Q0Z", "Q0Z")
        echo = [terminal.does(f"{CTRL_U}{word}", word) for word in ("Q1Z", "Q2Z", "Q3Z")]
        assert min(echo) < most_echo_seconds
        assert (terminal.rss - before) / MEBIBYTE < 50
