"""Error reports at the registrar's: field by field, and everything that follows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from db.models.applications import Application, Ticket
from db.models.logins import Credential
from db.models.school import Student
from kiosk.domain.errors import ChangedMeanwhile, SignInRefused
from kiosk.domain.reason import UnusableReason
from kiosk.services.applications.flag_check import compare
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import School
from kiosk.services.students.confirmation import FieldOutcome
from kiosk.services.students.error_reports import Correct, Decided, Decline, ErrorReports, Undecided
from kiosk.services.students.student_corrections import ImpossibleCorrection, ValueFault
from tests.builders.applications import MOTHER, Sender, made_up_id, new_visitor
from tests.builders.decisions import clock_of, sender
from tests.builders.school import CHOSEN, NATIONAL_ID, TERMINAL, add_member, add_student, change_row, fetch, only_row

ALL = {"class_name": "資二智", "name": "王曉明", "student_number": "110009"}


@pytest.fixture
def school(school: School) -> School:
    """With a student of another class."""
    other = add_student(school, "110002", national_id=made_up_id(2))
    change_row(school, Student, other, class_name="資二智", seat_number=7)
    return school


@pytest.fixture
def family(school: School) -> Sender:
    return sender(school, "110001", 1)


def service(school: School) -> ErrorReports:
    return ErrorReports(school.store, school.settings, school.clock)


def report(school: School, visitor: StudentSession, values: Mapping[str, str]) -> str:
    school.student_data.report_errors(visitor, values)
    return only_row(school, Ticket, state="open", student_id=visitor.student_id).id


def test_the_registrar_sees_each_reported_field(school: School, family: Sender) -> None:
    family.one(MOTHER)
    ticket_id = report(school, family.visitor, {"name": "王曉明", "class_name": "資二智"})
    registrar = add_member(school)
    (row,) = service(school).list(registrar)
    assert (row.ticket_id, row.class_name, row.student_number, row.applications) == (ticket_id, "科二智", "110001", 1)
    assert set(row.keys) == {"name", "class_name"}
    view = service(school).open(registrar, ticket_id)
    assert {(one.key, one.shown, one.right, one.on_file, one.decision) for one in view.fields} == {
        ("name", "王小明", "王曉明", "王小明", ""),
        ("class_name", "科二智", "資二智", "科二智", ""),
    }
    assert (view.version, view.classes, view.decided_at) == (1, ("科二智", "資二智"), None)
    assert "王曉明" not in repr(view)


@pytest.mark.both_databases
def test_a_correction_reaches_student_login_applications_counts_and_menu(school: School, family: Sender) -> None:
    receipt = family.one(MOTHER)
    ticket_id = report(school, family.visitor, ALL)
    assert fetch(school, Application, receipt.application_id).held_for_correction
    registrar = add_member(school)
    corrections = {key: Correct(value) for key, value in ALL.items()}
    assert service(school).decide(registrar, ticket_id, 1, corrections) == Decided(None)
    corrected = fetch(school, Student, family.visitor.student_id)
    assert (corrected.class_name, corrected.name, corrected.student_number) == ("資二智", "王曉明", "110009")
    assert (corrected.data_state, corrected.seat_number) == ("corrected", None)
    row = fetch(school, Application, receipt.application_id)
    assert (row.class_name, row.student_name, row.student_number) == ("資二智", "王曉明", "110009")
    assert not row.held_for_correction
    assert compare(school.store).is_right
    assert service(school).list(registrar) == ()
    (done,) = service(school).list(registrar, decided=True)
    view = service(school).open(registrar, done.ticket_id)
    assert (done.state, view.decided_by, view.decided_at) == ("corrected", "林老師", school.store.now())


def test_the_login_follows_the_number_with_the_password_it_has(school: School) -> None:
    add_student(school, "110001")
    visitor = school.sign_in.student("P110001", NATIONAL_ID, TERMINAL).visitor
    visitor = school.sign_in.change_password(visitor, CHOSEN)
    ticket_id = report(school, visitor, {"student_number": "110009"})
    service(school).decide(add_member(school), ticket_id, 1, {"student_number": Correct(" １１０００９ ")})
    with pytest.raises(SignInRefused):
        school.sign_in.student("P110001", CHOSEN, TERMINAL)
    signed_in = school.sign_in.student("P110009", CHOSEN, TERMINAL)
    assert (signed_in.visitor.student_id, signed_in.must_change) == (visitor.student_id, False)


def test_a_login_without_password_gets_a_code_for_the_new_number(school: School) -> None:
    student_id = add_student(school, "110001")
    visitor = school.sign_in.student("P110001", NATIONAL_ID, TERMINAL).visitor
    visitor = school.sign_in.change_password(visitor, CHOSEN)
    ticket_id = report(school, visitor, {"student_number": "110009"})
    change_row(school, Credential, visitor.credential_id, password_hash=None, pepper_id=None)
    decided = service(school).decide(add_member(school), ticket_id, 1, {"student_number": Correct("110009")})
    assert decided.one_time_code is not None
    assert decided.one_time_code not in repr(decided)
    signed_in = school.sign_in.student("P110009", decided.one_time_code, TERMINAL)
    assert (signed_in.visitor.student_id, signed_in.must_change) == (student_id, True)


IMPOSSIBLE = {
    ValueFault.NUMBER_TAKEN: [("student_number", "110002"), ("student_number", "１１０００２")],
    ValueFault.NUMBER_FORM: [("student_number", "1"), ("student_number", "110009; DROP")],
    ValueFault.UNKNOWN_CLASS: [("class_name", "資二信"), ("class_name", "")],
    ValueFault.NAME: [("name", ""), ("name", "王\u202e明")],
}


def test_an_impossible_value_changes_nothing(school: School, family: Sender) -> None:
    receipt, registrar = family.one(MOTHER), add_member(school)
    ticket_id = report(school, family.visitor, ALL)
    before = fetch(school, Student, family.visitor.student_id)
    for fault, values in IMPOSSIBLE.items():
        for key, value in values:
            decisions = {one: Correct(right) for one, right in ALL.items()} | {key: Correct(value)}
            with pytest.raises(ImpossibleCorrection) as refused:
                service(school).decide(registrar, ticket_id, 1, decisions)
            assert (refused.value.key, refused.value.fault) == (key, fault)
    assert fetch(school, Student, family.visitor.student_id) == before
    assert fetch(school, Application, receipt.application_id).held_for_correction
    assert school.student_data.hub(family.visitor).data_state == "error_reported"


def test_the_number_of_a_student_who_left_is_taken_too(school: School, family: Sender) -> None:
    gone = add_student(school, "110008", national_id=made_up_id(3), active=False)
    change_row(school, Student, gone, active=False)
    ticket_id = report(school, family.visitor, {"student_number": "110008"})
    with pytest.raises(ImpossibleCorrection) as refused:
        service(school).decide(add_member(school), ticket_id, 1, {"student_number": Correct("110008")})
    assert refused.value.fault is ValueFault.NUMBER_TAKEN


def test_the_menu_tells_field_by_field_until_the_parent_confirms(school: School, family: Sender) -> None:
    receipt = family.one(MOTHER)
    ticket_id = report(school, family.visitor, {"name": "王曉明", "class_name": "資二智"})
    assert school.student_data.hub(family.visitor).outcomes == ()
    decisions: dict[str, Correct | Decline]
    decisions = {"name": Decline("與戶籍謄本不同，請帶證件到註冊組"), "class_name": Correct("資二智")}
    service(school).decide(add_member(school), ticket_id, 1, decisions)
    menu = school.student_data.hub(family.visitor)
    assert menu.data_state == "corrected"
    assert set(menu.outcomes) == {
        FieldOutcome("name", is_corrected=False, value="", reason="與戶籍謄本不同，請帶證件到註冊組"),
        FieldOutcome("class_name", is_corrected=True, value="資二智", reason=""),
    }
    assert "戶籍" not in repr(menu.outcomes)
    assert not fetch(school, Application, receipt.application_id).held_for_correction
    school.student_data.confirm(family.visitor)
    assert school.student_data.hub(family.visitor).outcomes == ()


def test_a_fully_declined_report_asks_for_confirmation_again(school: School, family: Sender) -> None:
    ticket_id = report(school, family.visitor, {"name": "王曉明"})
    service(school).decide(add_member(school), ticket_id, 1, {"name": Decline("與學籍相符")})
    menu = school.student_data.hub(family.visitor)
    assert (menu.data_state, [one.is_corrected for one in menu.outcomes]) == ("unconfirmed", [False])
    clock_of(school).advance(1)
    report(school, family.visitor, {"name": "王筱明"})
    assert school.student_data.hub(family.visitor).outcomes == ()


def test_every_field_needs_a_decision_and_a_reason(school: School, family: Sender) -> None:
    ticket_id = report(school, family.visitor, {"name": "王曉明", "class_name": "資二智"})
    registrar, tickets = add_member(school), service(school)
    too_few, too_many = {"name": Correct("王曉明")}, {key: Correct(value) for key, value in ALL.items()}
    for decisions in ({}, too_few, too_many):
        with pytest.raises(Undecided):
            tickets.decide(registrar, ticket_id, 1, decisions)
    with pytest.raises(UnusableReason):
        tickets.decide(registrar, ticket_id, 1, {"name": Decline(" "), "class_name": Correct("資二智")})
    assert fetch(school, Student, family.visitor.student_id).class_name == "科二智"


@pytest.mark.both_databases
def test_a_report_is_decided_once_and_not_after_its_replacement(school: School, family: Sender) -> None:
    first = report(school, family.visitor, {"name": "王曉明"})
    registrar, tickets = add_member(school), service(school)
    clock_of(school).advance(1)
    second = report(school, family.visitor, {"name": "王筱明"})
    with pytest.raises(ChangedMeanwhile) as replaced:
        tickets.decide(registrar, first, 1, {"name": Correct("王曉明")})
    assert (replaced.value.by, replaced.value.what) == ("", "replaced")
    tickets.decide(registrar, second, 1, {"name": Correct("王筱明")})
    with pytest.raises(ChangedMeanwhile) as slower:
        tickets.decide(registrar, second, 1, {"name": Decline("與學籍相符")})
    assert (slower.value.by, slower.value.at, slower.value.what) == ("林老師", school.store.now(), "corrected")
    assert fetch(school, Student, family.visitor.student_id).name == "王筱明"


@pytest.mark.both_databases
def test_reports_come_in_pages_in_order(school: School) -> None:
    reported = []
    for place in range(5):
        visitor = new_visitor(school, f"12000{place}", made_up_id(100 + place))
        reported.append(report(school, visitor, {"name": "王曉明"}))
        clock_of(school).advance(1)
    registrar, tickets = add_member(school), service(school)
    first = tickets.list(registrar, limit=2)
    second = tickets.list(registrar, after=first[-1].place, limit=2)
    third = tickets.list(registrar, after=second[-1].place, limit=2)
    assert [row.ticket_id for row in first + second + third] == reported
