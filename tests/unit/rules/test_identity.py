from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.identity import (
    EntryDifference,
    IdFault,
    IdKind,
    InvalidIdentity,
    compare_entries,
    looks_like_id,
    mask_id,
    normalise_id,
    parse_id,
)

_TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A123456789", IdKind.NATIONAL),
        ("a123 456-789", IdKind.NATIONAL),
        ("Ａ１２３４５６７８９", IdKind.NATIONAL),
        ("A800000014", IdKind.RESIDENT),
        ("AC01234567", IdKind.RESIDENT_OLD),
        ("FA12345689", IdKind.RESIDENT_OLD),
    ],
)
def test_valid_numbers(text: str, kind: IdKind) -> None:
    assert parse_id(text, _TODAY).kind is kind


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", IdFault.EMPTY),
        ("B200300400", IdFault.CHECK_DIGIT),
        ("A12345678", IdFault.LENGTH),
        ("123456789012", IdFault.PERMIT_NUMBER),
        ("A323456789", IdFault.PATTERN),
        ("A12345678٩", IdFault.PATTERN),
        ("A123456789" * 9, IdFault.LENGTH),
    ],
)
def test_refused_numbers(text: str, why: IdFault) -> None:
    with pytest.raises(InvalidIdentity) as caught:
        parse_id(text, _TODAY)
    assert caught.value.fault is why


def test_the_old_form_ends() -> None:
    with pytest.raises(InvalidIdentity) as caught:
        parse_id("AC01234567", date(2031, 1, 1))
    assert caught.value.fault is IdFault.OLD_FORM_EXPIRED


@given(st.from_regex(r"[A-Z][1289][0-9]{7}", fullmatch=True))
def test_one_check_digit_passes(start: str) -> None:
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
def test_slips(second: str, slip: EntryDifference, position: int | None, likely: int | None) -> None:
    found = compare_entries("A123456789", second)
    assert (found.slip, found.position, found.likely) == (slip, position, likely)


@given(st.text(max_size=40))
def test_a_mask_shows_three_characters_at_most_and_fewer_than_half(text: str) -> None:
    masked = mask_id(text)
    assert len(masked) == len(text)
    assert set(masked[:-3]) <= {"*"}
    assert len(text) > 6 or set(masked) <= {"*"}


@pytest.mark.parametrize(("value", "masked"), [("A123456789", "*******789"), ("789", "***"), ("89", "**"), ("", "")])
def test_masked_numbers(value: str, masked: str) -> None:
    assert mask_id(value) == masked


@given(st.text(max_size=80))
def test_a_normal_form_is_its_own(text: str) -> None:
    assert normalise_id(normalise_id(text)) == normalise_id(text)


def test_what_follows_a_number_far_behind_is_not_overlooked() -> None:
    with pytest.raises(InvalidIdentity) as caught:
        parse_id("A123456789" + " " * 60 + "x", _TODAY)
    assert caught.value.fault is IdFault.LENGTH
