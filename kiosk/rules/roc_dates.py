"""Dates as schools write them: ROC years (AD less 1911), school years from 1 August, the age of majority."""

from __future__ import annotations

import re
from datetime import date

from kiosk.rules.text_safety import half_width

_LONGEST_INPUT = 40
_ROC_OFFSET = 1911
_SCHOOL_YEAR_MONTH = 8
_MAJORITY_CHANGED = date(2023, 1, 1)
_SEPARATED = re.compile(r"(?:民國)?([0-9]{1,4})[年/.\-]([0-9]{1,2})[月/.\-]([0-9]{1,2})日?", re.ASCII)
_COMPACT = re.compile(r"([0-9]{2,4})([0-9]{2})([0-9]{2})", re.ASCII)
_FIRST_AD_YEAR = 1912


class InvalidDate(ValueError):
    """Not a date in any form schools use."""


def parse_date(text: str) -> date:
    """Read 109年9月11日, 109/9/11, 109.9.11, 1090911, 980911, 2007-05-06, 2007/5/6 or 20070506.

    Raises:
        InvalidDate: the text is none of them, or no such day exists.
    """
    if len(text) > _LONGEST_INPUT:
        raise InvalidDate
    value = re.sub(r"\s", "", half_width(text)).removesuffix("T00:00:00").removesuffix("00:00:00")
    found = _SEPARATED.fullmatch(value) or _COMPACT.fullmatch(value)
    if not found:
        raise InvalidDate
    year, month, day = map(int, found.groups())
    if year < _FIRST_AD_YEAR:
        year += _ROC_OFFSET
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidDate from None


def format_roc(day: date) -> str:
    """109年9月11日."""
    return f"{day.year - _ROC_OFFSET}年{day.month}月{day.day}日"


def school_year(day: date) -> int:
    """The ROC year of the school year a day lies in; it begins on 1 August."""
    return day.year - _ROC_OFFSET - (day.month < _SCHOOL_YEAR_MONTH)


def is_adult(birth: date, on: date) -> bool:
    """Of full age: 18 since 112-01-01, 20 before (Civil Code art. 12)."""
    majority = 18 if on >= _MAJORITY_CHANGED else 20
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day)) >= majority
