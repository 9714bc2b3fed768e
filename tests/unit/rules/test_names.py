from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.line_breaks import cell_width
from kiosk.rules.names import (
    MAX_LENGTH,
    MIDDLE_DOT,
    InvalidName,
    NameFault,
    is_rare,
    mask_name,
    needs_manual_glyph,
    parse_name,
)


@pytest.mark.parametrize("dot", list("．‧•·・･.∙⋅\u0387"))
def test_the_dots_of_a_name_are_stored_as_one(dot: str) -> None:
    assert parse_name(f"瓦歷斯{dot}諾幹") == "瓦歷斯．諾幹"
    assert parse_name(f"瓦歷斯 {dot} 諾幹") == "瓦歷斯．諾幹"
    assert parse_name(f"瓦歷斯{dot}Nokan") == "瓦歷斯．Nokan"


def test_the_stored_dot_has_one_width_and_is_in_big5() -> None:
    assert cell_width(MIDDLE_DOT) == 2
    assert not is_rare(MIDDLE_DOT)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("王小明", "王小明"),
        (" 王　小 明\t", "王小明"),
        ("王〇明", "王〇明"),
        ("〇明", "〇明"),
        ("王𠮷明", "王𠮷明"),
        ("𪚥龘", "𪚥龘"),
        ("王\ue000明", "王\ue000明"),
        ("王?明", "王?明"),
        ("王？明", "王？明"),
        ("葛\U000e0100城", "葛城"),
        ("王\ufe00明", "王明"),
        ("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith"),
        ("Ｊ．Ｓｍｉｔｈ", "J.Smith"),
        ("O'Brien-Smith", "O'Brien-Smith"),
        ("Ｏ＇Ｂｒｉｅｎ－Ｓｍｉｔｈ", "O'Brien-Smith"),
        ("María", "María"),
        ("Mari\u0301a", "María"),
        ("'t Hooft", "'t Hooft"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("สมชาย ใจดี", "สมชาย ใจดี"),
        ("Martin Luther King, Jr.", "Martin Luther King, Jr."),
        ("王小明（小王）", "王小明(小王)"),
        ("やまだ たろう", "やまだ たろう"),
        ("Gal·la", "Gal·la"),
    ],
)
def test_names_and_their_stored_form(typed: str, stored: str) -> None:
    assert parse_name(typed) == stored
    assert parse_name(stored) == stored


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", NameFault.EMPTY),
        ("\u3000 ", NameFault.EMPTY),
        ("王" * (MAX_LENGTH + 1), NameFault.TOO_LONG),
        ("王" * 600, NameFault.TOO_LONG),
        ("王1明", NameFault.CHARACTER),
        ("王😀", NameFault.CHARACTER),
        ("<b>", NameFault.CHARACTER),
        ("=cmd", NameFault.CHARACTER),
        ("-cmd", NameFault.CHARACTER),
        ("．．", NameFault.CHARACTER),
        ("\u0301王", NameFault.CHARACTER),
        ("王 \u0301", NameFault.CHARACTER),
        ("e" + "\u0323" * 9, NameFault.CHARACTER),
        ("王\u200b明", NameFault.INVISIBLE),
        ("王\u200d明", NameFault.INVISIBLE),
        ("\ufeff王明", NameFault.INVISIBLE),
        ("王\u202e明", NameFault.INVISIBLE),
        ("\u3164", NameFault.INVISIBLE),
        ("王\u115f明", NameFault.INVISIBLE),
        ("王\u2800明", NameFault.INVISIBLE),
        ("王\x1b明", NameFault.INVISIBLE),
        ("王\n明", NameFault.INVISIBLE),
        ("王\U000e0041明", NameFault.INVISIBLE),
    ],
)
def test_refused_names(text: str, why: NameFault) -> None:
    with pytest.raises(InvalidName) as caught:
        parse_name(text)
    assert caught.value.fault is why


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王〇明"),
        ("王明", "王〇"),
        ("王", "〇"),
        ("", "〇"),
        ("歐陽小明", "歐〇〇明"),
        ("瓦歷斯．諾幹", "瓦〇〇〇〇幹"),
        ("John Smith", "J*** S***"),
        ("María López", "M*** L***"),
        ("J", "J***"),
    ],
)
def test_masked_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(alphabet="王小明〇𠮷\ue000?", min_size=2, max_size=60))
def test_a_masked_name_is_as_wide_as_its_mask(name: str) -> None:
    assert set(mask_name(name)[1:-1]) <= {"〇", "*"}


def test_lost_and_rare_characters() -> None:
    for lost in ("王?明", "王？明", "王□", "王〓", "王\ufffd", "王\ue000", "王\uf8ff", "王\U000f0000", "王\U0010fffd"):
        assert needs_manual_glyph(lost)
    assert not needs_manual_glyph("王𠮷明")
    assert is_rare("王𠮷明")
    assert not is_rare("王小明")


@given(st.text(max_size=80) | st.text(alphabet="王𠮷〇A .．·‧　'-\u0301\u0323\ufe00(", max_size=20))
def test_a_stored_name_is_its_own_stored_form(text: str) -> None:
    try:
        stored = parse_name(text)
    except InvalidName:
        return
    assert parse_name(stored) == stored
    assert 1 <= len(stored) <= MAX_LENGTH
