from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.accounts import normalise_account, student_number_of
from kiosk.rules.application_numbers import InvalidNumber, format_number, parse_number
from kiosk.rules.contact import (
    InvalidEmail,
    InvalidMobile,
    holds_id,
    mask_email,
    parse_email,
    parse_mobile,
    suggest_email,
)
from kiosk.rules.identity import (
    IdFault,
    IdKind,
    InvalidIdentity,
    Slip,
    compare_entries,
    looks_like_id,
    mask_id,
    parse_id,
)
from kiosk.rules.line_breaks import cell_width, wrap
from kiosk.rules.names import InvalidName, is_rare, mask_name, needs_manual_glyph, parse_name
from kiosk.rules.passwords import PasswordFault, fault, ticks
from kiosk.rules.roc_dates import InvalidDate, format_roc, is_adult, parse_date, school_year
from kiosk.rules.text_safety import is_clean, scrub

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
        ("A123456789", Slip.SAME, None, None),
        ("A123456780", Slip.ONE_CHARACTER, 10, 1),
        ("A123465789", Slip.SWAPPED, 6, 1),
        ("A12345679", Slip.MISSING, 9, 1),
        ("A1234567789", Slip.EXTRA, 9, 1),
        ("B987654321", Slip.DIFFERENT, None, 1),
    ],
)
def test_slips(second: str, slip: Slip, position: int | None, likely: int | None) -> None:
    found = compare_entries("A123456789", second)
    assert (found.slip, found.position, found.likely) == (slip, position, likely)


@given(st.text(max_size=40))
def test_a_mask_shows_three_characters(text: str) -> None:
    masked = mask_id(text)
    assert len(masked) == len(text)
    assert set(masked[:-3]) <= {"*"}


@pytest.mark.parametrize("text", ["0910100200", "+886 910-100-200", "00886910100200", "０９１０１００２００"])
def test_mobiles(text: str) -> None:
    assert parse_mobile(text) == "0910100200"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a@gmial.com", "a@gmail.com"),
        ("a@gamil.com", "a@gmail.com"),
        ("a@yaho.com.tw", "a@yahoo.com.tw"),
        ("a@gmail.com", None),
        ("a@saihs.edu.tw", None),
    ],
)
def test_domain_suggestions(typed: str, meant: str | None) -> None:
    assert suggest_email(typed) == meant


def test_an_address_that_holds_the_id() -> None:
    assert holds_id("b200300401@gmail.com", "B200300401")
    assert not holds_id("flower@gmail.com", "B200300401")
    assert mask_email("flower@gmail.com") == "f***@gmail.com"


@pytest.mark.parametrize(
    ("name", "masked"), [("王小明", "王〇明"), ("王明", "王〇"), ("歐陽小明", "歐〇〇明"), ("John Smith", "J*** S***")]
)
def test_masked_names(name: str, masked: str) -> None:
    assert mask_name(parse_name(name)) == masked


def test_lost_and_rare_characters() -> None:
    assert needs_manual_glyph("王?明")
    assert not needs_manual_glyph("王𠮷明")
    assert is_rare("王𠮷明")
    assert parse_name("王𠮷明") == "王𠮷明"
    with pytest.raises(InvalidName):
        parse_name("王1明")


@pytest.mark.parametrize(
    "text",
    ["109年9月11日", "109/9/11", "109.09.11", "1090911", "2020-09-11", "2020/9/11", "20200911", "民國109年9月11日"],
)
def test_dates(text: str) -> None:
    assert parse_date(text) == date(2020, 9, 11)


def test_roc_words_and_ages() -> None:
    assert format_roc(date(2020, 9, 11)) == "109年9月11日"
    assert school_year(date(2026, 7, 31)) == 114
    assert school_year(date(2026, 8, 1)) == 115
    assert is_adult(date(2008, 11, 24), _TODAY)
    assert not is_adult(date(2008, 11, 25), _TODAY)
    assert not is_adult(date(2003, 1, 2), date(2022, 12, 31))


@given(st.integers(100, 999), st.integers(1, 9_999_999), st.integers(0, 10), st.integers(1, 9))
def test_a_misheard_digit_is_found(year: int, serial: int, place: int, by: int) -> None:
    number = format_number(year, serial)
    assert parse_number(f" {number} ") == (year, serial)
    digits = list(number.replace("-", ""))
    digits[place] = str((int(digits[place]) + by) % 10)
    with pytest.raises(InvalidNumber):
        parse_number("".join(digits))


def test_accounts_in_many_spellings() -> None:
    spellings = ("P110001", "p110001", "Ｐ１１０００１", " p 110\u200b001 ", "P-110001")
    assert {normalise_account(text) for text in spellings} == {"P110001"}
    assert student_number_of("p110001") == "110001"
    assert student_number_of("110001") is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Sunny2day", None),
        ("short12", PasswordFault.TOO_SHORT),
        ("12345678901", PasswordFault.NO_LETTER),
        ("onlyletters", PasswordFault.NO_DIGIT),
        ("A123456789", PasswordFault.IDENTITY),
        ("password123", PasswordFault.COMMON),
        ("abcd12345", PasswordFault.COMMON),
        ("P110001x9", PasswordFault.PERSONAL),
        ("密碼密碼密碼密碼a1", PasswordFault.NOT_ASCII),
        ("a1" * 65, PasswordFault.TOO_LONG),
    ],
)
def test_passwords(password: str, why: PasswordFault | None) -> None:
    assert fault(password, ["110001", "P110001"]) is why


def test_ticks() -> None:
    assert not ticks("abc").all
    assert ticks("abcdefgh1").all


@given(st.text(alphabet="親愛的家長、，。（）「」abc 1\u3000", max_size=120), st.integers(6, 40))
def test_lines_hold_their_width_and_their_signs(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_width(line) <= width for line in lines)
    assert "".join(lines).split() == text.split() or "".join("".join(lines).split()) == "".join(text.split())


def test_no_line_begins_with_a_closing_sign() -> None:
    text = "為使家長與學校聯繫更加緊密，了解學生各項學習表現，建議您申辦親子帳號。（請參考）相關說明。" * 3
    for width in range(10, 60):
        for line in wrap(text, width):
            assert line[0] not in "，。）"
            assert line[-1] not in "（"


@given(st.text())
def test_scrubbed_text_is_clean(text: str) -> None:
    assert is_clean(scrub(text))
    assert "\x1b" not in scrub(text)


_DOMAIN_ERRORS = (InvalidIdentity, InvalidMobile, InvalidEmail, InvalidName, InvalidDate, InvalidNumber)
_READERS: list[Callable[[str], object]] = [
    lambda text: parse_id(text, _TODAY),
    parse_mobile,
    parse_email,
    parse_name,
    parse_date,
    parse_number,
    normalise_account,
    lambda text: fault(text),
    lambda text: compare_entries(text, text[::-1]),
]


@given(st.text(max_size=200), st.sampled_from(_READERS))
def test_any_text_is_read_or_refused(text: str, read: Callable[[str], object]) -> None:
    refusal = ""
    try:
        read(text)
    except _DOMAIN_ERRORS as refused:
        refusal = str(refused)
    assert len(text.strip()) < 3 or text not in refusal


@pytest.mark.parametrize("read", _READERS)
@pytest.mark.parametrize("piece", ["a", "９", "王", "\u200b", "@", "1", "."])
def test_a_hundred_thousand_characters_are_quick(read: Callable[[str], object], piece: str) -> None:
    text = piece * 100_000
    began = time.perf_counter()
    with contextlib.suppress(*_DOMAIN_ERRORS):
        read(text)
    assert time.perf_counter() - began < 0.1
