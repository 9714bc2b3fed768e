"""Scanning what comes back: each code has a clear answer, and a form counts once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from db.models.applications import Application
from db.models.documents import Document, SignedForm
from db.models.school import Student
from kiosk.domain.documents import FormKey, FormKind, PaperState
from kiosk.rules.application_numbers import format_number
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.review.decisions import Review
from kiosk.services.school import School
from kiosk.services.signing.issuing import issue
from kiosk.services.signing.print_desk import print_as_operator
from kiosk.services.signing.scan_desk import AnotherClass, DocumentDesk, Scanned, ScanOutcome
from tests.builders.applications import FATHER, MOTHER_ID, Sender, answer, new_visitor
from tests.builders.school import audited, change_row, only_row, rename_student, staff_member


@pytest.fixture
def document(school: School, parent: StudentSession) -> Document:
    """A binding form, printed."""
    return _printed(school, Sender(school, parent).one().application_id)


def _printed(school: School, application_id: str) -> Document:
    key = FormKey(FormKind.BINDING, application_id)
    print_as_operator(school.store, school.clock, school.settings, [key])
    return only_row(school, Document, subject_id=application_id, state="printed")


def _scan(school: School, member: StaffMember, code: str) -> Scanned:
    return DocumentDesk(school.store).scan(member, code)


@pytest.mark.parametrize("write", ["bars", "number", "lower", "token", "full width"])
def test_a_code_in_any_spelling_marks_the_form_returned(
    school: School, teacher: StaffMember, document: Document, write: str
) -> None:
    number = document.number
    code = {
        "bars": number.replace("-", ""),
        "number": f" {number} ",
        "lower": number.lower(),
        "token": document.token,
        "full width": "".join(chr(ord(c) + 0xFEE0) for c in number),
    }[write]
    scanned = _scan(school, teacher, code)
    assert (scanned.outcome, scanned.number) == (ScanOutcome.RETURNED, number)
    assert (scanned.kind, scanned.class_name, scanned.student_name) == (FormKind.BINDING, "科二智", "王小明")
    row, form = only_row(school, Document), only_row(school, SignedForm)
    assert (row.state, row.returned_by, row.returned_at) == (PaperState.RETURNED, teacher.staff_id, scanned.at)
    assert (form.state, form.received_by) == ("returned", teacher.staff_id)
    application = only_row(school, Application)
    assert (application.held_for_signature, application.is_blocked) == (False, False)


def test_the_second_scan_is_told_who_and_when(school: School, teacher: StaffMember, document: Document) -> None:
    first = _scan(school, teacher, document.number)
    again = _scan(school, staff_member(school, "reg", Role.REGISTRAR), document.token)
    assert again.outcome is ScanOutcome.ALREADY
    assert (again.by, again.at) == ("林老師", first.at)


@pytest.mark.both_databases
def test_two_scans_at_once_count_once(school: School, parent: StudentSession, teacher: StaffMember) -> None:
    application_ids = [Sender(school, parent).one().application_id]
    for place in range(4):
        visitor = new_visitor(school, f"11000{place + 2}", f"A19000000{place}")
        answer(school, visitor)
        application_ids.append(Sender(school, visitor).one().application_id)
    registrar = staff_member(school, "reg", Role.REGISTRAR)
    for application_id in application_ids:
        number = _printed(school, application_id).number
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda member: _scan(school, member, number), [teacher, registrar] * 4))  # noqa: B023
        outcomes = [scanned.outcome for scanned in found]
        assert outcomes.count(ScanOutcome.RETURNED) == 1
        assert outcomes.count(ScanOutcome.ALREADY) == 7
    assert len(audited(school, "document.returned")) == len(application_ids)


@pytest.mark.both_databases
def test_a_form_changed_since_is_void_and_stays_so(school: School, teacher: StaffMember, document: Document) -> None:
    change_row(school, Student, document.student_id, name="王曉明")
    for _time in range(2):
        assert _scan(school, teacher, document.number).outcome is ScanOutcome.VOID
    assert only_row(school, Document).state == PaperState.VOID


@pytest.mark.both_databases
def test_a_form_changed_after_it_came_back_shows_as_void(
    school: School, teacher: StaffMember, document: Document
) -> None:
    _scan(school, teacher, document.number)
    rename_student(school, document.student_id)
    assert _scan(school, teacher, document.number).outcome is ScanOutcome.VOID
    assert only_row(school, Application).held_for_signature


def test_a_form_of_a_withdrawn_application_is_void(
    school: School, parent: StudentSession, teacher: StaffMember, document: Document
) -> None:
    school.applications.withdraw(parent, document.subject_id, MOTHER_ID)
    assert _scan(school, teacher, document.number).outcome is ScanOutcome.VOID


def test_a_change_after_the_approval_keeps_the_signed_form(
    school: School, teacher: StaffMember, document: Document
) -> None:
    _scan(school, teacher, document.number)
    review = Review(school.store, school.settings, school.clock)
    version = review.open(teacher, document.subject_id).version
    review.approve(teacher, document.subject_id, version)
    rename_student(school, document.student_id)
    assert _scan(school, teacher, document.number).outcome is ScanOutcome.ALREADY


def test_a_form_received_without_its_code_counts(school: School, teacher: StaffMember, document: Document) -> None:
    review = Review(school.store, school.settings, school.clock)
    review.form_received(teacher, document.subject_id, review.open(teacher, document.subject_id).version)
    assert _scan(school, teacher, document.number).outcome is ScanOutcome.ALREADY


def test_unknown_and_misread_codes_are_told_apart(school: School, teacher: StaffMember) -> None:
    assert _scan(school, teacher, "D115-000-9999-0").outcome is ScanOutcome.MISREAD
    other = ("", "4710088410139", f"D{format_number(115, 9999)}", "A" * 24, "' OR 1=1 --", "D" * 100_000)
    for code in other:
        assert _scan(school, teacher, code).outcome is ScanOutcome.UNKNOWN


def test_a_receipt_is_told_from_a_form(school: School, parent: StudentSession, teacher: StaffMember) -> None:
    receipt = Sender(school, parent).one(FATHER)
    assert _scan(school, teacher, receipt.token).outcome is ScanOutcome.RECEIPT


def test_a_form_of_another_class_is_refused_as_such(school: School, document: Document) -> None:
    with pytest.raises(AnotherClass):
        _scan(school, staff_member(school, "lin", Role.HOMEROOM_TEACHER), document.number)
    assert only_row(school, Document).state == PaperState.PRINTED


def test_a_form_never_marked_as_printed_counts(school: School, parent: StudentSession, teacher: StaffMember) -> None:
    application_id = Sender(school, parent).one().application_id
    with school.store.write() as unit:
        issued = issue(unit, school.settings.text_folder, FormKey(FormKind.BINDING, application_id), "test")
    assert _scan(school, teacher, issued.sheet.number).outcome is ScanOutcome.RETURNED
