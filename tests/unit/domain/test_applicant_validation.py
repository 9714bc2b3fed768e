"""The validation of applicants' entries."""

from __future__ import annotations

import time
from dataclasses import asdict, replace

import pytest

from kiosk.domain.applicant_validation import difference_message, read_applicant
from kiosk.domain.application_form import FIELDS, RELATIONS, ApplicantEntry, ApplicantValues, Mode
from kiosk.rules.contact import suggest_email
from kiosk.rules.identity import compare_entries
from tests.builders.applications import FATHER, MOTHER, MOTHER_ID, TODAY, with_id


def check(entry: ApplicantEntry, mode: Mode = Mode.ONE_PARENT, other: ApplicantEntry | None = None) -> dict[str, str]:
    return read_applicant(entry, mode, TODAY, other)[0]


def values_of(entry: ApplicantEntry) -> ApplicantValues:
    values = read_applicant(entry, Mode.ONE_PARENT, TODAY)[1]
    assert values is not None
    return values


def test_a_right_entry_has_no_message_and_a_normal_form() -> None:
    assert check(MOTHER) == {}
    values = values_of(replace(MOTHER, email="Flower@EXAMPLE.com"))
    assert (values.mobile, values.email) == ("0910100200", "Flower@example.com")


def test_an_empty_form_names_each_needed_field() -> None:
    assert set(check(ApplicantEntry())) == {"name", "relation", "national_id", "mobile", "email"}


def test_the_guides_own_sample_is_refused_for_its_check_digit_and_its_address() -> None:
    sample = replace(with_id(MOTHER, "B200300400"), email="B200300400@gmail.com", email_again="B200300400@gmail.com")
    found = check(sample)
    assert "檢查碼" in found["national_id"]
    assert "身分證字號" in found["email"]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("A123456789", "A123456788", ("第10個字不同", "第二次填的可能打錯")),
        ("A132456789", "A123456789", ("第3和第4個字前後對調", "第一次填的可能打錯")),
        ("A123456789", "A12345789", ("少了第7個字", "第二次填的可能打錯")),
        ("A123456789", "A1234556789", ("多了第7個字",)),
        ("A123456788", "A123456787", ("第10個字不同", "對照證件再填一次")),
        ("A123456789", "F100000001", ("不一樣",)),
    ],
)
def test_differing_entries_are_explained(first: str, second: str, words: tuple[str, ...]) -> None:
    found = check(replace(MOTHER, national_id=first, national_id_again=second))
    assert set(found) == {"national_id_again"}
    message = found["national_id_again"]
    assert [word for word in words if word not in message] == []
    assert first not in message
    assert second not in message


def test_equal_entries_make_no_slip() -> None:
    assert difference_message(compare_entries(MOTHER_ID, MOTHER_ID.lower())) == ""


def test_the_second_entry_is_asked_for() -> None:
    found = check(replace(MOTHER, national_id_again="", email_again=""))
    assert set(found) == {"national_id_again", "email_again"}


@pytest.mark.parametrize(
    ("national_id", "word"),
    [("123456789012", "統一證號"), ("A12345678", "10個字"), ("1234567890", "格式")],
)
def test_each_fault_of_the_number_says_what_to_do(national_id: str, word: str) -> None:
    assert word in check(with_id(MOTHER, national_id))["national_id"]


def test_a_resident_number_is_taken() -> None:
    assert check(with_id(MOTHER, "A800000014")) == {}


def test_an_address_with_the_id_is_refused_in_either_case_and_for_either_parent() -> None:
    own = f"x{MOTHER_ID.lower()}@example.com"
    assert "email" in check(replace(MOTHER, email=own, email_again=own))
    assert "email" in check(replace(FATHER, email=own, email_again=own), Mode.TWO_PARENTS, MOTHER)


def test_a_likely_slip_of_the_domain_is_suggested_but_not_refused() -> None:
    slip = replace(MOTHER, email="flower@gmial.com", email_again="flower@gmial.com")
    assert check(slip) == {}
    assert suggest_email(slip.email) == "flower@gmail.com"
    assert suggest_email("flower@gmail.com") is None
    assert suggest_email("flower") is None


def test_two_addresses_that_differ_only_in_case_are_one() -> None:
    assert check(replace(MOTHER, email_again="FLOWER@Example.com")) == {}
    assert "email_again" in check(replace(MOTHER, email_again="flowers@example.com"))


def test_without_an_address_nothing_is_asked_about_one() -> None:
    assert check(replace(MOTHER, email="", email_again="", no_email=True)) == {}
    assert values_of(replace(MOTHER, no_email=True)).email is None


def test_two_applicants_share_neither_number_nor_address() -> None:
    assert check(FATHER, Mode.TWO_PARENTS, MOTHER) == {}
    assert set(check(with_id(FATHER, MOTHER_ID), Mode.TWO_PARENTS, MOTHER)) == {"national_id"}
    shared = replace(FATHER, email="Flower@example.com", email_again="flower@example.com")
    assert set(check(shared, Mode.TWO_PARENTS, MOTHER)) == {"email"}
    assert check(shared, Mode.TWO_PARENTS, replace(MOTHER, no_email=True)) == {}


def test_parents_choose_their_relation_and_guardians_may_write_it() -> None:
    assert "媽媽" in RELATIONS[Mode.ONE_PARENT]
    assert set(check(replace(MOTHER, relation="表叔公"))) == {"relation"}
    assert check(replace(MOTHER, relation="表叔公"), Mode.OTHER_GUARDIAN) == {}
    assert set(check(replace(MOTHER, relation="叔" * 21), Mode.OTHER_GUARDIAN)) == {"relation"}


@pytest.mark.alone
@pytest.mark.parametrize("key", [field.key for field in FIELDS])
def test_a_hundred_thousand_characters_are_refused_at_once(key: str) -> None:
    entry = ApplicantEntry(**(asdict(MOTHER) | {key: "A1" * 50_000}))
    seconds = []
    for _round in range(5):
        begun = time.perf_counter()
        assert check(entry)
        seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 0.01


def test_entries_hide_their_values_in_their_repr() -> None:
    shown = repr(MOTHER) + repr(values_of(MOTHER))
    assert not [value for value in (MOTHER.name, MOTHER_ID, "0910", "flower") if value in shown]
