"""Bytes that no keyboard sends: the app lives, types on, and its memory stays (T01, T02, T09)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.samples import assert_types_on, sample, typed

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


def endure(seed: int, characters: int) -> None:
    with sample() as terminal:
        terminal.send(hostile_bytes(seed, characters))
        assert_types_on(terminal)
        assert terminal.alive


@pytest.mark.parametrize("killer", [*KILLERS, "\udcff", "\udcb8\udcea"])
def test_one_sequence_that_kills_a_stock_app_does_not_kill_this_one(killer: str) -> None:
    with sample() as terminal:
        terminal.send(killer)
        assert_types_on(terminal)


def test_types_on_after_hostile_characters() -> None:
    endure(seed=1, characters=3_000)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_types_on_after_thirty_thousand_hostile_characters(seed: int) -> None:
    endure(seed, characters=30_000)


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


def test_no_key_leaves_the_app_or_writes_a_file(tmp_path: Path) -> None:
    with sample(folder=tmp_path) as terminal:
        process = terminal.app_process.pid
        for key in every_key():
            terminal.send(key)
        assert_types_on(terminal)
        assert terminal.app_process.pid == process
        assert "sample" in terminal.text
        assert list(tmp_path.iterdir()) == []


def growth_and_echo(terminal: Terminal, hostile: bytes) -> tuple[float, float]:
    """Send, then give the growth of memory in MiB and the seconds until the next character shows."""
    before = terminal.rss
    terminal.send(hostile)
    assert_types_on(terminal)
    growth = (terminal.rss - before) / MEBIBYTE
    terminal.send("Q")
    return growth, terminal.wait_for("stillQ|")


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(FORGED_RESIZE.encode() * 50, id="resizes"),
        pytest.param(b"\x1b[200~" + FORGED_RESIZE.encode() * 50 + b"\x1b[201~", id="resizes in a paste"),
        pytest.param(b"\x1b[200~" + b"0123456789" * (MEBIBYTE // 2) + b"\x1b[201~", id="5 MB paste"),
        pytest.param(b"\x1b[200~" + b"0123456789" * 1000, id="paste without an end"),
        pytest.param(b"0123456789" * 1_000, id="10 kB typed"),
    ],
)
def test_memory_and_answers_hold(hostile: bytes) -> None:
    with sample() as terminal:
        growth, echo = growth_and_echo(terminal, hostile)
        assert growth < 50
        assert echo < 1.0


@pytest.mark.long
def test_memory_holds_while_half_a_megabyte_is_typed() -> None:
    with sample() as terminal:
        growth, echo = growth_and_echo(terminal, b"0123456789" * 50_000)
        assert growth < 50
        assert echo < 1.0


def test_tiny_and_huge_windows() -> None:
    with sample() as terminal:
        before = terminal.rss
        for columns, rows in [(1, 1), (1000, 1000), (1, 1000), (1000, 1)]:
            terminal.resize(columns, rows)
            terminal.send("x")
        terminal.resize(80, 24)
        assert_types_on(terminal)
        assert (terminal.rss - before) / MEBIBYTE < 50


def test_a_size_that_no_signal_tells_of_is_noticed() -> None:
    with sample("--deaf", size=(80, 1)) as terminal:
        terminal.resize(80, 24)
        terminal.does("seen", typed("seen", "", ""))


def test_a_paste_is_one_clean_line_cut_to_the_field() -> None:
    with sample() as terminal:
        terminal.does("\x1b[200~王\x07小\u202e明\r\nsecond line\x1b[201~", typed("王小明", "", ""))
