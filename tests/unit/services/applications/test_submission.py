from __future__ import annotations

from dataclasses import replace
from threading import Thread
from uuid import uuid4

import pytest

from db.models.applications import Applicant, Application, Draft
from db.models.audit import AuditEntry
from db.models.documents import SignedForm
from kiosk.config.settings import Settings
from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.application_status import ApprovalBlock
from kiosk.domain.errors import AlreadyApplied, ChangedMeanwhile, ConsentMissing, Denied
from kiosk.domain.receipt import EmailState, NextStep
from kiosk.rules.application_numbers import format_number, parse_number
from kiosk.services.applications.drafts import APPLICATION
from kiosk.services.applications.form_check import ApplicantIsStudent, InvalidApplication
from kiosk.services.applications.submission_query import find_facts
from kiosk.services.auth.identity_check import NotTheirId, TooManyTries
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.builders.applications import (
    ADULT,
    FATHER,
    FATHER_ID,
    MOTHER,
    MOTHER_ID,
    STRANGER_ID,
    Sender,
    answer,
    made_up_id,
    new_visitor,
    with_id,
)
from tests.builders.school import NATIONAL_ID, CountingHasher, Opened, fetch, only_row, rows


@pytest.fixture
def sender(opened: Opened, visitor: StudentSession) -> Sender:
    """A visit that has consented."""
    answer(opened.school, visitor)
    return Sender(opened.school, visitor)


def test_an_application_is_taken_and_its_receipt_hides_the_person(sender: Sender) -> None:
    receipt = sender.one()
    assert parse_number(receipt.number) == (115, 1)
    assert len(receipt.token) >= 20
    (person,) = receipt.applicants
    assert (person.name, person.relation, person.national_id) == ("劉〇花", "媽媽", f"*******{MOTHER_ID[-3:]}")
    assert person.email_state is EmailState.UNVERIFIED
    assert receipt.next_steps == (NextStep.SIGN_FORM, NextStep.TEACHER_REVIEWS, NextStep.EMAIL_COMES)
    assert receipt.blocks == receipt.documents == ()
    assert fetch(sender.school, Application, receipt.application_id).state == "under_review"
    assert [form.form for form in rows(sender.school, SignedForm)] == ["binding"]


def test_personal_data_is_sealed_and_opens_again(sender: Sender) -> None:
    sender.one()
    row = only_row(sender.school, Applicant)
    assert MOTHER_ID.encode() not in row.sealed
    opened = sender.school.store.keys.open("applicant", row.id, row.sealed)
    assert opened == {"national_id": MOTHER_ID, "mobile": "0910100200", "email": "flower@example.com"}


def test_numbers_follow_each_other_and_begin_anew_each_school_year(sender: Sender, opened: Opened) -> None:
    numbers = [sender.one().number, sender.one(FATHER).number]
    opened.clock.advance(365 * 86400)
    answer(sender.school, sender.visitor)
    numbers.append(sender.one(with_id(MOTHER, STRANGER_ID)).number)
    assert [parse_number(number) for number in numbers] == [(115, 1), (115, 2), (116, 1)]


def test_a_repeated_request_returns_the_same_receipt(sender: Sender) -> None:
    request_id = uuid4().hex
    first = sender.one(request_id=request_id)
    assert all(sender.one(request_id=request_id) == first for _round in range(20))
    assert len(rows(sender.school, Application)) == len(rows(sender.school, Applicant)) == 1


