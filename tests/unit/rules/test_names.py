from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.line_breaks import cell_width
from kiosk.rules.names import (
    MAX_LENGTH,
    MIDDLE_DOT,
    InvalidName,
    is_rare,
    join_name,
    mask_name,
    needs_manual_glyph,
    parse_name,
    split_name,
)


@pytest.mark.parametrize("dot", list("．‧•·・･.∙⋅\u0387"))
def test_every_middle_dot_is_stored_as_one_character(dot: str) -> None:
    assert parse_name(f"瓦歷斯{dot}諾幹") == "瓦歷斯．諾幹"
    assert parse_name(f"瓦歷斯 {dot} 諾幹") == "瓦歷斯．諾幹"
    assert parse_name(f"瓦歷斯{dot}Nokan") == "瓦歷斯．Nokan"


def test_the_stored_dot_has_one_width_and_is_in_big5() -> None:
    assert cell_width(MIDDLE_DOT) == 2
    assert not is_rare(MIDDLE_DOT)


STORED_AS_TYPED = [
    *(
        "王小明",
        "王〇明",
        "〇明",
        "王𠮷明",
        "𪚥龘",
        "王\ue000明",
        "王?明",
        "王？明",
        "O'Brien-Smith",
        "María",
        "'t Hooft",
    ),
    *("Nguyễn Thị Ánh", "สมชาย ใจดี", "Martin Luther King, Jr.", "やまだ たろう", "Gal·la"),
]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        *((name, name) for name in STORED_AS_TYPED),
        (" 王　小 明\t", "王小明"),
        ("葛\U000e0100城", "葛城"),
        ("王\ufe00明", "王明"),
        ("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith"),
        ("Ｊ．Ｓｍｉｔｈ", "J.Smith"),
        ("Ｏ＇Ｂｒｉｅｎ－Ｓｍｉｔｈ", "O'Brien-Smith"),
        ("Mari\u0301a", "María"),
        ("王小明（小王）", "王小明(小王)"),
    ],
)
def test_names_are_stored_in_a_normal_form(typed: str, stored: str) -> None:
    assert parse_name(typed) == stored
    assert parse_name(stored) == stored


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


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("王小明", ("王", "小明")),
        ("王明", ("王", "明")),
        ("歐陽志遠", ("歐陽", "志遠")),
        ("歐陽明", ("歐陽", "明")),
        ("歐陽", ("歐", "陽")),
        ("張簡明", ("張", "簡明")),
        ("張簡志明", ("張簡", "志明")),
        ("𠮷田花", ("𠮷", "田花")),
        ("NGUYỄN THỊ LAN", ("NGUYỄN", "THỊ LAN")),
        ("林林", ("林", "林")),
        ("Suparman", ("Suparman", "Suparman")),
    ],
)
def test_names_are_split_into_family_and_given_name(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts
    assert join_name(*parts) == name


def test_a_name_of_one_character_is_both_parts() -> None:
    assert split_name("林") == ("林", "林")


@given(st.text(max_size=60))
def test_the_parts_of_a_name_make_the_name_again(text: str) -> None:
    try:
        name = parse_name(text)
    except InvalidName:
        return
    family, given_name = split_name(name)
    assert family
    assert given_name
    assert join_name(family, given_name) == name or family == given_name
