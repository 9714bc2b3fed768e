"""Signing on the screen: bound to what the form says, void with it, counted once staff have seen an ID."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import select

from db.models.applications import Application
from db.models.documents import Document, Signature
from db.models.school import Student
from kiosk.config.settings import Settings
from kiosk.domain.documents import FormKind, PaperState
from kiosk.domain.errors import ChangedMeanwhile
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.documents.pdf_renderer import render
from kiosk.services.documents.register import drawing_of, sheet_of
from kiosk.services.office import open_office
from kiosk.services.school import School
from kiosk.services.signing.print_desk import print_as_operator
from kiosk.services.signing.signature_desk import CheckOutcome
from kiosk.services.signing.signatures import SignatureBox, SigningNotOffered
from kiosk.services.texts.card_services import load_card_services
from kiosk.testing.clock import FakeClock
from tests.builders.applications import Sender, answer, made_up_id, new_visitor
from tests.builders.documents import DRAWING, SCHOOL, codes, pages
from tests.builders.school import audited, change_row, only_row, rename_student, rows, staff_member


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, sign_on_screen=True)


def _waiting(school: School, member: StaffMember) -> list[str]:
    return [row.signature_id for row in open_office(school).signature_desk.waiting(member, limit=10)]


def _check(school: School, member: StaffMember) -> list[CheckOutcome]:
    desk = open_office(school).signature_desk
    return [desk.check(member, signature_id) for signature_id in _waiting(school, member)]


def _signatures(school: School) -> list[Signature]:
    return sorted(rows(school, Signature), key=lambda one: (one.signed_at, one.id))


def _sign(school: School, visitor: StudentSession) -> tuple[SignatureBox, ...]:
    boxes = school.signatures.boxes(visitor)
    for box in boxes:
        school.signatures.sign(visitor, box, DRAWING)
    return boxes


def test_a_drawing_is_kept_unchanged(school: School, parent: StudentSession) -> None:
    Sender(school, parent).one()
    (box,) = _sign(school, parent)
    assert (box.title, box.is_signed) == ("申請人簽章（媽媽）", False)
    assert box.says[0].startswith("學生 王小明（110001）　資料驗證碼 ")
    assert box.says[1].startswith("劉小花（媽媽）　*******")
    assert re.fullmatch(r"\S+　\*+\d{3}　\*+\d{3}　\w?\*\*\*@\S+", box.says[1]), "who signs may not be who looks"
    (signature,) = _signatures(school)
    assert (signature.place, signature.state, signature.account) == (0, "waiting", "P110001")
    assert drawing_of(school.store.keys, signature) == DRAWING
    (again,) = school.signatures.boxes(parent)
    assert (again.sha256, again.is_signed, again.is_checked) == (box.sha256, True, False)


def test_a_signature_counts_after_the_id_check(school: School, parent: StudentSession, teacher: StaffMember) -> None:
    Sender(school, parent).one()
    _sign(school, parent)
    assert school.student_data.hub(parent).forms_signed == 0
    assert _check(school, teacher) == [CheckOutcome.RETURNED]
    assert school.student_data.hub(parent).forms_signed == 1
    document = only_row(school, Document)
    assert (document.state, document.returned_by) == (PaperState.RETURNED, teacher.staff_id)
    assert not only_row(school, Application).held_for_signature
    (signature,) = _signatures(school)
    assert (signature.state, signature.checked_by) == ("checked", teacher.staff_id)
    assert school.signatures.boxes(parent) == ()
    assert _waiting(school, teacher) == []


def test_two_parents_sign_and_the_last_check_counts(
    school: School, parent: StudentSession, teacher: StaffMember
) -> None:
    Sender(school, parent).both()
    boxes = _sign(school, parent)
    assert [box.place for box in boxes] == [0, 1]
    assert _check(school, teacher) == [CheckOutcome.CHECKED, CheckOutcome.RETURNED]


def test_binding_and_card_forms_make_two_of_two(school: School, parent: StudentSession, teacher: StaffMember) -> None:
    Sender(school, parent).one()
    services = load_card_services(None)
    school.card.answer(parent, services, {item.key: item.key == "library" for item in services.items})
    boxes = _sign(school, parent)
    assert [box.key.kind for box in boxes] == [FormKind.BINDING, FormKind.CARD]
    assert boxes[1].says[1] == "開通：市立圖書館借書證"
    _check(school, teacher)
    state = school.student_data.hub(parent)
    assert (state.forms_signed, state.forms_total) == (2, 2)


@pytest.mark.both_databases
def test_a_later_change_makes_the_signature_void(school: School, parent: StudentSession, teacher: StaffMember) -> None:
    Sender(school, parent).one()
    (box,) = _sign(school, parent)
    rename_student(school, parent.student_id)
    assert [signature.state for signature in _signatures(school)] == ["void"]
    assert _waiting(school, teacher) == []
    (now,) = school.signatures.boxes(parent)
    assert (now.sha256 != box.sha256, now.is_signed) == (True, False)
    with pytest.raises(ChangedMeanwhile):
        school.signatures.sign(parent, box, DRAWING)


@pytest.mark.both_databases
def test_a_change_after_the_check_takes_the_form_back(
    school: School, parent: StudentSession, teacher: StaffMember
) -> None:
    Sender(school, parent).one()
    _sign(school, parent)
    _check(school, teacher)
    rename_student(school, parent.student_id)
    assert [signature.state for signature in _signatures(school)] == ["void"]
    assert school.student_data.hub(parent).forms_signed == 0


@pytest.mark.both_databases
def test_an_unreported_change_is_found_at_the_check(
    school: School, parent: StudentSession, teacher: StaffMember
) -> None:
    Sender(school, parent).one()
    _sign(school, parent)
    change_row(school, Student, parent.student_id, name="王曉明")
    assert _check(school, teacher) == [CheckOutcome.VOID]
    assert school.student_data.hub(parent).forms_signed == 0


def test_signing_again_replaces_what_nobody_has_checked(
    school: School, parent: StudentSession, teacher: StaffMember
) -> None:
    Sender(school, parent).both()
    (first, _second) = _sign(school, parent)
    school.signatures.sign(parent, first, DRAWING)
    states = sorted((signature.place, signature.state) for signature in _signatures(school))
    assert states == [(0, "void"), (0, "waiting"), (1, "waiting")]
    open_office(school).signature_desk.check(
        teacher, next(one.id for one in _signatures(school) if (one.place, one.state) == (0, "waiting"))
    )
    with pytest.raises(ChangedMeanwhile):
        school.signatures.sign(parent, first, DRAWING)


@pytest.mark.both_databases
def test_two_checks_at_once_count_once(school: School, parent: StudentSession, teacher: StaffMember) -> None:
    Sender(school, parent).one()
    _sign(school, parent)
    (signature_id,) = _waiting(school, teacher)
    registrar = staff_member(school, "reg", Role.REGISTRAR)

    def check(member: StaffMember) -> CheckOutcome | None:
        try:
            return open_office(school).signature_desk.check(member, signature_id)
        except ChangedMeanwhile:
            return None

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(check, [teacher, registrar] * 4))
    assert outcomes.count(CheckOutcome.RETURNED) == 1
    assert outcomes.count(None) == 7
    assert len(audited(school, "document.returned")) == 1


@pytest.mark.both_databases
def test_the_list_goes_page_by_page_the_longest_waiting_first(
    school: School, parent: StudentSession, teacher: StaffMember
) -> None:
    clock = school.clock
    assert isinstance(clock, FakeClock)
    for number in ("110002", "110003", "110004"):
        visitor = new_visitor(school, number, made_up_id(int(number)))
        answer(school, visitor)
        Sender(school, visitor).one()
        clock.advance(60)
        _sign(school, visitor)
    desk = open_office(school).signature_desk
    first = desk.waiting(teacher, limit=2)
    rest = desk.waiting(teacher, after=first[-1].place, limit=2)
    assert [row.signed_at for row in (*first, *rest)] == sorted({row.signed_at for row in (*first, *rest)})
    assert (len(first), len(rest)) == (2, 1)
    assert desk.waiting(staff_member(school, "lin", Role.HOMEROOM_TEACHER), limit=2) == ()


def test_the_form_shows_what_was_signed(school: School, parent: StudentSession, teacher: StaffMember) -> None:
    Sender(school, parent).one()
    before = _pdf(school, print_first=True)
    _sign(school, parent)
    signed = _pdf(school)
    assert "115年9月1日09:00螢幕簽署（待查驗證件）" in pages(signed)[0]
    _check(school, teacher)
    checked = _pdf(school)
    assert "螢幕簽署（證件已查驗）" in pages(checked)[0]
    assert "螢幕簽署" not in pages(before)[0]
    assert codes(before) == codes(signed) == codes(checked)
    assert _pdf(school) == checked, "the same bytes for the same data"


def _pdf(school: School, *, print_first: bool = False) -> bytes:
    if print_first:
        keys = [form.key for form in open_office(school).print_desk.queue(staff_member(school, "boss"))]
        print_as_operator(school.store, school.clock, school.settings, keys)
    with school.store.read() as session:
        document = session.exec(select(Document).where(Document.kind == FormKind.BINDING)).one()
        return render([sheet_of(session, school.store.keys, document)], SCHOOL)


def test_signing_on_screen_needs_the_setting(school: School, parent: StudentSession) -> None:
    Sender(school, parent).one()
    (box,) = school.signatures.boxes(parent)
    without = replace(school, settings=replace(school.settings, sign_on_screen=False))
    assert without.signatures.boxes(parent) == ()
    with pytest.raises(SigningNotOffered):
        without.signatures.sign(parent, box, DRAWING)


def test_an_unknown_signature_box_is_refused(school: School, parent: StudentSession) -> None:
    Sender(school, parent).one()
    (box,) = school.signatures.boxes(parent)
    for place in (-1, 1):
        with pytest.raises(ChangedMeanwhile):
            school.signatures.sign(parent, replace(box, place=place), DRAWING)
