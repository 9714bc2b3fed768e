"""The office's side of the paper: scanning what comes back, the print queue, the card's answers."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlmodel import col, select
from textual.widgets import Button

from db.models.documents import Document
from db.models.school import Student
from kiosk.demo.people import invented_id
from kiosk.demo.seed import demo_logins
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.documents.printer import PrintFailed, PrintFault
from kiosk.services.school import School
from kiosk.services.signing import print_job
from kiosk.services.signing.print_desk import print_as_operator, whole_queue
from kiosk.services.signing.scan_desk import DocumentDesk, Scanned
from kiosk.services.texts.card_services import load_card_services
from kiosk.testing.person import until
from tests.pilot.family.test_every_screen import weak_texts
from tests.pilot.people import SIZES, QuickReviewer, at_work

_A_PILE = 50
_NOBODY_APPLIED = 250


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of what went to the printer."""
    titles: list[str] = []
    monkeypatch.setattr(print_job, "send_to_printer", lambda _printer, _pdf, title: titles.append(title))
    return titles


@pytest.fixture
def with_printer(demo: School, jobs: list[str]) -> School:
    return replace(demo, settings=replace(demo.settings, printer="office"))


def _printed(school: School, how_many: int = _A_PILE) -> list[Document]:
    """Forms that were given out, by number."""
    keys = [form.key for form in whole_queue(school.store)][:how_many]
    print_as_operator(school.store, school.clock, school.settings, keys)
    return _documents(school)


def _documents(school: School) -> list[Document]:
    with school.store.read() as session:
        found = session.exec(select(Document).order_by(col(Document.number))).all()
        session.expunge_all()
        return list(found)


def _answers(reviewer: QuickReviewer) -> list[str]:
    """Newest first."""
    return [reviewer.text("#last"), *filter(None, reviewer.text("#earlier").split("\n"))]


@pytest.mark.parametrize("size", SIZES)
async def test_every_code_has_its_answer(demo: School, size: tuple[int, int]) -> None:
    taken, changed, *_rest = _printed(demo, 4)
    with demo.store.write() as unit:
        unit.session.get_one(Student, changed.student_id).name = "改了名"
        unit.audit("test", "student.renamed", changed.student_id)
    async with at_work(demo, "REGISTRAR", size) as reviewer:
        await reviewer.opens("scan", "ScanScreen")
        number = taken.number.replace("-", "")
        await reviewer.scans(number, taken.token, changed.token, number[:-1] + "x", "4710088410139")
        await until(reviewer.pilot, lambda: len(_answers(reviewer)) == 5)
        said = _answers(reviewer)
        assert [line[:4] for line in reversed(said)] == ["【已收】", "【重複】", "【作廢】", "【查無】", "【查無】"]
        assert taken.number in said[-1]
        assert reviewer.text("#taken") == "這次已收 1 份，另有 4 次沒有收，請看下面"
        assert list(weak_texts(reviewer.app)) == []
        await reviewer.goes_back("StaffMenuScreen")
    states = {document.number: document.state for document in _documents(demo)}
    assert (states[taken.number], states[changed.number]) == ("returned", "void")


async def test_a_class_queue_needs_no_other_key(demo: School) -> None:
    _answer_cards(demo, _A_PILE - len(whole_queue(demo.store)))
    codes = [document.number.replace("-", "") for document in _printed(demo)]
    assert len(codes) == _A_PILE
    async with at_work(demo, "REGISTRAR") as reviewer:
        await reviewer.opens("scan", "ScanScreen")
        await reviewer.scans(*codes)
        await until(reviewer.pilot, lambda: reviewer.text("#taken") == f"這次已收 {len(codes)} 份")
        assert [line.split("　")[0] for line in reversed(_answers(reviewer))] == [
            f"【已收】{document.number}" for document in _documents(demo)
        ]
    assert {document.state for document in _documents(demo)} == {"returned"}


@pytest.mark.parametrize("last_is_taken", [True, False])
async def test_codes_that_wait_are_taken_before_the_screen_is_left(
    demo: School, monkeypatch: pytest.MonkeyPatch, last_is_taken: bool
) -> None:
    go = threading.Event()
    scan = DocumentDesk.scan

    def slowly(desk: DocumentDesk, member: StaffMember, code: str) -> Scanned:
        go.wait(5)
        return scan(desk, member, code)

    monkeypatch.setattr(DocumentDesk, "scan", slowly)
    codes = [document.number for document in _printed(demo, 3)]
    async with at_work(demo, "REGISTRAR") as reviewer:
        await reviewer.opens("scan", "ScanScreen")
        await reviewer.scans(*codes, *([] if last_is_taken else ["4710088410139"]))
        await reviewer.presses("escape")
        await reviewer.is_told("收完就離開")
        go.set()
        if last_is_taken:
            await reviewer.sees("StaffMenuScreen")
        else:
            await until(reviewer.pilot, lambda: reviewer.text("#last").startswith("【查無】"))
            assert reviewer.screen == "ScanScreen"
    assert {document.state for document in _documents(demo)} == {"returned"}


