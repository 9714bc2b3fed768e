from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.text_safety import MAX_FIELD_LENGTH, compact, half_width, is_safe, remove_unsafe_chars

_UNSEEN = [
    *("\x00", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad"),
    *("\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u180b", "\u180c", "\u180d", "\u180e", "\u180f"),
    *("\u2800", "\u3164", "\uffa0", "\ufe00", "\ufe0f", "\U000e0001", "\U000e0041", "\U000e0100", "\U000e01ef"),
    *("\ud800", "\ufdd0", "\uffff"),
]


@pytest.mark.parametrize("character", _UNSEEN, ids=lambda character: f"U+{ord(character):04X}")
def test_invisible_characters_are_found_and_dropped(character: str) -> None:
    assert not is_safe(f"王{character}明")
    assert remove_unsafe_chars(f"王{character}明") == "王明"


@pytest.mark.parametrize(
    "text", ["王小明", "𠮷", "〇", "\ue000", "\U000f0000", "María", "é", "カタカナ", "！？", " \u3000"]
)
def test_visible_characters_are_kept(text: str) -> None:
    assert is_safe(text)
    assert remove_unsafe_chars(text) == text


def test_every_control_and_format_character_is_dropped() -> None:
    categories = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    kept = [code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in categories]
    assert [hex(code) for code in kept if is_safe(chr(code))] == []


def test_full_width_becomes_half_width() -> None:
    assert half_width("Ａ１２３－＠．") == "A123-@."
    assert compact("Ａ１２ ３－4\u200b5 —６") == "A123456"


@given(st.text())
def test_cleaned_text_is_safe_and_stable(text: str) -> None:
    assert is_safe(remove_unsafe_chars(text))
    assert remove_unsafe_chars(remove_unsafe_chars(text)) == remove_unsafe_chars(text)


@given(st.text())
def test_compact_text_is_safe(text: str) -> None:
    assert is_safe(compact(text))


def test_an_expanding_character_stays_bounded() -> None:
    text = "\ufdfa" * 100_000
    assert len(half_width(text)) == MAX_FIELD_LENGTH
    assert half_width(half_width(text)) == half_width(text)
