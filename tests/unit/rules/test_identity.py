from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.identity import EntryDifference, compare_entries, looks_like_id, mask_id, normalise_id, parse_id

_TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "text", ["A123456789", "a123 456-789", "Ａ１２３４５６７８９", "A800000014", "AC01234567", "FA12345689"]
)
def test_valid_numbers(text: str) -> None:
    assert parse_id(text, _TODAY).text == normalise_id(text)


@given(st.from_regex(r"[A-Z][1289][0-9]{7}", fullmatch=True))
def test_exactly_one_check_digit_is_valid(start: str) -> None:
    assert sum(looks_like_id(f"{start}{digit}") for digit in range(10)) == 1


@pytest.mark.parametrize(
    ("second", "slip", "position", "likely"),
    [
        ("A123456789", EntryDifference.SAME, None, None),
        ("A123456780", EntryDifference.ONE_CHARACTER, 10, 1),
        ("A123465789", EntryDifference.SWAPPED, 6, 1),
        ("A12345679", EntryDifference.MISSING, 9, 1),
        ("A1234567789", EntryDifference.EXTRA, 9, 1),
        ("B987654321", EntryDifference.DIFFERENT, None, 1),
    ],
)
def test_differences_between_two_entries_are_located(
    second: str, slip: EntryDifference, position: int | None, likely: int | None
) -> None:
    found = compare_entries("A123456789", second)
    assert (found.slip, found.position, found.likely) == (slip, position, likely)


@given(st.text(max_size=40))
def test_a_mask_shows_three_characters_at_most_and_fewer_than_half(text: str) -> None:
    masked = mask_id(text)
    assert len(masked) == len(text)
    assert set(masked[:-3]) <= {"*"}
    assert len(text) > 6 or set(masked) <= {"*"}