def _answer_cards(school: School, how_many: int) -> None:
    """Families who log in for the first time and say no to all, of a class in which nobody applied."""
    services = load_card_services(None)
    for place in range(_NOBODY_APPLIED, _NOBODY_APPLIED + how_many):
        national_id = invented_id("A", 1 + place % 2, 9000000 + place)
        first = school.sign_in.student(f"P{110001 + place}", national_id, "test").visitor
        visitor = school.sign_in.change_password(first, "Harbour7lights")
        school.card.answer(visitor, services, {item.key: False for item in services.items})


async def test_what_was_not_taken_is_counted_and_stays_in_the_list(demo: School) -> None:
    document = next(one for one in _printed(demo) if _class_of(demo, one) != "科一智")
    async with at_work(demo, "TEACHER") as reviewer:
        await reviewer.opens("scan", "ScanScreen")
        await reviewer.scans(document.number)
        await until(reviewer.pilot, lambda: reviewer.text("#last"))
        assert reviewer.text("#last").startswith(f"【未收】{document.number}：這份不是您班上的申請書")
        assert reviewer.text("#taken") == "這次已收 0 份，另有 1 次沒有收，請看下面"
        assert reviewer.text("#message") == ""
    assert document.state == "printed"


def _class_of(school: School, document: Document) -> str:
    with school.store.read() as session:
        return session.get_one(Student, document.student_id).class_name


@pytest.mark.parametrize("size", SIZES)
async def test_a_class_one_student_and_all_are_printed(
    with_printer: School, jobs: list[str], size: tuple[int, int]
) -> None:
    waiting = whole_queue(with_printer.store)
    of_class = [form for form in waiting if form.class_name == min(form.class_name for form in waiting)]
    async with at_work(with_printer, "REGISTRAR", size) as reviewer:
        await reviewer.opens("print", "PrintQueueScreen")
        assert f"{len(waiting)} 份" in str(reviewer.app.screen.query_one("#all", Button).label)
        assert list(weak_texts(reviewer.app)) == []
        reviewer.app.screen.query_one("#class-0", Button).press()
        await reviewer.is_told("已送到印表機")
        assert jobs == [f"kiosk {len(of_class)} forms"]
        left = len(waiting) - len(of_class)
        await until(reviewer.pilot, lambda: f"{left} 份" in str(reviewer.app.screen.query_one("#all", Button).label))
        reviewer.app.screen.query_one("#student_number").focus()
        await reviewer.enters(f"P{of_class[0].student_number}")
        await until(reviewer.pilot, lambda: len(jobs) == 2)
        await reviewer.is_told("已送到印表機")
        reviewer.app.screen.query_one("#all", Button).press()
        await until(reviewer.pilot, lambda: len(jobs) == 3)
        assert jobs[2] == f"kiosk {left} forms"
        await until(reviewer.pilot, lambda: reviewer.app.screen.query_one("#all", Button).disabled)


async def test_a_print_that_failed_is_said_and_waits(
    with_printer: School, jobs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object) -> None:
        raise PrintFailed(PrintFault.TOO_SLOW)

    monkeypatch.setattr(print_job, "send_to_printer", fails)
    async with at_work(with_printer, "TEACHER") as reviewer:
        await reviewer.opens("print", "PrintQueueScreen")
        reviewer.app.screen.query_one("#all", Button).press()
        await reviewer.is_told("印表機沒有回應")
        assert not reviewer.app.screen.query_one("#all", Button).disabled
        reviewer.app.screen.query_one("#student_number").focus()
        await reviewer.enters("999999")
        field = reviewer.app.screen.query_one("#student_number")
        await until(reviewer.pilot, lambda: "沒有可以列印" in str(field.border_subtitle))
    assert {document.state for document in _documents(with_printer)} == {"not_printed"}


async def test_without_a_printer_staff_are_told_where_the_file_is(demo: School) -> None:
    async with at_work(demo, "TEACHER") as reviewer:
        await reviewer.opens("print", "PrintQueueScreen")
        reviewer.app.screen.query_one("#all", Button).press()
        await reviewer.is_told("已存成 PDF")
        (file,) = demo.settings.print_folder.glob("*.pdf")
        assert file.name in reviewer.text("#message")


async def test_the_registrar_sees_what_was_answered_about_the_card(demo: School) -> None:
    services = load_card_services(None)
    login = demo_logins()[1]
    visitor = demo.sign_in.student(login.account, login.password, "test").visitor
    demo.card.answer(visitor, services, {item.key: item.key == "library" for item in services.items})
    async with at_work(demo, "REGISTRAR", (80, 24)) as reviewer:
        await reviewer.opens("card", "CardRegisterScreen")
        await reviewer.sees_rows()
        await reviewer.presses("end")
        await reviewer.reads("開通：市立圖書館借書證")
        assert any("1 項" in line and login.account[1:] in line for line in reviewer.words())
        assert list(weak_texts(reviewer.app)) == []
        await reviewer.goes_back("StaffMenuScreen")
