from __future__ import annotations

import pytest

from db.models.applications import Consent
from kiosk.domain.application_status import ApprovalBlock
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.students.consents import NotOfAge, NotReadToEnd, NotTheStudent
from tests.builders.applications import ADULT, MOTHER_ID, STRANGER_ID, TEXT, Sender, answer, new_visitor
from tests.builders.school import ACCOUNT, NATIONAL_ID, TERMINAL, Opened, only_row, rows


@pytest.fixture
def adult(opened: Opened) -> StudentSession:
    return new_visitor(opened.school, "110009", STRANGER_ID, ADULT)


def test_an_answer_is_kept_with_its_evidence(opened: Opened, visitor: StudentSession) -> None:
    consent_id = answer(opened.school, visitor)
    row = only_row(opened.school, Consent)
    assert (row.id, row.choice, row.answered_by, row.read_to_end) == (consent_id, "agree", "parent", True)
    assert (row.text_version, row.text_sha256) == (TEXT.source.version, TEXT.source.sha256)
    assert (row.language, row.account, row.terminal) == ("zh_TW", ACCOUNT, TERMINAL)
    assert row.answered_at == int(opened.clock.now().timestamp() * 1000)


def test_an_answer_to_a_text_not_read_to_its_end_does_not_count(opened: Opened, visitor: StudentSession) -> None:
    with pytest.raises(NotReadToEnd):
        opened.school.consents.record(visitor, TEXT, "agree", language="zh_TW", read_to_end=False)
    assert rows(opened.school, Consent) == []


def test_a_minor_does_not_answer_for_themself(opened: Opened, visitor: StudentSession) -> None:
    with pytest.raises(NotOfAge):
        answer(opened.school, visitor, "agree", NATIONAL_ID)


def test_a_student_of_age_answers_by_their_own_id_only(opened: Opened, adult: StudentSession) -> None:
    with pytest.raises(NotTheStudent):
        answer(opened.school, adult, "agree", MOTHER_ID)
    assert rows(opened.school, Consent) == []
    answer(opened.school, adult, "agree", STRANGER_ID)
    assert not opened.school.student_data.hub(adult).needs_student_consent


def test_wrong_ids_are_counted(opened: Opened, adult: StudentSession) -> None:
    for _try in range(5):
        with pytest.raises(NotTheStudent):
            answer(opened.school, adult, "agree", MOTHER_ID)
    with pytest.raises(TooManyTries):
        answer(opened.school, adult, "agree", STRANGER_ID)
    assert rows(opened.school, Consent) == []


def test_the_students_refusal_holds_what_their_consent_released(opened: Opened, adult: StudentSession) -> None:
    answer(opened.school, adult)
    Sender(opened.school, adult).one()

    def held() -> tuple[str, ...]:
        (summary,) = opened.school.student_data.hub(adult).applications
        return summary.blocks

    assert held() == (ApprovalBlock.STUDENT_CONSENT,)
    answer(opened.school, adult, "agree", STRANGER_ID)
    assert held() == ()
    answer(opened.school, adult, "refuse", STRANGER_ID)
    assert held() == (ApprovalBlock.STUDENT_CONSENT,)
