from __future__ import annotations

import pytest

from db.models.applications import Draft
from kiosk.rules.identity import InvalidIdentity
from kiosk.services.applications.drafts import APPLICATION, CONFIRMATION, DraftOfAnother
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.student_session import StudentSession
from tests.builders.applications import FATHER_ID, MOTHER_ID, STRANGER_ID, new_visitor
from tests.builders.school import Opened, only_row

VALUES = {"mode": "one_parent", "entries": [{"name": "劉小花", "national_id": MOTHER_ID, "mobile": "0910100200"}]}


def test_a_draft_is_sealed_and_opens_with_its_owners_id_alone(opened: Opened, visitor: StudentSession) -> None:
    drafts = opened.school.drafts
    drafts.save(visitor, APPLICATION, VALUES, MOTHER_ID)
    assert drafts.exists(visitor, APPLICATION)
    assert drafts.load(visitor, APPLICATION) is None
    assert drafts.load(visitor, APPLICATION, FATHER_ID) is None
    assert drafts.load(visitor, APPLICATION, f" {MOTHER_ID.lower()}") == VALUES
    row = only_row(opened.school, Draft)
    assert not [value for value in (MOTHER_ID, "0910100200", "劉小花") if value.encode() in row.sealed]


def test_an_applications_draft_must_have_an_owner(opened: Opened, visitor: StudentSession) -> None:
    for national_id in ("", "A123456788"):
        with pytest.raises(InvalidIdentity):
            opened.school.drafts.save(visitor, APPLICATION, VALUES, national_id)
    assert not opened.school.drafts.exists(visitor, APPLICATION)


def test_a_confirmation_draft_needs_no_id(opened: Opened, visitor: StudentSession) -> None:
    drafts = opened.school.drafts
    drafts.save(visitor, CONFIRMATION, {"class_name": "科二仁"})
    assert drafts.load(visitor, CONFIRMATION) == {"class_name": "科二仁"}
    drafts.save(visitor, CONFIRMATION, {"class_name": "科二勇"})
    assert drafts.load(visitor, CONFIRMATION) == {"class_name": "科二勇"}
    assert drafts.discard(visitor, CONFIRMATION)
    assert drafts.load(visitor, CONFIRMATION) is None


def test_another_persons_draft_is_replaced_only_on_request(opened: Opened, visitor: StudentSession) -> None:
    drafts = opened.school.drafts
    drafts.save(visitor, APPLICATION, VALUES, MOTHER_ID)
    with pytest.raises(DraftOfAnother):
        drafts.save(visitor, APPLICATION, {"mode": "two_parents"}, FATHER_ID)
    assert drafts.load(visitor, APPLICATION, MOTHER_ID) == VALUES
    drafts.save(visitor, APPLICATION, {"mode": "two_parents"}, FATHER_ID, replace=True)
    assert drafts.load(visitor, APPLICATION, MOTHER_ID) is None
    assert drafts.load(visitor, APPLICATION, FATHER_ID) == {"mode": "two_parents"}


def test_wrong_ids_are_counted_and_asking_without_one_is_not(opened: Opened, visitor: StudentSession) -> None:
    drafts = opened.school.drafts
    drafts.save(visitor, APPLICATION, VALUES, MOTHER_ID)
    for _try in range(6):
        assert drafts.load(visitor, APPLICATION) is None
    for _try in range(5):
        assert drafts.load(visitor, APPLICATION, FATHER_ID) is None
    with pytest.raises(TooManyTries):
        drafts.load(visitor, APPLICATION, MOTHER_ID)
    opened.clock.advance(15 * 60 + 1)
    assert drafts.load(visitor, APPLICATION, MOTHER_ID) == VALUES


def test_only_its_owner_discards_a_draft(opened: Opened, visitor: StudentSession) -> None:
    drafts = opened.school.drafts
    drafts.save(visitor, APPLICATION, VALUES, MOTHER_ID)
    assert not drafts.discard(visitor, APPLICATION)
    assert not drafts.discard(visitor, APPLICATION, FATHER_ID)
    assert drafts.exists(visitor, APPLICATION)
    assert drafts.discard(visitor, APPLICATION, MOTHER_ID)
    assert not drafts.exists(visitor, APPLICATION)


def test_each_child_has_its_own_drafts(opened: Opened, visitor: StudentSession) -> None:
    opened.school.drafts.save(visitor, APPLICATION, VALUES, MOTHER_ID)
    other = new_visitor(opened.school, "110002", STRANGER_ID)
    assert not opened.school.drafts.exists(other, APPLICATION)
    assert opened.school.drafts.load(other, APPLICATION, MOTHER_ID) is None
