from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.accounts import normalise_account, student_account, student_number_of


def test_accounts_in_many_spellings() -> None:
    spellings = ("P110001", "p110001", "Ｐ１１０００１", " p 110\u200b001 ", "P-110001")
    assert {normalise_account(text) for text in spellings} == {"P110001"}
    assert student_number_of("p110001") == "110001"
    assert student_number_of("110001") is None


@given(st.text(max_size=80))
def test_a_normal_form_is_its_own(text: str) -> None:
    assert normalise_account(normalise_account(text)) == normalise_account(text)


def test_an_account_is_the_letter_and_the_number() -> None:
    assert student_account("１１０００１") == "P110001"
    assert normalise_account("p110\u3164001\ufe0f") == "P110001"
