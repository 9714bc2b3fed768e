from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.accounts import (
    InvalidAccount,
    chosen_account_fault,
    normalise_account,
    parse_staff_account,
    student_account,
    student_number_of,
)


def test_accounts_in_many_spellings() -> None:
    spellings = ("P110001", "p110001", "Ｐ１１０００１", " p 110\u200b001 ", "P-110001")
    assert {normalise_account(text) for text in spellings} == {"P110001"}
    assert student_number_of("p110001") == "110001"
    assert student_number_of("110001") is None


def test_an_account_is_the_letter_and_the_number() -> None:
    assert student_account("１１０００１") == "P110001"
    assert normalise_account("p110\u3164001\ufe0f") == "P110001"


@pytest.mark.parametrize(
    ("typed", "account"),
    [("wang.li", "WANG.LI"), (" ｗａｎｇ_1 ", "WANG_1"), ("wang-li", "WANGLI"), ("abc", "ABC"), ("a" * 32, "A" * 32)],
)
def test_staff_accounts_have_one_normal_form(typed: str, account: str) -> None:
    assert parse_staff_account(typed) == account == normalise_account(typed)


@pytest.mark.parametrize(
    "typed", ["", "ab", "a" * 33, "a b c", "王小明", "a/b/c", "a--", "ab\nc", "abc|d", "ab\u200bc", "abc\x00", "é1234"]
)
def test_unusable_staff_accounts_are_refused(typed: str) -> None:
    with pytest.raises(InvalidAccount):
        parse_staff_account(typed)


@given(st.text(max_size=80))
def test_any_text_is_an_account_of_staff_or_refused(text: str) -> None:
    try:
        account = parse_staff_account(text)
    except InvalidAccount:
        return
    assert account.isascii()
    assert 3 <= len(account) <= 32
    assert normalise_account(account) == account


@given(st.text(max_size=80))
def test_any_text_is_a_self_chosen_account_or_refused(text: str) -> None:
    if chosen_account_fault(text) is None:
        account = normalise_account(text)
        assert account.isascii()
        assert 6 <= len(account) <= 32
        assert normalise_account(account) == account
