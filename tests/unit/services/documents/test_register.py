"""Documents: given out under a number, printed, voided when what they say is no longer so."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from db.models.applications import Applicant, Application
from db.models.documents import Document, SignedForm
from db.models.school import Student
from kiosk.config.settings import Settings
from kiosk.domain.application_form import Basis
from kiosk.domain.documents import FormKey, FormKind, NothingToSign, PaperState
from kiosk.domain.school_calendar import today
from kiosk.services.applications.flags import refresh
from kiosk.services.auth.staff_session import Role
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.documents.printer import PrintFailed, PrintFault, purge
from kiosk.services.files.table_reader import Sheet as RosterSheet
from kiosk.services.imports.roster_check import check_roster
from kiosk.services.imports.roster_import import import_roster
from kiosk.services.imports.roster_records import sheet_records
from kiosk.services.school import School
from kiosk.services.signing import print_job
from kiosk.services.signing.family_forms import Papers
from kiosk.services.signing.issuing import issue, mark_returned
from kiosk.services.signing.print_desk import ClassPrintQueue, PrintDesk, print_as_operator, whole_queue
from kiosk.services.texts.card_services import load_card_services
from kiosk.testing.clock import FakeClock
from tests.builders.applications import FATHER, MOTHER, MOTHER_ID, STRANGER_ID, Sender, answer, new_visitor
from tests.builders.documents import codes, pages
from tests.builders.school import change_row, fetch, only_row, rename_student, rows, staff_member

_PRINTER = "office"


class Printer:
    """Takes what would go to CUPS."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, bytes, str]] = []
        self.fault: PrintFault | None = None

    def __call__(self, printer: str, pdf: bytes, title: str) -> None:
        if self.fault is not None:
            raise PrintFailed(self.fault)
        self.jobs.append((printer, pdf, title))


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> Printer:
    printer = Printer()
    monkeypatch.setattr(print_job, "send_to_printer", printer)
    return printer


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, printer=_PRINTER)


def _binding(school: School, visitor: StudentSession) -> FormKey:
    return FormKey(FormKind.BINDING, Sender(school, visitor).one().application_id)


def _desk(school: School) -> PrintDesk:
    return PrintDesk(school.store, school.clock, school.settings)


def _documents(school: School) -> list[Document]:
    return rows(school, Document, "number")


def _signed(school: School) -> list[tuple[str, str]]:
    return [(row.form, row.state) for row in rows(school, SignedForm)]


def test_a_printed_form_has_a_number_and_opaque_codes(school: School, parent: StudentSession, printer: Printer) -> None:
    key = _binding(school, parent)
    printed = school.papers.print_own(parent, [key])
    (document,) = _documents(school)
    ((name, pdf, title),) = printer.jobs
    assert printed.numbers == (document.number,)
    assert document.number.startswith("D115-000-0001-")
    assert (name, title) == (_PRINTER, f"kiosk {document.number}")
    assert codes(pdf) == {"Code128": document.number.replace("-", ""), "QRCode": document.token}
    assert (document.state, document.student_id, document.application_id) == (
        PaperState.PRINTED,
        parent.student_id,
        key.subject_id,
    )
    assert _signed(school) == [("binding", "printed")]
    assert not school.settings.print_folder.exists()


def test_a_second_print_is_the_same_document(school: School, parent: StudentSession, printer: Printer) -> None:
    key = _binding(school, parent)
    school.papers.print_own(parent, [key])
    school.papers.print_own(parent, [key])
    assert printer.jobs[0] == printer.jobs[1]
    assert len(_documents(school)) == 1


@pytest.mark.parametrize("fault", [PrintFault.REFUSED, PrintFault.NO_COMMAND, PrintFault.TOO_SLOW])
def test_a_failed_print_keeps_its_number(
    school: School, parent: StudentSession, printer: Printer, fault: PrintFault
) -> None:
    key = _binding(school, parent)
    printer.fault = fault
    with pytest.raises(PrintFailed) as failed:
        school.papers.print_own(parent, [key])
    assert failed.value.fault is fault
    assert "再試" in failed.value.line or "CUPS" in failed.value.line
    (waiting,) = _documents(school)
    assert waiting.state == PaperState.NOT_PRINTED
    assert _signed(school) == [("binding", "not_printed")]
    printer.fault = None
    assert school.papers.print_own(parent, [key]).numbers == (waiting.number,)


