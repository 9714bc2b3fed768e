from __future__ import annotations

import pytest

from db.models.accounts import Binding
from db.models.applications import Applicant, Consent, Correction
from db.models.messages import OutboxMessage
from kiosk.demo.people import invented_id
from kiosk.domain.application_form import ApplicantEntry, Basis
from kiosk.domain.application_status import ApplicationState, ApprovalBlock, ReviewFlag
from kiosk.domain.errors import ChangedMeanwhile, Denied
from kiosk.domain.reason import UnusableReason
from kiosk.services.accounts.parent_accounts import EmailOfAnother
from kiosk.services.applications.history import Action
from kiosk.services.auth.staff_session import OwnChildRefused, Role, StaffMember
from kiosk.services.review.refusals import Blocked, NothingToReturn, RegistrarDecides
from kiosk.services.students.consents import NotOfAge
from tests.builders.reviews import CLASSES, TEXT, ReviewSchool, father_of, mother_of, with_other
from tests.builders.school import audited, rows

ADULT = 3
NAME = (1, "name")


@pytest.fixture
def colleague(reviewed: ReviewSchool) -> StaffMember:
    return reviewed.add_staff("chen", Role.HOMEROOM_TEACHER, CLASSES[:1])


@pytest.fixture
def registrar(reviewed: ReviewSchool) -> StaffMember:
    return reviewed.add_staff("wu", Role.REGISTRAR)


def messages(reviewed: ReviewSchool) -> list[str]:
    return sorted(message.kind for message in rows(reviewed.school, OutboxMessage))


@pytest.mark.both_databases
def test_an_approval_binds_notifies_and_is_recorded(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0, father_of(0), mother_of(0))
    reviewed.sign(teacher, application_id)
    reviewed.office.review.approve(teacher, application_id, reviewed.version(application_id))
    row = reviewed.row(application_id)
    assert (row.state, row.decided_by, row.decided_at) == ("approved", teacher.staff_id, row.changed_at)
    assert [binding.state for binding in rows(reviewed.school, Binding)] == ["active", "active"]
    assert messages(reviewed) == ["approved", "approved"]
    view = reviewed.office.review.open(teacher, application_id)
    assert [line.action for line in view.history] == [Action.SUBMITTED, Action.FORM_RECEIVED, Action.APPROVED]
    assert [line.by for line in view.history] == ["", "LIN老師", "LIN老師"]
    assert (view.state, view.decided_by) == (ApplicationState.APPROVED, "LIN老師")
    assert len(audited(reviewed.school, "application.approved")) == 1


def test_a_blocked_approval_names_its_blocks(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0, basis=Basis.SOLE_CUSTODY)
    with pytest.raises(Blocked) as refused:
        reviewed.office.review.approve(teacher, application_id, 1)
    assert refused.value.blocks == (ApprovalBlock.DOCUMENTS, ApprovalBlock.SIGNATURE)
    assert reviewed.row(application_id).state == "under_review"
    assert messages(reviewed) == []


def test_a_student_now_of_age_must_consent_first(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0)
    reviewed.sign(teacher, application_id)
    reviewed.clock.advance(3 * 365 * 86400)
    with pytest.raises(Blocked) as refused:
        reviewed.office.review.approve(teacher, application_id, 2)
    assert refused.value.blocks == (ApprovalBlock.STUDENT_CONSENT,)
    assert ApprovalBlock.STUDENT_CONSENT in reviewed.blocks(application_id)


