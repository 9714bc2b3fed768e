from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.roc_dates import format_roc, is_adult, parse_date, school_year

_TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "text",
    ["109年9月11日", "109/9/11", "109.09.11", "1090911", "2020-09-11", "2020/9/11", "20200911", "民國109年9月11日"],
)
def test_dates_are_read_in_every_notation(text: str) -> None:
    assert parse_date(text) == date(2020, 9, 11)


def test_roc_dates_school_years_and_ages() -> None:
    assert format_roc(date(2020, 9, 11)) == "109年9月11日"
    assert school_year(date(2026, 7, 31)) == 114
    assert school_year(date(2026, 8, 1)) == 115
    assert is_adult(date(2008, 11, 24), _TODAY)
    assert not is_adult(date(2008, 11, 25), _TODAY)
    assert not is_adult(date(2003, 1, 2), date(2022, 12, 31))


@pytest.mark.parametrize(("text", "read"), [("1900-01-01", date(1900, 1, 1)), ("1/1/1", date(1912, 1, 1))])
def test_the_earliest_dates(text: str, read: date) -> None:
    assert parse_date(text) == read


@given(st.dates(date(1912, 1, 1), date(2100, 12, 31)))
def test_written_dates_are_read_back(day: date) -> None:
    assert parse_date(format_roc(day)) == parse_date(day.isoformat()) == parse_date(f"{day:%Y%m%d}") == day


def test_days_before_the_republic() -> None:
    assert format_roc(date(1911, 5, 6)) == "民前1年5月6日"
    assert format_roc(date(1900, 5, 6)) == "民前12年5月6日"