def test_without_a_printer_parents_print_nothing_and_staff_get_a_file(school: School, parent: StudentSession) -> None:
    key = _binding(school, parent)
    settings = replace(school.settings, printer=None)
    with pytest.raises(PrintFailed) as failed:
        Papers(school.store, settings, school.clock).print_own(parent, [key])
    assert failed.value.fault is PrintFault.NO_PRINTER
    assert _documents(school) == []
    printed = print_as_operator(school.store, school.clock, settings, [key])
    assert printed.file is not None
    assert printed.file.stat().st_mode & 0o777 == 0o600
    assert printed.file.parent.stat().st_mode & 0o777 == 0o700
    assert "劉小花" in pages(printed.file.read_bytes())[0]
    assert printed.numbers[0] not in printed.file.name
    assert _signed(school) == [("binding", "printed")]
    assert purge(settings, school.clock.now()) == 0
    made = printed.file.stat().st_mtime
    later = FakeClock().now().fromtimestamp(made, school.clock.now().tzinfo) + timedelta(hours=24, seconds=1)
    assert purge(settings, later) == 1
    assert not printed.file.exists()


@pytest.mark.both_databases
def test_a_change_voids_the_form_and_the_next_print_has_another_number(
    school: School, parent: StudentSession, printer: Printer
) -> None:
    key = _binding(school, parent)
    school.papers.print_own(parent, [key])
    rename_student(school, parent.student_id)
    assert [document.state for document in _documents(school)] == [PaperState.VOID]
    assert _signed(school) == [("binding", "not_printed")]
    school.papers.print_own(parent, [key])
    old, new = _documents(school)
    assert (old.state, new.state) == (PaperState.VOID, PaperState.PRINTED)
    assert old.number != new.number
    assert old.content_sha256 != new.content_sha256


@pytest.mark.both_databases
def test_an_unreported_change_is_found_at_the_print(school: School, parent: StudentSession, printer: Printer) -> None:
    key = _binding(school, parent)
    school.papers.print_own(parent, [key])
    change_row(school, Applicant, only_row(school, Applicant).id, name="劉曉花")
    school.papers.print_own(parent, [key])
    assert [document.state for document in _documents(school)] == [PaperState.VOID, PaperState.PRINTED]
    assert "劉曉花" in pages(printer.jobs[1][1])[0]


def test_a_new_class_or_seat_voids_nothing(school: School, parent: StudentSession, printer: Printer) -> None:
    key = _binding(school, parent)
    school.papers.print_own(parent, [key])
    with school.store.write() as unit:
        student = unit.session.get_one(Student, parent.student_id)
        student.class_name, student.seat_number = "科三智", 30
        refresh(unit, [student.id])
        unit.audit("test", "student.moved", student.id)
    assert [document.state for document in _documents(school)] == [PaperState.PRINTED]


@pytest.mark.both_databases
def test_a_returned_form_releases_the_application_until_a_change(
    school: School, parent: StudentSession, printer: Printer
) -> None:
    key = _binding(school, parent)
    school.papers.print_own(parent, [key])

    def held() -> tuple[bool, bool]:
        application = fetch(school, Application, key.subject_id)
        return application.held_for_signature, application.is_blocked

    assert held() == (True, True)
    teacher = staff_member(school, "chen", Role.HOMEROOM_TEACHER, ("科二智",))
    with school.store.write() as unit:
        document = unit.session.exec(select(Document)).one()
        assert mark_returned(unit, document, teacher.credential_id, teacher.staff_id)
        assert not mark_returned(unit, document, teacher.credential_id, teacher.staff_id), "the second is told so"
    assert held() == (False, False)
    assert _signed(school) == [("binding", "returned")]
    school.papers.print_own(parent, [key])
    assert _documents(school)[0].state == PaperState.RETURNED, "a copy does not send it back"
    rename_student(school, parent.student_id)
    assert held() == (True, True)
    assert _signed(school) == [("binding", "not_printed")]


@pytest.mark.both_databases
def test_a_roster_with_another_name_voids_the_form_of_a_card_too(
    school: School, parent: StudentSession, printer: Printer
) -> None:
    services = load_card_services(None)
    school.card.answer(parent, services, {item.key: False for item in services.items})
    school.papers.print_own(parent, [FormKey(FormKind.CARD, parent.student_id)])
    for name, state in (("王小明", PaperState.PRINTED), ("王曉明", PaperState.VOID)):
        sheet = RosterSheet(("學號", "姓名", "班級", "身分證字號"), ((2, ("110001", name, "科二智", "A123456789")),))
        roster = check_roster(sheet_records(sheet), school.settings.student_no_pattern, today(school.clock))
        import_roster(school.store, roster, "0" * 64, "test", lambda _done, _all: None)
        assert [document.state for document in _documents(school)] == [state]
    assert _signed(school) == [("card", "not_printed")]


