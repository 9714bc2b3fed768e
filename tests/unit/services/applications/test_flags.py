from __future__ import annotations

import pytest
from sqlalchemy import update

from db.models.applications import Application, ApplicationCount
from db.models.columns import table_of
from kiosk.demo.people import invented_id
from kiosk.domain.application_form import Basis
from kiosk.domain.application_status import ApprovalBlock, ReviewFlag
from kiosk.services.applications.flag_check import compare, rebuild
from kiosk.services.auth.staff_session import StaffMember
from tests.builders.reviews import CLASSES, TEXT, ReviewSchool, father_of, mother_of, roster, with_other
from tests.builders.school import rows

ADULT = 3


def test_the_mother_on_file_waits_for_her_signature_only(reviewed: ReviewSchool) -> None:
    application_id = reviewed.apply(0)
    assert reviewed.blocks(application_id) == {ApprovalBlock.SIGNATURE}
    assert reviewed.flags(application_id) == ReviewFlag.GUARDIAN_MATCHES | ReviewFlag.EMAIL_UNVERIFIED
    row = reviewed.row(application_id)
    assert (row.needs_a_look, row.class_name, row.seat_number, row.student_name) == (False, CLASSES[0], 1, "王小明")
    assert row.names == "王小明、林美玉"


def test_both_parents_on_file_match_together(reviewed: ReviewSchool) -> None:
    application_id = reviewed.apply(0, father_of(0), mother_of(0), verified=["mother0@example.org"])
    assert reviewed.flags(application_id) == ReviewFlag.GUARDIAN_MATCHES | ReviewFlag.NO_EMAIL
    assert reviewed.row(application_id).names == "王小明、王大明、林美玉"


STRANGER = invented_id("K", 2, 77)


@pytest.mark.parametrize(
    ("values", "flag"),
    [
        ({"name": "林美雲"}, ReviewFlag.GUARDIAN_NAME_DIFFERS),
        ({"national_id": STRANGER}, ReviewFlag.GUARDIAN_ID_DIFFERS),
        ({"mobile": "0987654321"}, ReviewFlag.GUARDIAN_MOBILE_DIFFERS),
        ({"email": "other@example.org"}, ReviewFlag.GUARDIAN_EMAIL_DIFFERS),
        ({"name": "陳生", "national_id": STRANGER}, ReviewFlag.NOT_ON_FILE),
        ({"relation": "爸爸"}, ReviewFlag.GUARDIAN_MATCHES | ReviewFlag.SEX_DIFFERS),
    ],
)
def test_each_difference_from_the_roster_has_its_flag(
    reviewed: ReviewSchool, values: dict[str, str], flag: ReviewFlag
) -> None:
    application_id = reviewed.apply(0, with_other(mother_of(0), **values))
    assert reviewed.flags(application_id) == flag | ReviewFlag.EMAIL_UNVERIFIED
    assert reviewed.row(application_id).needs_a_look


def test_a_rare_name_is_flagged(reviewed: ReviewSchool) -> None:
    application_id = reviewed.apply(0, with_other(mother_of(0), name="林𠮷"))
    assert reviewed.flags(application_id) & ReviewFlag.UNUSUAL_CHARACTERS


@pytest.mark.both_databases
def test_a_second_application_flags_the_first_until_it_is_withdrawn(reviewed: ReviewSchool) -> None:
    first = reviewed.apply(0)
    before = reviewed.version(first)
    second = reviewed.apply(0, father_of(0))
    assert ApprovalBlock.CONFLICT in reviewed.blocks(first) & reviewed.blocks(second)
    assert reviewed.version(first) == before + 1
    reviewed.school.applications.withdraw(reviewed.visitor(0), second, father_of(0).national_id)
    assert reviewed.blocks(first) == {ApprovalBlock.SIGNATURE}
    assert reviewed.blocks(second) == set()


def test_a_shared_mobile_and_mail_mark_both_families(reviewed: ReviewSchool) -> None:
    first = reviewed.apply(0)
    shared = with_other(mother_of(1), mobile=mother_of(0).mobile, email="MOTHER0@example.org")
    second = reviewed.apply(1, shared)
    for application_id in (first, second):
        assert reviewed.flags(application_id) & ReviewFlag.MOBILE_SHARED
        assert reviewed.flags(application_id) & ReviewFlag.EMAIL_SHARED
        assert reviewed.row(application_id).needs_a_look
    reviewed.school.applications.withdraw(reviewed.visitor(1), second, shared.national_id)
    assert not reviewed.row(first).needs_a_look


def test_two_parents_with_one_mobile_are_marked(reviewed: ReviewSchool) -> None:
    application_id = reviewed.apply(0, with_other(father_of(0), mobile=mother_of(0).mobile), mother_of(0))
    assert reviewed.flags(application_id) & ReviewFlag.MOBILE_SHARED


def test_the_parent_of_two_children_is_known_on_both(reviewed: ReviewSchool) -> None:
    first, second = reviewed.apply(0), reviewed.apply(1, mother_of(0))
    for application_id in (first, second):
        assert reviewed.flags(application_id) & ReviewFlag.KNOWN_APPLICANT
        assert not reviewed.flags(application_id) & ReviewFlag.MOBILE_SHARED
    assert reviewed.flags(second) & ReviewFlag.NOT_ON_FILE


@pytest.mark.both_databases
def test_a_shared_mobile_changes_each_application_only_once(reviewed: ReviewSchool) -> None:
    applications = [reviewed.apply(place, with_other(mother_of(place), mobile="0900000000")) for place in range(12)]
    assert [reviewed.version(application_id) for application_id in applications] == [2] + [1] * 11


