from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.application_numbers import InvalidNumber, format_number, parse_number


@given(st.integers(100, 999), st.integers(1, 9_999_999), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_found(year: int, serial: int, place: int, by: int) -> None:
    number = format_number(year, serial)
    assert parse_number(f" {number} ") == (year, serial)
    digits = list(number.replace("-", ""))
    digits[place] = str((int(digits[place]) + by) % 10)
    with pytest.raises(InvalidNumber):
        parse_number("".join(digits))


def test_a_number_is_read_in_any_width() -> None:
    assert parse_number("１１５－０００－１２３４－" + format_number(115, 1234)[-1]) == (115, 1234)