def test_a_withdrawn_application_is_not_printed(school: School, parent: StudentSession, printer: Printer) -> None:
    key = _binding(school, parent)
    school.papers.print_own(parent, [key])
    school.applications.withdraw(parent, key.subject_id, MOTHER_ID)
    assert [document.state for document in _documents(school)] == [PaperState.VOID]
    with pytest.raises(NothingToSign):
        school.papers.print_own(parent, [key])


@pytest.mark.both_databases
def test_staff_print_their_class_in_one_job(school: School, printer: Printer) -> None:
    for place, number in enumerate(("110001", "110002", "110003"), 1):
        visitor = new_visitor(school, number, STRANGER_ID if place == 1 else f"A19000000{place}")
        class_name, seat = ("科二智", 4 - place) if place < 3 else ("資二智", 1)
        change_row(school, Student, visitor.student_id, class_name=class_name, seat_number=seat)
        answer(school, visitor)
        Sender(school, visitor).one()
    teacher = staff_member(school, "chen", Role.HOMEROOM_TEACHER, ("科二智",))
    assert _desk(school).queue(staff_member(school, "lin", Role.HOMEROOM_TEACHER)) == ()
    queue = _desk(school).queue(teacher)
    assert _desk(school).class_queues(teacher) == (ClassPrintQueue(queue[0].class_name, len(queue)),)
    assert [(form.class_name, form.seat_number, form.state) for form in queue] == [
        ("科二智", 2, PaperState.NOT_PRINTED),
        ("科二智", 3, PaperState.NOT_PRINTED),
    ]
    printed = _desk(school).print_for(teacher, [form.key for form in queue])
    ((_name, pdf, title),) = printer.jobs
    assert title == "kiosk 2 forms"
    assert [code in pages(pdf)[place] for place, code in enumerate(printed.numbers)] == [True, True]
    assert {form.state for form in _desk(school).queue(teacher)} == {PaperState.PRINTED}
    assert _desk(school).class_queues(teacher) == (ClassPrintQueue(queue[0].class_name, 0),)
    of_one = _desk(school).queue(teacher, student_number=queue[0].student_number)
    assert {form.student_number for form in of_one} == {queue[0].student_number}
    assert {document.printed_by for document in _documents(school)} == {teacher.staff_id}
    whole = whole_queue(school.store)
    assert [form.class_name for form in whole] == ["科二智", "科二智", "資二智"]


def test_carers_and_corrections_have_their_own_forms(school: School, parent: StudentSession, printer: Printer) -> None:
    carer = replace(MOTHER, relation="外祖母")
    application_id = Sender(school, parent).one(carer, basis=Basis.CARER).application_id
    school.student_data.report_errors(parent, {"class_name": "資二智"})
    queue = whole_queue(school.store)
    assert sorted(form.key.kind for form in queue) == [FormKind.BINDING, FormKind.CARER, FormKind.CORRECTION]
    print_as_operator(school.store, school.clock, school.settings, [form.key for form in queue])
    assert {form.state for form in whole_queue(school.store)} == {PaperState.PRINTED}
    assert _signed(school) == [("binding", "printed")]
    school.student_data.report_errors(parent, {"class_name": "資三智"})
    states = {document.kind: document.state for document in _documents(school)}
    assert states[FormKind.CORRECTION] == PaperState.VOID, "another report took its place"
    school.applications.withdraw(parent, application_id, MOTHER_ID)
    assert {document.state for document in _documents(school)} == {PaperState.VOID}


def test_a_form_that_asks_for_handwriting_is_named(school: School, parent: StudentSession, printer: Printer) -> None:
    application_id = Sender(school, parent).one(replace(FATHER, name="吳𠮷")).application_id
    printed = school.papers.print_own(parent, [FormKey(FormKind.BINDING, application_id)])
    assert printed.by_hand == printed.numbers


@pytest.mark.both_databases
def test_a_rolled_back_issue_leaves_no_gap_in_the_numbers(school: School, parent: StudentSession) -> None:
    key = _binding(school, parent)
    with suppress(ZeroDivisionError), school.store.write() as unit:
        issue(unit, school.settings.text_folder, key, "test")
        raise ZeroDivisionError
    with school.store.write() as unit:
        assert issue(unit, school.settings.text_folder, key, "test").sheet.number.startswith("D115-000-0001-")
