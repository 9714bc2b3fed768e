"""What each rule refuses, by the fault that it names; and the normal forms and masks of what it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import names
from kiosk.rules.accounts import AccountNameFault, InvalidAccount, chosen_account_fault, normalise_account
from kiosk.rules.application_numbers import InvalidNumber, NumberFault, format_number, parse_number
from kiosk.rules.contact import (
    EmailFault,
    InvalidEmail,
    InvalidMobile,
    MobileFault,
    mask_email,
    mask_mobile,
    normalise_email,
    parse_email,
    parse_mobile,
)
from kiosk.rules.identity import IdFault, InvalidIdentity, mask_id, normalise_id, parse_id
from kiosk.rules.names import InvalidName, NameFault, mask_name, parse_name
from kiosk.rules.passwords import STAFF_RULE, PasswordFault
from kiosk.rules.passwords import fault as password_fault
from kiosk.rules.roc_dates import DateFault, InvalidDate, parse_date
from kiosk.rules.text_safety import compact, half_width

TODAY = date(2026, 11, 24)
_REFUSALS = (InvalidAccount, InvalidNumber, InvalidEmail, InvalidMobile, InvalidIdentity, InvalidName, InvalidDate)
Faults = Mapping[Any, tuple[Any, ...]]


def fault_of(parse: Callable[..., object], *arguments: object) -> Enum | None:
    """The fault that a rule gives back, or of the error that it raises."""
    try:
        found = parse(*arguments)
    except _REFUSALS as refused:
        return refused.fault
    return found if isinstance(found, Enum) else None


NAMES: Faults = {
    NameFault.EMPTY: ("", "\u3000 "),
    NameFault.TOO_LONG: ("王" * (names.MAX_LENGTH + 1), "王" * 600),
    NameFault.CHARACTER: (
        *("王1明", "王😀", "<b>", "=cmd", "-cmd", "．．", "\u0301王", "王 \u0301", "e" + "\u0323" * 9),
    ),
    NameFault.INVISIBLE: (
        *("王\u200b明", "王\u200d明", "\ufeff王明", "王\u202e明", "\u3164", "王\u115f明", "王\u2800明", "王\x1b明"),
        *("王\n明", "王\U000e0041明"),
    ),
}
MOBILES: Faults = {
    MobileFault.EMPTY: ("",),
    MobileFault.NOT_MOBILE: ("0212345678",),
    MobileFault.LENGTH: ("09101002", "0910100200" + " " * 400 + "9"),
    MobileFault.PATTERN: ("0910a00200", "０９１０１００２０٠"),
}
ADDRESSES: Faults = {
    EmailFault.EMPTY: ("",),
    EmailFault.NO_AT: ("flower", "a@b@gmail.com"),
    EmailFault.DOMAIN: ("flower@gmail", "flower@gmail,com", "flower@gmail。。com"),
    EmailFault.LOCAL_PART: ("小花@gmail.com", "flower。@gmail.com"),
    EmailFault.LENGTH: ("a" * 65 + "@gmail.com", "a@" + "b" * 400 + ".com"),
}
IDS: Faults = {
    IdFault.EMPTY: ("",),
    IdFault.CHECK_DIGIT: ("B200300400",),
    IdFault.LENGTH: ("A12345678", "A123456789" * 9, "A123456789" + " " * 60 + "x"),
    IdFault.PERMIT_NUMBER: ("123456789012",),
    IdFault.PATTERN: ("A323456789", "A12345678٩"),
    None: ("AC01234567",),
}
DATES: Faults = {
    DateFault.EMPTY: ("", "\u3000"),
    DateFault.FORM: ("昨天", "1090911" * 6),
    DateFault.NO_SUCH_DAY: ("109/2/30",),
    DateFault.OUT_OF_RANGE: (
        *("2999-01-01", "1899-12-31", "0109-09-11", "民國2020年1月1日", "0/1/1", "999/1/1", "0000101"),
    ),
    None: ("1900-01-01", "1/1/1"),
}
BIRTHDAYS: Faults = {DateFault.OUT_OF_RANGE: ("115/11/25", "2026-11-25", "116/1/1"), None: ("115/11/24",)}
_RIGHT = format_number(115, 1234)
NUMBERS: Faults = {
    NumberFault.EMPTY: ("", " - "),
    NumberFault.FORM: ("115-000-1234", "115-000-1234-x", "１１５" * 99, f"{_RIGHT}{' ' * 40}9"),
    NumberFault.OUT_OF_RANGE: ("00000000000",),
    NumberFault.CHECK_DIGIT: (_RIGHT[:-1] + str((int(_RIGHT[-1]) + 1) % 10),),
}
NEW_NUMBERS: Faults = {NumberFault.OUT_OF_RANGE: ((99, 1), (1000, 1), (115, 0), (115, 10_000_000), (-1, -1))}
PASSWORDS: Faults = {
    PasswordFault.TOO_SHORT: ("short12",),
    PasswordFault.NO_LETTER: ("12345678901",),
    PasswordFault.NO_DIGIT: ("onlyletters",),
    PasswordFault.NOT_ASCII: ("密碼密碼密碼密碼a1", "ｐａｓｓｗｏｒｄ１", "sunny 2 day", "sunny2day\n"),
    PasswordFault.TOO_LONG: ("a1" * 65,),
    PasswordFault.IDENTITY: ("A123456789", "a123456789", "xyA123456789!", "A123-456-789", "AC01234567zz"),
    PasswordFault.PERSONAL: (
        *("P110001x9", "x110001xx", "P-110-001-x9", "110001amy", "mama110001", "110001taipei", "0910100200a"),
        *("0910-100-200a", "amy0910100200", "20090506a", "2009-05-06ab", "2009/05/06mama", "110001-110001-amy"),
    ),
    None: ("Sunny2day", "Harbour7lights", "grey-heron-110001-pond"),
}
STAFF_PASSWORDS: Faults = {
    PasswordFault.TOO_SHORT: ("Quiet-Heron-17",),
    PasswordFault.NOT_ASCII: ("quiet heron lamp",),
    PasswordFault.COMMON: ("123456789012345", "passwordpassword"),
    PasswordFault.IDENTITY: ("quiet-A123456789",),
    PasswordFault.PERSONAL: ("wang.li-wang.li-1",),
    None: ("quietheronlamps", "604917358264051"),
}
CHOSEN_ACCOUNTS: Faults = {
    AccountNameFault.LENGTH: ("", "a----b"),
    AccountNameFault.FORM: ("a b c d e f", "7flowers", "flower\u200bs"),
    AccountNameFault.LOOKS_LIKE_EMAIL: ("a@b",),
    AccountNameFault.LOOKS_LIKE_MOBILE: ("＋８８６９１０１００２００",),
    AccountNameFault.IDENTITY: ("xA123456789", "a-12345678-9"),
    AccountNameFault.PERSONAL: ("my.234.567",),
    None: ("flower", "Ｓmall.Flower_7", "  small-flower ", "a" * 32, "p1100019"),
}
_ON_FILE = ["110001", "P110001", "0910100200", "2009-05-06", ""]
RULES: dict[str, tuple[Callable[..., object], Faults]] = {
    "name": (parse_name, NAMES),
    "mobile": (parse_mobile, MOBILES),
    "address": (parse_email, ADDRESSES),
    "ID": (lambda text: parse_id(text, TODAY), IDS),
    "ID after 2030": (
        lambda text: parse_id(text, date(2031, 1, 1)),
        {IdFault.OLD_FORM_EXPIRED: ("AC01234567",)},
    ),
    "date": (parse_date, DATES),
    "birthday": (partial(parse_date, latest=TODAY), BIRTHDAYS),
    "number": (parse_number, NUMBERS),
    "new number": (lambda year_and_serial: format_number(*year_and_serial), NEW_NUMBERS),
    "password": (lambda text: password_fault(text, _ON_FILE), PASSWORDS),
    "staff password": (lambda text: password_fault(text, ["WANG.LI"], STAFF_RULE), STAFF_PASSWORDS),
    "chosen account": (lambda text: chosen_account_fault(text, ["234567", "12"]), CHOSEN_ACCOUNTS),
}


@pytest.mark.parametrize(
    ("rule", "value", "fault"),
    [
        pytest.param(rule, value, fault, id=f"{name} {fault} {place}")
        for name, (rule, faults) in RULES.items()
        for fault, values in faults.items()
        for place, value in enumerate(values)
    ],
)
def test_each_refusal_names_its_fault(rule: Callable[[object], object], value: object, fault: Enum | None) -> None:
    assert fault_of(rule, value) is fault


@pytest.mark.parametrize("normalise", [normalise_email, normalise_id, normalise_account, half_width, compact])
@given(st.text(max_size=400))
def test_a_normal_form_is_its_own_normal_form(normalise: Callable[[str], str], text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


MASKED: dict[Callable[[str], str], dict[str, str]] = {
    mask_name: {
        "王小明": "王〇明",
        "王明": "王〇",
        "王": "〇",
        "": "〇",
        "歐陽小明": "歐〇〇明",
        "瓦歷斯．諾幹": "瓦〇〇〇〇幹",
        "John Smith": "J*** S***",
        "María López": "M*** L***",
        "J": "J***",
    },
    mask_id: {"A123456789": "*******789", "789": "***", "89": "**", "": ""},
    mask_mobile: {"0910100200": "*******200", "200": "***", "09101": "*****", "": ""},
    mask_email: {
        "flower@gmail.com": "f***@gmail.com",
        "amy@gmail.com": "***@gmail.com",
        "a@gmail.com": "***@gmail.com",
        **dict.fromkeys(("flower", "", "@gmail.com", "abc@"), "***"),
    },
}


@pytest.mark.parametrize("mask", MASKED, ids=lambda mask: mask.__name__)
def test_masks(mask: Callable[[str], str]) -> None:
    assert {value: mask(value) for value in MASKED[mask]} == MASKED[mask]
