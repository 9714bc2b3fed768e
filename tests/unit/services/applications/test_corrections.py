from __future__ import annotations

from collections.abc import Mapping

import pytest

from db.models.applications import Applicant, Correction
from kiosk.demo.people import invented_id
from kiosk.domain.application_form import ApplicantEntry, Basis
from kiosk.domain.application_status import ApprovalBlock, ReviewFlag
from kiosk.domain.errors import AlreadyApplied, ChangedMeanwhile
from kiosk.services.applications.form_check import ApplicantIsStudent, InvalidApplication
from kiosk.services.applications.history import UNCHANGED, Action
from kiosk.services.auth.identity_check import NotTheirId, TooManyTries
from kiosk.services.auth.staff_session import Role, StaffMember
from tests.builders.reviews import ReviewSchool, father_of, mother_of, with_other
from tests.builders.school import only_row, rows

MOTHER, FATHER = mother_of(0), father_of(0)
STRANGER_ID = invented_id("K", 2, 77)


def returned(
    reviewed: ReviewSchool, teacher: StaffMember, reasons: Mapping[tuple[int, str], str], *people: ApplicantEntry
) -> str:
    """An application of these people (the mother alone, if none), sent back for these reasons."""
    application_id = reviewed.apply(0, *people)
    reviewed.office.review.return_fields(teacher, application_id, 1, reasons)
    return application_id


def answer(
    reviewed: ReviewSchool,
    application_id: str,
    entries: Mapping[int, ApplicantEntry],
    national_id: str = MOTHER.national_id,
    verified: tuple[str, ...] = (),
) -> None:
    version = reviewed.version(application_id)
    reviewed.school.corrections.answer(reviewed.visitor(0), application_id, version, national_id, entries, verified)


def people(reviewed: ReviewSchool, application_id: str) -> list[Applicant]:
    return rows(reviewed.school, Applicant, "position", application_id=application_id)