def test_an_error_report_blocks_until_it_is_answered(reviewed: ReviewSchool) -> None:
    application_id = reviewed.apply(0)
    reviewed.school.student_data.report_errors(reviewed.visitor(0), {"class_name": "資三仁"})
    assert ApprovalBlock.CORRECTION in reviewed.blocks(application_id)
    reviewed.school.student_data.confirm(reviewed.visitor(0))
    assert reviewed.blocks(application_id) == {ApprovalBlock.SIGNATURE}


def test_an_adult_student_must_agree_and_a_refusal_holds_again(reviewed: ReviewSchool) -> None:
    application_id = reviewed.apply(ADULT)
    assert ApprovalBlock.STUDENT_CONSENT in reviewed.blocks(application_id)
    for choice, held in (("agree", False), ("refuse", True)):
        reviewed.school.consents.record(
            reviewed.visitor(ADULT),
            TEXT,
            choice,  # type: ignore[arg-type]
            language="zh_TW",
            read_to_end=True,
            answered_by="student",
            student_national_id=invented_id("A", 1 + ADULT % 2, 5000000 + ADULT),
        )
        assert (ApprovalBlock.STUDENT_CONSENT in reviewed.blocks(application_id)) is held


def test_a_later_refusal_of_the_consent_is_flagged(reviewed: ReviewSchool) -> None:
    application_id = reviewed.apply(0)
    reviewed.answer_consent(0, agree=False)
    assert reviewed.flags(application_id) & ReviewFlag.CONSENT_REFUSED
    assert reviewed.row(application_id).needs_a_look
    reviewed.answer_consent(0)
    assert not reviewed.row(application_id).needs_a_look


def test_documents_block_until_they_were_seen(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0, basis=Basis.SOLE_CUSTODY)
    assert reviewed.blocks(application_id) == {ApprovalBlock.SIGNATURE, ApprovalBlock.DOCUMENTS}
    reviewed.office.review.documents_seen(teacher, application_id, 1)
    assert reviewed.blocks(application_id) == {ApprovalBlock.SIGNATURE}


def test_a_students_id_needs_the_registrar_even_if_imported_later(reviewed: ReviewSchool) -> None:
    number = invented_id("A", 2, 5000001)
    of_a_student = reviewed.apply(0, with_other(mother_of(0), national_id=number))
    assert ApprovalBlock.REGISTRAR in reviewed.blocks(of_a_student)
    later = list(roster([20]).rows)[0][1][4]
    application_id = reviewed.apply(2, with_other(mother_of(2), national_id=later))
    assert ApprovalBlock.REGISTRAR not in reviewed.blocks(application_id)
    reviewed.take_roster(roster([*range(12), 20]))
    assert ApprovalBlock.REGISTRAR in reviewed.blocks(application_id)


@pytest.mark.both_databases
def test_a_roster_moves_the_rows_and_their_counts(reviewed: ReviewSchool) -> None:
    applications = [reviewed.apply(place) for place in range(6)]
    versions = [reviewed.version(application_id) for application_id in applications]
    reviewed.take_roster(roster(class_shift=1))
    assert [reviewed.row(one).class_name for one in applications] == [CLASSES[1]] * 4 + [CLASSES[2]] * 2
    assert [reviewed.version(application_id) for application_id in applications] == versions
    counted = {(row.class_name, row.state): row.value for row in rows(reviewed.school, ApplicationCount)}
    assert counted == {(CLASSES[1], "under_review"): 4, (CLASSES[2], "under_review"): 2}


def test_a_roster_with_another_guardian_marks_the_open_application(reviewed: ReviewSchool) -> None:
    application_id = reviewed.apply(0)
    sheet = roster()
    cells = list(list(sheet.rows)[0][1])
    cells[9] = "林美雲"
    reviewed.take_roster(type(sheet)(sheet.header, ((2, tuple(cells)), *list(sheet.rows)[1:])))
    assert reviewed.flags(application_id) & ReviewFlag.GUARDIAN_NAME_DIFFERS


def test_a_decided_application_has_no_flags(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0, with_other(mother_of(0), mobile="0987654321"))
    reviewed.office.review.reject(teacher, application_id, 1, "不是本人")
    row = reviewed.row(application_id)
    assert (row.is_blocked, row.needs_a_look, row.remarks, row.held_for_signature) == (False, False, 0, False)


@pytest.mark.both_databases
def test_the_doctor_finds_and_mends_what_is_wrong(reviewed: ReviewSchool) -> None:
    applications = [reviewed.apply(place) for place in range(3)]
    with reviewed.school.store.writer.begin() as connection:
        table, counts = table_of(Application), table_of(ApplicationCount)
        spoilt = {"held_for_signature": False, "remarks": 16, "class_name": "無此班"}
        connection.execute(update(table).where(table.c.id == applications[0]).values(spoilt))
        connection.execute(update(counts).values(value=99))
    found = compare(reviewed.school.store)
    assert (found.applications, found.outdated, found.is_right) == (3, (reviewed.row(applications[0]).number,), False)
    assert found.wrong_counts > 0
    mended = rebuild(reviewed.school.store, "test")
    assert (mended.applications, mended.outdated) == (3, found.outdated)
    assert compare(reviewed.school.store).is_right
    assert rebuild(reviewed.school.store, "test").is_right


def test_coming_of_age_is_found_by_the_doctor(reviewed: ReviewSchool) -> None:
    application_id = reviewed.apply(0)
    reviewed.clock.advance(3 * 365 * 86400)
    assert compare(reviewed.school.store).outdated == (reviewed.row(application_id).number,)
    rebuild(reviewed.school.store, "test")
    assert ApprovalBlock.STUDENT_CONSENT in reviewed.blocks(application_id)