def test_concurrent_repeats_make_one_application(sender: Sender) -> None:
    request_id = uuid4().hex
    receipts = []
    threads = [Thread(target=lambda: receipts.append(sender.one(request_id=request_id))) for _place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 4
    assert len({receipt.number for receipt in receipts}) == len(rows(sender.school, Application)) == 1


@pytest.mark.both_databases
def test_two_kiosks_take_one_person_once(settings: Settings) -> None:
    schools = [open_school(settings, FakeClock(), CountingHasher()) for _kiosk in range(2)]
    visitor = new_visitor(schools[0], "110001", NATIONAL_ID)
    answer(schools[0], visitor)
    outcomes: list[str] = []

    def send(school: School) -> None:
        for _round in range(10):
            try:
                outcomes.append(Sender(school, visitor).one().number)
            except AlreadyApplied:
                outcomes.append("already")

    threads = [Thread(target=send, args=(school,)) for school in schools]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [format_number(115, 1)] + ["already"] * 19
    assert len(rows(schools[1], Applicant)) == 1
    for school in schools:
        school.close()


def test_another_students_request_id_brings_no_receipt(sender: Sender) -> None:
    request_id = uuid4().hex
    sender.one(request_id=request_id)
    other = new_visitor(sender.school, "110002", STRANGER_ID)
    answer(sender.school, other)
    with pytest.raises(Denied):
        Sender(sender.school, other).one(request_id=request_id)


def test_one_person_has_one_live_application_a_child(sender: Sender) -> None:
    sender.one()
    with pytest.raises(AlreadyApplied):
        sender.one(replace(MOTHER, mobile="0922333444"))
    with pytest.raises(AlreadyApplied):
        sender.both()
    row = only_row(sender.school, Application)
    assert not row.held_for_conflict  # the refused ones left no mark
    other_child = new_visitor(sender.school, "110002", STRANGER_ID)
    answer(sender.school, other_child)
    assert Sender(sender.school, other_child).one().number


def test_a_second_application_holds_both_until_one_is_withdrawn(sender: Sender) -> None:
    first, second = sender.one(), sender.one(FATHER)
    assert first.blocks == ()
    assert second.blocks == (ApprovalBlock.CONFLICT,)
    assert NextStep.SEE_REGISTRAR in second.next_steps
    assert fetch(sender.school, Application, first.application_id).held_for_conflict
    sender.school.applications.withdraw(sender.visitor, second.application_id, FATHER_ID)
    assert not fetch(sender.school, Application, first.application_id).held_for_conflict
    assert fetch(sender.school, Application, second.application_id).state == "withdrawn"


def test_two_of_three_conflicts_stay_after_a_withdrawal(sender: Sender) -> None:
    receipts = [sender.one(), sender.one(FATHER), sender.one(with_id(MOTHER, STRANGER_ID))]
    sender.school.applications.withdraw(sender.visitor, receipts[2].application_id, STRANGER_ID)
    assert [fetch(sender.school, Application, receipt.application_id).held_for_conflict for receipt in receipts] == [
        True,
        True,
        False,
    ]


def test_after_withdrawing_the_same_person_may_apply_again(sender: Sender) -> None:
    first = sender.one()
    sender.school.applications.withdraw(sender.visitor, first.application_id, MOTHER_ID)
    assert sender.one().blocks == ()


def test_only_an_applicant_withdraws_and_only_what_is_open(sender: Sender) -> None:
    receipt = sender.one()
    withdraw = sender.school.applications.withdraw
    with pytest.raises(NotTheirId):
        withdraw(sender.visitor, receipt.application_id, FATHER_ID)
    assert fetch(sender.school, Application, receipt.application_id).state == "under_review"
    withdraw(sender.visitor, receipt.application_id, MOTHER_ID)
    with pytest.raises(ChangedMeanwhile):
        withdraw(sender.visitor, receipt.application_id, MOTHER_ID)


def test_an_applicant_is_recognised_within_five_tries(sender: Sender, opened: Opened) -> None:
    receipt = sender.both()

    def withdraw(national_id: str) -> None:
        sender.school.applications.withdraw(sender.visitor, receipt.application_id, national_id)

    for place in range(5):
        with pytest.raises(NotTheirId):
            withdraw(made_up_id(place))
    with pytest.raises(TooManyTries) as locked:
        withdraw(MOTHER_ID)
    assert locked.value.minutes_left == 15
    opened.clock.advance(15 * 60 + 1)
    withdraw(FATHER_ID.lower())
    assert fetch(sender.school, Application, receipt.application_id).state == "withdrawn"


def test_without_a_consent_nothing_is_taken(opened: Opened, visitor: StudentSession) -> None:
    sender = Sender(opened.school, visitor)
    with pytest.raises(ConsentMissing):
        sender.one()
    answer(opened.school, visitor)
    answer(opened.school, visitor, "refuse")
    with pytest.raises(ConsentMissing):
        sender.one()
    answer(opened.school, visitor)
    assert sender.one().number


def test_the_students_own_id_is_refused_at_its_field(sender: Sender) -> None:
    with pytest.raises(ApplicantIsStudent) as refused:
        sender.both(MOTHER, with_id(FATHER, NATIONAL_ID))
    assert [set(messages) for messages in refused.value.messages] == [set(), {"national_id"}]
    assert NATIONAL_ID not in str(refused.value.messages)
    assert rows(sender.school, Application) == []


def test_another_students_id_is_flagged_without_a_word_to_the_parent(sender: Sender) -> None:
    new_visitor(sender.school, "110002", STRANGER_ID)
    told = sender.one(with_id(MOTHER, STRANGER_ID))
    assert fetch(sender.school, Application, told.application_id).held_for_registrar
    assert told.blocks == ()
    assert NextStep.SEE_REGISTRAR not in told.next_steps


def test_a_faulty_form_names_applicant_and_field(sender: Sender) -> None:
    with pytest.raises(InvalidApplication) as refused:
        sender.both(MOTHER, replace(with_id(FATHER, MOTHER_ID), mobile="02-2722"))
    assert [set(messages) for messages in refused.value.messages] == [{"national_id"}, {"national_id", "mobile"}]
    with pytest.raises(InvalidApplication):
        sender.school.applications.submit(sender.visitor, uuid4().hex, Mode.TWO_PARENTS, Basis.PARENTS, [MOTHER])
    with pytest.raises(InvalidApplication):
        sender.school.applications.submit(sender.visitor, uuid4().hex, Mode.ONE_PARENT, Basis.CARER, [MOTHER])
    assert rows(sender.school, Application) == []


@pytest.mark.parametrize("basis", [Basis.SOLE_CUSTODY, Basis.GUARDIAN, Basis.CARER])
def test_a_basis_with_documents_is_blocked_and_names_them(sender: Sender, basis: Basis) -> None:
    entry = MOTHER if basis is Basis.SOLE_CUSTODY else replace(MOTHER, relation="祖母")
    receipt = sender.one(entry, basis=basis)
    assert receipt.blocks == (ApprovalBlock.DOCUMENTS,)
    assert receipt.documents == basis.documents
    assert NextStep.BRING_DOCUMENTS in receipt.next_steps


def test_an_open_error_report_holds_the_application(sender: Sender) -> None:
    sender.school.student_data.report_errors(sender.visitor, {"class_name": "科二仁"})
    assert sender.one().blocks == (ApprovalBlock.CORRECTION,)


def test_without_an_address_the_school_calls(sender: Sender) -> None:
    receipt = sender.one(replace(MOTHER, email="", email_again="", no_email=True))
    assert receipt.applicants[0].email is None
    assert receipt.next_steps[-1] is NextStep.SCHOOL_CALLS
    assert NextStep.EMAIL_COMES not in receipt.next_steps


def test_an_address_counts_as_verified_in_any_spelling(sender: Sender) -> None:
    receipt = sender.school.applications.submit(
        sender.visitor, uuid4().hex, Mode.TWO_PARENTS, Basis.PARENTS, [MOTHER, FATHER], {"FLOWER@example.com"}
    )
    states = [person.email_state for person in receipt.applicants]
    assert states == [EmailState.VERIFIED, EmailState.UNVERIFIED]


def test_an_adult_students_consent_releases_the_application(opened: Opened) -> None:
    visitor = new_visitor(opened.school, "110009", STRANGER_ID, ADULT)
    answer(opened.school, visitor)
    sender = Sender(opened.school, visitor)
    receipt = sender.one()
    assert receipt.blocks == (ApprovalBlock.STUDENT_CONSENT,)
    answer(opened.school, visitor, "agree", STRANGER_ID)
    assert not fetch(sender.school, Application, receipt.application_id).held_for_student_consent
    assert sender.one(FATHER).blocks == (ApprovalBlock.CONFLICT,)


def test_a_submission_deletes_the_applicants_draft(sender: Sender) -> None:
    sender.school.drafts.save(sender.visitor, APPLICATION, {"step": 1}, FATHER_ID)
    sender.one()
    assert sender.school.drafts.exists(sender.visitor, APPLICATION)
    sender.one(FATHER)
    assert rows(sender.school, Draft) == []


def test_rare_and_lost_characters_are_flagged(sender: Sender) -> None:
    sender.both(replace(MOTHER, name="劉𠮷花"), replace(FATHER, name="王大明"))
    flags = {row.name: row.unusual_characters for row in rows(sender.school, Applicant)}
    assert flags == {"劉𠮷花": True, "王大明": False}


def test_every_change_leaves_its_audit_row(sender: Sender) -> None:
    request_id = uuid4().hex
    receipt = sender.one(request_id=request_id)
    sender.one(request_id=request_id)
    sender.school.applications.withdraw(sender.visitor, receipt.application_id, MOTHER_ID)
    actions = [row.action for row in rows(sender.school, AuditEntry)]
    assert actions[-4:] == [
        "application.submitted",
        "application.sent_again",
        "own_id.right",
        "application.withdrawn",
    ]


def test_receipts_and_refusals_hide_personal_data_in_their_repr(sender: Sender) -> None:
    receipt = sender.one()
    with pytest.raises(AlreadyApplied) as refused:
        sender.one()
    shown = repr(receipt) + repr(refused.value)
    assert not [value for value in (MOTHER_ID, "0910100200", "flower@", MOTHER.name, receipt.token) if value in shown]


def test_the_facts_of_a_submission_hide_personal_data_in_their_repr(sender: Sender) -> None:
    index = b"\x17" * 16
    with sender.school.store.write() as unit:
        shown = repr(find_facts(unit, sender.visitor, uuid4().hex, [index]))
        unit.audit("test", "test", "test")
    assert "agree" in shown
    assert not [value for value in ("王", NATIONAL_ID, str(index), "110001", "sealed") if value in shown]
