from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.rules.line_breaks import NOT_FIRST, NOT_LAST, cell_width, wrap

_BLANKS = " \t\u3000"
_TEXTS = st.text(alphabet="親愛的、，。（「」a1.( )\u3000\u0301𠮷😀é\t", max_size=120) | st.lists(
    st.sampled_from(["word ", "長", "、", "（", "https://cooc.tp.edu.tw/", " ", "。」", "x"]), max_size=40
).map("".join)


def _starts(text: str, lines: list[str]) -> list[int]:
    """Where in the text each line begins; fails where anything but blanks was lost."""
    starts: list[int] = []
    place = 0
    for line in lines:
        if starts:
            blanks = re.compile(f"[{_BLANKS}]*").match(text, place)
            place = place if text.startswith(line, place) and line[:1] not in _BLANKS else blanks.end() if blanks else 0
        assert text.startswith(line, place)
        starts.append(place)
        place += len(line)
    assert text[place:].strip(_BLANKS) == ""
    return starts


def _may_break(text: str, place: int) -> bool:
    """Whether the signs allow a line to begin at a place; a second, slow way to say what the rule is."""
    following = text[place:].lstrip(_BLANKS)[:1]
    before = text[:place].rstrip(_BLANKS)[-1:]
    return following not in tuple(NOT_FIRST) and not unicodedata.combining(following or " ") and before not in NOT_LAST


@given(_TEXTS, st.integers(2, 40))
@example("aaaaaaaaaa、b", 10)
@example("aaaaaaaaa 、b", 10)
@example("a" + " " * 99 + "、", 10)
@example("（   親愛的", 6)
@example("、" * 50, 10)
@example("（ word ", 2)
def test_lines_hold_their_width_their_signs_and_the_text(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_width(line) <= width for line in lines)
    assert all(line == line.rstrip(_BLANKS) for line in lines)
    starts = _starts(text, lines)
    for before, start in zip(starts, starts[1:], strict=False):
        if not _may_break(text, start):
            within = range(before + 1, start + 1)
            assert not any(
                _may_break(text, place) and text[place] not in _BLANKS and text[before:place].strip(_BLANKS)
                for place in within
            )


@given(st.lists(st.text(alphabet="abcxyz19", min_size=1, max_size=10), max_size=30), st.integers(10, 40))
def test_words_that_fit_a_line_are_never_cut(words: list[str], width: int) -> None:
    lines = wrap(" ".join(words), width)
    assert [word for line in lines for word in line.split()] == words


@given(st.lists(st.text(alphabet="abcxyz19", min_size=1, max_size=7), max_size=30), st.integers(10, 40))
def test_words_with_their_signs_are_never_cut(words: list[str], width: int) -> None:
    signed = [f"({word}," for word in words]
    assert [word for line in wrap(" ".join(signed), width) for word in line.split()] == signed


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("\n", 10, ["", ""]),
        ("a\n\nb ", 10, ["a", "", "b"]),
        ("aaaaaaaaaa、b", 10, ["aaaaaaaaa", "a、b"]),
        ("aaaaaaaaa 、b", 10, ["aaaaaaaa", "a 、b"]),
        ("bb aaaaaaaa、b", 10, ["bb", "aaaaaaaa、", "b"]),
        ("親愛的家長，您好", 10, ["親愛的家", "長，您好"]),
        ("親愛的家（長）", 10, ["親愛的家", "（長）"]),
        ("親愛的word們", 8, ["親愛的", "word們"]),
        ("親愛的words", 8, ["親愛的", "words"]),
        ("　　親愛的家長您好", 10, ["　　親愛的", "家長您好"]),
        ("親愛的家長    您好", 10, ["親愛的家長", "您好"]),
        ("a-very-long-word", 6, ["a-very", "-long-", "word"]),
        ("、、、、、、", 4, ["、、", "、、", "、、"]),
        ("王\u0301王\u0301王\u0301", 4, ["王\u0301王\u0301", "王\u0301"]),
    ],
)
def test_lines(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_no_line_begins_with_a_closing_sign() -> None:
    text = "為使家長與學校聯繫更加緊密，了解學生各項學習表現，建議您申辦親子帳號。（請參考）相關說明……。" * 3
    for width in range(10, 60):
        for line in wrap(text, width):
            assert line[0] not in NOT_FIRST
            assert line[-1] not in NOT_LAST


@pytest.mark.parametrize("width", [-1, 0, 1])
def test_a_line_needs_room_for_one_character(width: int) -> None:
    with pytest.raises(ValueError, match="two cells"):
        wrap("王", width)


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("abc", 3), ("王a", 3), ("e\u0301", 1), ("𠮷", 2), ("（", 2), ("\u200b", 0), ("\x1b", 0)],
)
def test_cells(text: str, cells: int) -> None:
    assert cell_width(text) == cells


@given(st.text())
def test_cells_add_up(text: str) -> None:
    assert cell_width(text) == sum(map(cell_width, text))
