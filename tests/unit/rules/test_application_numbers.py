from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.application_numbers import InvalidNumber, NumberFault, format_number, parse_number


@given(st.integers(100, 999), st.integers(1, 9_999_999), st.integers(0, 10), st.integers(1, 9))
def test_a_misheard_digit_is_found(year: int, serial: int, place: int, by: int) -> None:
    number = format_number(year, serial)
    assert parse_number(f" {number} ") == (year, serial)
    digits = list(number.replace("-", ""))
    digits[place] = str((int(digits[place]) + by) % 10)
    with pytest.raises(InvalidNumber):
        parse_number("".join(digits))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", NumberFault.EMPTY),
        (" - ", NumberFault.EMPTY),
        ("115-000-1234", NumberFault.FORM),
        ("115-000-1234-x", NumberFault.FORM),
        ("１１５" * 99, NumberFault.FORM),
        (format_number(115, 1234) + " " * 40 + "9", NumberFault.FORM),
        ("00000000000", NumberFault.OUT_OF_RANGE),
    ],
)
def test_refused_numbers(text: str, why: NumberFault) -> None:
    with pytest.raises(InvalidNumber) as caught:
        parse_number(text)
    assert caught.value.fault is why


def test_a_wrong_check_digit_is_named() -> None:
    number = format_number(115, 1234)
    with pytest.raises(InvalidNumber) as caught:
        parse_number(number[:-1] + str((int(number[-1]) + 1) % 10))
    assert caught.value.fault is NumberFault.CHECK_DIGIT


@pytest.mark.parametrize(("year", "serial"), [(99, 1), (1000, 1), (115, 0), (115, 10_000_000), (-1, -1)])
def test_a_year_or_serial_without_room_is_refused_by_name(year: int, serial: int) -> None:
    with pytest.raises(InvalidNumber) as caught:
        format_number(year, serial)
    assert caught.value.fault is NumberFault.OUT_OF_RANGE


def test_a_number_is_read_in_any_width() -> None:
    assert parse_number("１１５－０００－１２３４－" + format_number(115, 1234)[-1]) == (115, 1234)
