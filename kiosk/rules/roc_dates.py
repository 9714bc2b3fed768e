"""Dates of schools: ROC years (AD less 1911), school years from 1 August, the age of majority."""

from __future__ import annotations

import re
from datetime import date
from enum import Enum, auto

from kiosk.rules.fault_error import FaultError
from kiosk.rules.text_safety import half_width

_MAX_INPUT_LENGTH = 40
_ROC_OFFSET = 1911
_SCHOOL_YEAR_MONTH = 8
_MAJORITY_CHANGED = date(2023, 1, 1)
_SEPARATED = re.compile(r"(民國)?([0-9]{1,4})[年/.\-]([0-9]{1,2})[月/.\-]([0-9]{1,2})日?", re.ASCII)
_COMPACT = re.compile(r"(民國)?([0-9]{2,4})([0-9]{2})([0-9]{2})", re.ASCII)
_DIGITS_OF_AD_YEAR = 4
EARLIEST = date(1900, 1, 1)
LATEST = date(2100, 12, 31)


class DateFault(Enum):
    """Why a text is no date."""

    EMPTY = auto()
    FORM = auto()
    NO_SUCH_DAY = auto()
    OUT_OF_RANGE = auto()


class InvalidDate(FaultError[DateFault], ValueError):
    """Not a date in any form that schools use."""


def parse_date(text: str, latest: date = LATEST) -> date:
    """Read 109年9月11日, 109/9/11, 109.9.11, 1090911, 980911, 2007-05-06, 2007/5/6 or 20070506.

    A year of four digits is AD; a shorter one, or one after 民國, is an ROC year from 1 on. Any width is accepted.
    The day lies from 1 January 1900 to ``latest``.

    Raises:
        InvalidDate: with the fault.
    """
    if len(text) > _MAX_INPUT_LENGTH:
        raise InvalidDate(DateFault.FORM)
    value = re.sub(r"\s", "", half_width(text)).removesuffix("T00:00:00").removesuffix("00:00:00")
    if not value:
        raise InvalidDate(DateFault.EMPTY)
    found = _SEPARATED.fullmatch(value) or _COMPACT.fullmatch(value)
    if not found:
        raise InvalidDate(DateFault.FORM)
    year, month, day = map(int, found.groups()[1:])
    if found[1] or len(found[2]) < _DIGITS_OF_AD_YEAR:
        if year < 1:
            raise InvalidDate(DateFault.OUT_OF_RANGE)
        year += _ROC_OFFSET
    if not EARLIEST.year <= year <= latest.year:
        raise InvalidDate(DateFault.OUT_OF_RANGE)
    try:
        read = date(year, month, day)
    except ValueError:
        raise InvalidDate(DateFault.NO_SUCH_DAY) from None
    if read > latest:
        raise InvalidDate(DateFault.OUT_OF_RANGE)
    return read


def format_roc(day: date) -> str:
    """Return 109年9月11日; earlier years are 民前1年, 民前2年 and so on."""
    year = day.year - _ROC_OFFSET
    return f"{year if year > 0 else f'民前{1 - year}'}年{day.month}月{day.day}日"


def school_year(day: date) -> int:
    """Return the ROC year in which a day's school year begins, on 1 August."""
    return day.year - _ROC_OFFSET - (day.month < _SCHOOL_YEAR_MONTH)


def is_adult(birth: date, on: date) -> bool:
    """Return whether a person is of full age: 18 since 112-01-01, 20 before (Civil Code art. 12)."""
    majority = 18 if on >= _MAJORITY_CHANGED else 20
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day)) >= majority