def test_returned_fields_are_empty_and_show_their_reasons(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    reasons = {(2, "mobile"): "少一碼", (2, "email"): "寄不到"}
    application_id = returned(reviewed, teacher, reasons, FATHER, MOTHER)
    shown = reviewed.school.corrections.open(reviewed.visitor(0), application_id, FATHER.national_id)
    (person,) = shown.people
    assert (person.position, dict(person.reasons)) == (2, {"mobile": "少一碼", "email": "寄不到"})
    assert person.entry == with_other(MOTHER, mobile="", email="")
    assert shown.version == reviewed.version(application_id)
    assert MOTHER.national_id not in repr(shown)


def test_only_an_applicants_id_opens_it_and_wrong_ids_are_counted(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = returned(reviewed, teacher, {(1, "mobile"): "少一碼"})
    corrections, visitor = reviewed.school.corrections, reviewed.visitor(0)
    for _try in range(5):
        with pytest.raises(NotTheirId):
            corrections.open(visitor, application_id, FATHER.national_id)
    with pytest.raises(TooManyTries):
        corrections.open(visitor, application_id, MOTHER.national_id)
    with pytest.raises(TooManyTries):
        answer(reviewed, application_id, {1: MOTHER})


@pytest.mark.both_databases
def test_only_returned_fields_are_changed(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = returned(reviewed, teacher, {(1, "mobile"): "少一碼"})
    answer(reviewed, application_id, {1: with_other(MOTHER, name="別人", mobile="0987654321", email="x@example.org")})
    row = reviewed.row(application_id)
    assert (row.state, row.names) == ("under_review", "王小明、林美玉")
    (person,) = people(reviewed, application_id)
    opened = reviewed.school.store.keys.open("applicant", person.id, person.sealed)
    assert opened == {"national_id": MOTHER.national_id, "mobile": "0987654321", "email": MOTHER.email}
    assert reviewed.flags(application_id) & ReviewFlag.GUARDIAN_MOBILE_DIFFERS
    correction = only_row(reviewed.school, Correction)
    assert (correction.state, correction.answered_at) == ("answered", row.changed_at)


def test_an_unchanged_value_is_marked_for_the_reviewer(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = returned(reviewed, teacher, {(1, "name"): "與申請書不同", (1, "mobile"): "少一碼"})
    answer(reviewed, application_id, {1: with_other(MOTHER, name="林美雲")})
    line = reviewed.office.review.open(teacher, application_id).history[-1]
    assert (line.action, line.by) == (Action.ANSWERED, "")
    assert {note.key: note.text for note in line.fields} == {"name": "", "mobile": UNCHANGED}
    assert reviewed.row(application_id).names == "王小明、林美雲"


def test_a_faulty_answer_names_its_fields(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = returned(reviewed, teacher, {(2, "mobile"): "少一碼", (1, "email"): "請補"}, FATHER, MOTHER)
    with pytest.raises(InvalidApplication) as refused:
        answer(reviewed, application_id, {2: with_other(MOTHER, mobile="12")})
    assert [sorted(message) for message in refused.value.messages] == [["email"], ["mobile"]]
    assert reviewed.row(application_id).state == "returned"


def test_a_verified_address_stays_verified_and_a_new_one_is_not(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0, verified=[MOTHER.email])
    reviewed.office.review.return_fields(teacher, application_id, 1, {(1, "mobile"): "少一碼"})
    answer(reviewed, application_id, {1: MOTHER})
    assert people(reviewed, application_id)[0].email_state == "verified"
    version = reviewed.version(application_id)
    reviewed.office.review.return_fields(teacher, application_id, version, {(1, "email"): "寄不到"})
    answer(reviewed, application_id, {1: with_other(MOTHER, email="new@example.org")})
    assert people(reviewed, application_id)[0].email_state == "unverified"
    version = reviewed.version(application_id)
    reviewed.office.review.return_fields(teacher, application_id, version, {(1, "email"): "寄不到"})
    again = with_other(MOTHER, email="third@example.org")
    answer(reviewed, application_id, {1: again}, verified=("third@example.org",))
    assert people(reviewed, application_id)[0].email_state == "verified"


@pytest.mark.both_databases
def test_a_shared_mobile_that_is_corrected_frees_the_other_family(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    other = reviewed.apply(1)
    wrong = with_other(MOTHER, mobile=mother_of(1).mobile)
    application_id = returned(reviewed, teacher, {(1, "mobile"): "是別人的"}, wrong)
    assert reviewed.flags(other) & ReviewFlag.MOBILE_SHARED
    answer(reviewed, application_id, {1: MOTHER})
    assert not reviewed.flags(other) & ReviewFlag.MOBILE_SHARED


def test_a_number_typed_wrong_is_answered_with_the_one_on_file(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    wrong = with_other(MOTHER, national_id=STRANGER_ID)
    application_id = returned(reviewed, teacher, {(1, "national_id"): "與申請書不同"}, wrong)
    shown = reviewed.school.corrections.open(reviewed.visitor(0), application_id, MOTHER.national_id)
    assert shown.people[0].entry.national_id == ""
    answer(reviewed, application_id, {1: MOTHER})
    assert reviewed.flags(application_id) & ReviewFlag.GUARDIAN_MATCHES


def test_another_applicant_needs_documents_and_registrar_again(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    registrar = reviewed.add_staff("wu", Role.REGISTRAR)
    of_a_student = with_other(MOTHER, national_id=invented_id("A", 2, 5000001))
    application_id = reviewed.apply(0, of_a_student, basis=Basis.SOLE_CUSTODY)
    review = reviewed.office.review
    review.release_registrar_hold(registrar, application_id, 1)
    review.documents_seen(teacher, application_id, reviewed.version(application_id))
    version = reviewed.version(application_id)
    review.return_fields(teacher, application_id, version, {(1, "national_id"): "與申請書不同"})
    another = with_other(MOTHER, national_id=invented_id("A", 2, 5000003))
    answer(reviewed, application_id, {1: another}, of_a_student.national_id)
    blocks = {ApprovalBlock.SIGNATURE, ApprovalBlock.DOCUMENTS, ApprovalBlock.REGISTRAR}
    assert reviewed.blocks(application_id) == blocks


def test_two_parents_may_swap_their_ids(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    people_of = (
        with_other(FATHER, national_id=MOTHER.national_id),
        with_other(MOTHER, national_id=FATHER.national_id),
    )
    reasons = {(1, "national_id"): "與申請書不同", (2, "national_id"): "與申請書不同"}
    application_id = returned(reviewed, teacher, reasons, *people_of)
    answer(reviewed, application_id, {1: FATHER, 2: MOTHER})
    assert reviewed.flags(application_id) & ReviewFlag.GUARDIAN_MATCHES


def test_an_id_already_used_or_the_students_is_refused(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    reviewed.apply(0, FATHER)
    wrong = with_other(MOTHER, national_id=STRANGER_ID)
    application_id = reviewed.apply(0, wrong)
    reviewed.office.review.return_fields(
        teacher, application_id, reviewed.version(application_id), {(1, "national_id"): "與申請書不同"}
    )
    with pytest.raises(AlreadyApplied):
        answer(reviewed, application_id, {1: with_other(MOTHER, national_id=FATHER.national_id)})
    student = with_other(MOTHER, national_id=invented_id("A", 1, 5000000))
    with pytest.raises(ApplicantIsStudent) as refused:
        answer(reviewed, application_id, {1: student})
    assert [sorted(message) for message in refused.value.messages] == [["national_id"]]
    assert reviewed.row(application_id).state == "returned"


@pytest.mark.both_databases
def test_an_outdated_correction_is_refused(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = returned(reviewed, teacher, {(1, "mobile"): "少一碼"})
    shown = reviewed.school.corrections.open(reviewed.visitor(0), application_id, MOTHER.national_id)
    reviewed.office.review.return_fields(teacher, application_id, shown.version, {(1, "name"): "與申請書不同"})
    with pytest.raises(ChangedMeanwhile):
        reviewed.school.corrections.answer(
            reviewed.visitor(0), application_id, shown.version, MOTHER.national_id, {1: MOTHER}
        )
    reviewed.office.review.reject(teacher, application_id, reviewed.version(application_id), "不是本人")
    with pytest.raises(ChangedMeanwhile) as late:
        reviewed.school.corrections.open(reviewed.visitor(0), application_id, MOTHER.national_id)
    assert late.value.what == "rejected"
