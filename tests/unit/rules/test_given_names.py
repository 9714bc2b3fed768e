from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.names import InvalidName, join_name, parse_name, split_name


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
def test_where_a_name_divides(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts
    assert join_name(*parts) == name


def test_a_name_of_one_character_is_both_parts() -> None:
    assert split_name("林") == ("林", "林")


@given(st.text(max_size=60))
def test_every_name_comes_back_and_no_part_is_empty(text: str) -> None:
    try:
        name = parse_name(text)
    except InvalidName:
        return
    family, given_name = split_name(name)
    assert family
    assert given_name
    assert join_name(family, given_name) == name or family == given_name
