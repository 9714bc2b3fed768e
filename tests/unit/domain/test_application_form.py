"""The application form's modes, grounds and fields."""

from __future__ import annotations

from dataclasses import fields

from kiosk.domain.application_form import FIELDS, ApplicantEntry, Basis, Mode


def test_every_entry_key_but_the_switch_is_a_field_with_a_label() -> None:
    keys = [field.name for field in fields(ApplicantEntry) if field.name != "no_email"]
    assert [field.key for field in FIELDS] == keys
    assert all(field.label for field in FIELDS)


def test_the_guide_words_the_three_modes_and_the_fields() -> None:
    assert [mode.label for mode in Mode] == [
        "雙親為監護人，一位申辦。",
        "雙親為監護人，二位申辦。",
        "其他關係者擔任監護人",
    ]
    labels = {field.key: field.label for field in FIELDS}
    assert [labels[key] for key in ("name", "relation", "national_id", "mobile", "email")] == [
        "申請人姓名",
        "親屬關係",
        "身分證字號",
        "手機",
        "電子郵件",
    ]


def test_only_parents_together_need_no_documents() -> None:
    assert [basis for basis in Basis if not basis.documents] == [Basis.PARENTS]
    assert {basis for mode in Mode for basis in mode.bases} == set(Basis)
    assert any("委託證明書" in paper for paper in Basis.CARER.documents)