def test_paper_answers_of_adults_are_recorded_by_name(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(ADULT)
    review = reviewed.office.review
    review.record_student_consent(teacher, application_id, 1, TEXT, "agree")
    assert reviewed.blocks(application_id) == {ApprovalBlock.SIGNATURE}
    evidence = review.open(teacher, application_id).consents[-1]
    assert (evidence.answered_by, evidence.choice, evidence.recorded_by) == ("student", "agree", "LIN老師")
    assert evidence.text_sha256 == TEXT.source.sha256
    review.record_student_consent(teacher, application_id, reviewed.version(application_id), TEXT, "refuse")
    assert ApprovalBlock.STUDENT_CONSENT in reviewed.blocks(application_id)


def test_nobody_answers_on_paper_for_a_minor(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0)
    with pytest.raises(NotOfAge):
        reviewed.office.review.record_student_consent(teacher, application_id, 1, TEXT, "agree")
    assert {consent.answered_by for consent in rows(reviewed.school, Consent)} == {"parent"}


ACTS: dict[str, tuple[object, ...]] = {
    "approve": (),
    "return_fields": ({NAME: "與申請書不同"},),
    "reject": ("不是本人",),
    "form_received": (),
    "documents_seen": (),
    "release_registrar_hold": (),
    "resolve_conflict": (),
    "record_student_consent": (TEXT, "agree"),
}
"""What may be done with an application, and what follows its version."""


@pytest.mark.parametrize("act", ACTS)
def test_the_second_reviewer_is_told_who_was_first(
    reviewed: ReviewSchool, teacher: StaffMember, registrar: StaffMember, act: str
) -> None:
    application_id = reviewed.apply(0)
    reviewed.clock.advance(60)
    reviewed.office.review.form_received(teacher, application_id, 1)
    before = reviewed.row(application_id)
    reviewed.clock.advance(60)
    with pytest.raises(ChangedMeanwhile) as late:
        getattr(reviewed.office.review, act)(registrar, application_id, 1, *ACTS[act])
    assert (late.value.by, late.value.at, late.value.what) == ("LIN老師", before.changed_at + 60_000, "form_received")
    assert reviewed.row(application_id) == before


def test_a_withdrawal_is_told_without_a_name(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0)
    reviewed.school.applications.withdraw(reviewed.visitor(0), application_id, mother_of(0).national_id)
    with pytest.raises(ChangedMeanwhile) as late:
        reviewed.office.review.form_received(teacher, application_id, 1)
    assert (late.value.by, late.value.what) == ("", "withdrawn")


def test_data_that_changed_since_it_was_looked_at_is_told(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0)
    reviewed.apply(1, with_other(mother_of(1), mobile=mother_of(0).mobile))
    with pytest.raises(ChangedMeanwhile) as late:
        reviewed.office.review.form_received(teacher, application_id, 1)
    assert (late.value.by, late.value.what) == ("", "under_review")


@pytest.mark.both_databases
def test_returned_fields_have_a_reason_each_and_replace_earlier_ones(
    reviewed: ReviewSchool, teacher: StaffMember, colleague: StaffMember
) -> None:
    application_id = reviewed.apply(0, father_of(0), mother_of(0))
    review = reviewed.office.review
    review.return_fields(teacher, application_id, 1, {NAME: "與申請書不同", (2, "mobile"): "少一碼"})
    assert reviewed.row(application_id).state == "returned"
    review.return_fields(colleague, application_id, reviewed.version(application_id), {NAME: "字看不清楚"})
    view = review.open(teacher, application_id)
    open_ones = {(one.position, one.key): one.reason for one in view.corrections if one.state == "open"}
    assert open_ones == {NAME: "字看不清楚", (2, "mobile"): "少一碼"}
    assert messages(reviewed) == ["returned"] * 3
    with pytest.raises(Blocked) as refused:
        review.approve(teacher, application_id, view.version)
    assert refused.value.is_returned


def test_unknown_fields_cannot_be_returned(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0)
    nothing: tuple[dict[tuple[int, str], str], ...] = ({}, {(3, "name"): "無此人"}, {(1, "basis"): "無此欄"})
    for reasons in nothing:
        with pytest.raises(NothingToReturn):
            reviewed.office.review.return_fields(teacher, application_id, 1, reasons)
    assert reviewed.row(application_id).state == "under_review"


@pytest.mark.parametrize("reason", ["", "　 ", "長" * 201, "右\u202e左"])
def test_a_reason_must_be_readable(reviewed: ReviewSchool, teacher: StaffMember, reason: str) -> None:
    application_id = reviewed.apply(0)
    review = reviewed.office.review
    for act in (
        lambda: review.reject(teacher, application_id, 1, reason),
        lambda: review.return_fields(teacher, application_id, 1, {NAME: reason}),
        lambda: review.reveal(teacher, application_id, 1, reason),
        lambda: review.note(teacher, application_id, reason),
    ):
        with pytest.raises(UnusableReason):
            act()
    assert reviewed.version(application_id) == 1


def test_a_refused_family_may_apply_anew_and_was_told_why(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0)
    reviewed.office.review.return_fields(teacher, application_id, 1, {NAME: "與申請書不同"})
    reviewed.office.review.reject(teacher, application_id, reviewed.version(application_id), "不是本人申請")
    assert reviewed.row(application_id).state == "rejected"
    assert messages(reviewed) == ["rejected", "returned"]
    assert [correction.state for correction in rows(reviewed.school, Correction)] == ["dropped"]
    assert [person.live for person in rows(reviewed.school, Applicant)] == [False]
    assert reviewed.blocks(reviewed.apply(0)) == {ApprovalBlock.SIGNATURE}


@pytest.mark.both_databases
def test_the_registrar_keeps_one_and_refuses_the_other(
    reviewed: ReviewSchool, teacher: StaffMember, registrar: StaffMember
) -> None:
    first, second = reviewed.apply(0), reviewed.apply(0, father_of(0))
    review = reviewed.office.review
    with pytest.raises(Denied):
        review.resolve_conflict(teacher, second, reviewed.version(second))
    with pytest.raises(RegistrarDecides):
        review.reject(teacher, first, reviewed.version(first), "重複")
    assert [other.application_id for other in review.open(registrar, second).others] == [first]
    review.resolve_conflict(registrar, second, reviewed.version(second))
    assert (reviewed.row(first).state, reviewed.blocks(second)) == ("rejected", {ApprovalBlock.SIGNATURE})
    assert messages(reviewed) == ["rejected"]


def test_the_registrar_lets_both_stand_until_a_third_comes(reviewed: ReviewSchool, registrar: StaffMember) -> None:
    first, second = reviewed.apply(0), reviewed.apply(0, father_of(0))
    reviewed.office.review.resolve_conflict(registrar, first, reviewed.version(first), all_stand=True)
    assert reviewed.blocks(first) == reviewed.blocks(second) == {ApprovalBlock.SIGNATURE}
    with pytest.raises(ChangedMeanwhile):
        reviewed.office.review.resolve_conflict(registrar, first, reviewed.version(first))
    third = reviewed.apply(0, mother_of(5))
    assert all(ApprovalBlock.CONFLICT in reviewed.blocks(one) for one in (first, second, third))


def test_beside_an_approved_application_the_registrar_decides(
    reviewed: ReviewSchool, teacher: StaffMember, registrar: StaffMember
) -> None:
    first = reviewed.apply(0)
    reviewed.sign(teacher, first)
    reviewed.office.review.approve(teacher, first, reviewed.version(first))
    second = reviewed.apply(0, father_of(0))
    assert (reviewed.blocks(first), ApprovalBlock.CONFLICT in reviewed.blocks(second)) == (set(), True)
    reviewed.office.review.resolve_conflict(registrar, second, reviewed.version(second))
    assert (reviewed.row(first).state, reviewed.blocks(second)) == ("approved", {ApprovalBlock.SIGNATURE})


def test_the_registrar_releases_a_students_number(
    reviewed: ReviewSchool, teacher: StaffMember, registrar: StaffMember
) -> None:
    application_id = reviewed.apply(0, with_other(mother_of(0), national_id=invented_id("A", 2, 5000001)))
    review = reviewed.office.review
    with pytest.raises(Denied):
        review.release_registrar_hold(teacher, application_id, 1)
    review.release_registrar_hold(registrar, application_id, 1)
    assert reviewed.blocks(application_id) == {ApprovalBlock.SIGNATURE}


@pytest.mark.both_databases
def test_an_address_of_another_account_keeps_everything_as_it_was(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    first = reviewed.apply(0)
    reviewed.sign(teacher, first)
    reviewed.office.review.approve(teacher, first, reviewed.version(first))
    second = reviewed.apply(1, with_other(mother_of(1), email="mother0@example.org"))
    reviewed.sign(teacher, second)
    before = reviewed.row(second)
    with pytest.raises(EmailOfAnother):
        reviewed.office.review.approve(teacher, second, before.version)
    assert reviewed.row(second) == before
    assert before.remarks & ReviewFlag.EMAIL_SHARED


def test_masked_until_revealed_and_who_looked_is_known(
    reviewed: ReviewSchool, teacher: StaffMember, colleague: StaffMember
) -> None:
    mother = with_other(mother_of(0), mobile="0987654321")
    application_id = reviewed.apply(0, mother)
    review = reviewed.office.review
    view = review.open(teacher, application_id)
    (person,) = view.people
    assert (person.national_id, person.mobile) == (f"*******{mother.national_id[-3:]}", "*******321")
    assert person.on_file is not None
    assert (person.on_file.mobile, person.differing) == ("*******000", ("mobile",))
    assert [guardian.role for guardian in view.others_on_file] == ["father"]
    assert mother.national_id not in repr(view) + repr(person)
    revealed = review.reveal(teacher, application_id, 1, "對照申請書")
    assert (revealed.given.national_id, revealed.given.mobile) == (mother.national_id, "0987654321")
    assert revealed.on_file is not None
    assert revealed.on_file.mobile == mother_of(0).mobile
    assert mother.national_id not in repr(revealed)
    line = review.open(colleague, application_id).history[-1]
    assert (line.action, line.by, line.text) == (Action.REVEALED, "LIN老師", "對照申請書")
    assert len(audited(reviewed.school, "application.revealed")) == 1
    with pytest.raises(Denied):
        review.reveal(teacher, application_id, 2, "對照申請書")


def test_a_note_is_for_colleagues_and_no_other_version(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0)
    reviewed.office.review.note(teacher, application_id, "已電話確認")
    reviewed.sign(teacher, application_id)
    history = reviewed.office.review.open(teacher, application_id).history
    assert [line.text for line in history] == ["", "已電話確認", ""]


@pytest.mark.parametrize("applicant", [mother_of(0), father_of(0)], ids=["applicant", "on file"])
def test_nobody_decides_on_their_own_child(reviewed: ReviewSchool, applicant: ApplicantEntry) -> None:
    parent = reviewed.add_staff("parent", Role.REGISTRAR, national_id=applicant.national_id)
    application_id = reviewed.apply(0)
    assert reviewed.office.review.open(parent, application_id).is_own_child
    for act, arguments in {**ACTS, "reveal": ("看看",)}.items():
        with pytest.raises(OwnChildRefused):
            getattr(reviewed.office.review, act)(parent, application_id, 1, *arguments)
    assert reviewed.version(application_id) == 1
    assert len(audited(reviewed.school, "denied")) == len(ACTS) + 1
