"""The report: what it counts, as a page to print and as a sheet, and what never stands in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from db.models.applications import Application
from db.models.messages import OutboxMessage
from db.models.school import Student
from kiosk.domain.application_form import Basis
from kiosk.rules.spreadsheet_cells import original_cell
from kiosk.services.applications.cases import get_case
from kiosk.services.documents.font_coverage import in_font
from kiosk.services.documents.typst import TEMPLATES
from kiosk.services.messaging import outbox
from kiosk.services.messaging.outbox import Addressee, MessageKind
from tests.builders.documents import pages
from tests.builders.exports import Handing, opened_handing
from tests.builders.mail_server import smtp_settings
from tests.builders.reviews import CLASSES, father_of, mother_of, student_number


@pytest.fixture
def handing(tmp_path: Path) -> Iterator[Handing]:
    with opened_handing(tmp_path) as opened:
        opened.bind(0, mother_of(0))
        opened.bind(1, mother_of(1), father_of(1))
        opened.reviewed.apply(4, mother_of(4), basis=Basis.CARER)
        opened.reviewed.apply(5, mother_of(5))
        _fail_a_mail(opened)
        yield opened


def _fail_a_mail(handing: Handing) -> None:
    school = handing.reviewed.school
    with school.store.write() as unit:
        application = get_case(unit.connection, handing.office_bindings(0)[0].application_id)
        addressee = Addressee(mother_of(0).name, mother_of(0).mobile, mother_of(0).email)
        settings = type(school.settings)(home=school.settings.home, smtp=smtp_settings(25))
        message_id = outbox.write(unit, settings, MessageKind.APPROVED, "key", application, addressee, {})
        message = unit.session.get_one(OutboxMessage, message_id)
        message.state, message.last_fault = "failed", "refused"
        unit.audit("test", "mail.failed", message_id)


def _sections(handing: Handing) -> dict[str, list[list[str]]]:
    """The tables by their titles, headers aside."""
    file = handing.new_file(".csv")
    handing.service.report(handing.registrar, file, as_pdf=False)
    found: dict[str, list[list[str]]] = {}
    table: list[list[str]] = []
    for row in csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")):
        if len(row) == 1:
            table = found.setdefault(row[0], [])
        elif row:
            table.append(row)
    return {title: rows[1:] for title, rows in found.items()}


def test_the_sheet_lists_rates_blocks_and_calls(handing: Handing) -> None:
    found = _sections(handing)
    assert found["各班綁定率"] == [
        *sorted([[CLASSES[0], "4", "2", "50%"], [CLASSES[1], "4", "0", "0%"], [CLASSES[2], "4", "0", "0%"]]),
        ["全校", "12", "2", "16%"],
    ]
    waiting = {row[0]: row[1] for row in found["未完成的申請"]}
    assert (waiting["待補文件"], waiting["未簽回申請書"], waiting["申請衝突"]) == ("1", "2", "0")
    carer, mother = found["還不能通過的申請"]
    assert (carer[2], carer[5]) == (student_number(4), "待補文件、未簽回申請書")
    assert (mother[2], mother[5]) == (student_number(5), "未簽回申請書")
    assert found["沒有電子郵件的家長（請打電話）"] == [
        [CLASSES[0], "2", student_number(1), "王小華", father_of(1).name, "爸爸"]
    ]
    ((*_who, parent, kind, fault, _day),) = found["寄不到的信（請打電話）"]
    assert (parent, kind, fault) == (mother_of(0).name, "通過", "郵件伺服器拒收，請確認地址")
    assert handing.audited("export.report") == [handing.registrar.credential_id]
    assert [run.kind for run in handing.runs()] == ["report"]


def test_the_page_shows_the_same_figures(handing: Handing) -> None:
    file = handing.new_file(".pdf")
    handing.service.report(handing.registrar, file, as_pdf=True)
    (page,) = pages(file.read_bytes())
    for said in (
        "本市某高級中學",
        "115年9月1日",
        "全校學生12位，已綁定2位（16%）",
        f"{CLASSES[0]}2／450%",
        "寄不到的信",
    ):
        assert said in page
    assert f"{CLASSES[0]}2{student_number(1)}王小華{father_of(1).name}爸爸" in page
    again = handing.new_file(".pdf")
    handing.service.report(handing.registrar, again, as_pdf=True)
    assert again.read_bytes() == file.read_bytes()


def test_the_bars_are_as_long_as_the_rates(handing: Handing) -> None:
    """By the colour of the bars on the picture of the page: half of one class, a sixth of the school."""
    file = handing.new_file(".pdf")
    handing.service.report(handing.registrar, file, as_pdf=True)
    picture = pypdfium2.PdfDocument(file.read_bytes())[0].render(scale=2).to_pil().convert("RGB")
    lines = (picture.crop((0, line, picture.width, line + 1)).tobytes() for line in range(picture.height))
    runs = {line.count(b"\x2f\x6f\x9f") for line in lines}
    half, sixth = sorted((run for run in runs if run > 20), reverse=True)[0], min(run for run in runs if run > 20)
    assert 2.7 < half / sixth < 3.3


def test_no_contact_data_is_exported(handing: Handing) -> None:
    sheet, page = handing.new_file(".csv"), handing.new_file(".pdf")
    handing.service.report(handing.registrar, sheet, as_pdf=False)
    handing.service.report(handing.registrar, page, as_pdf=True)
    text = sheet.read_text("utf-8-sig") + "".join(pages(page.read_bytes()))
    for person in (mother_of(0), father_of(1), mother_of(4)):
        for secret in (person.national_id, person.mobile, person.email):
            assert not secret or secret not in text


def test_many_classes_and_strange_names_take_more_pages(handing: Handing) -> None:
    handing.change_everywhere(Student, {"class_name": '#"$*_[園]𠮷' + "長" * 20})
    handing.change_everywhere(Application, {"class_name": "\\@#$" * 8, "student_name": "𠮷" * 60})
    file = handing.new_file(".pdf")
    handing.service.report(handing.registrar, file, as_pdf=True)
    assert "〔U+20BB7〕" in "".join(pages(file.read_bytes()))


def test_t36_cells_are_neutral_and_reversible(handing: Handing) -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\t=1"):
        handing.change_everywhere(Student, {"class_name": text})
        rows = _sections(handing)["各班綁定率"]
        assert not rows[0][0].startswith(("=", "+", "-", "@", "\t"))
        assert original_cell(rows[0][0]) == text


def test_the_font_has_every_character_of_the_page() -> None:
    template = (TEMPLATES / "report.typ").read_text("utf-8")
    assert [character for character in template if not character.isspace() and not in_font(character)] == []
