"""The sheet for the city's batch upload: what stands in it, whom it leaves out, and that no cell of it is run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from db.models.accounts import Binding
from db.models.school import Student
from kiosk.domain.application_form import Basis
from kiosk.rules.office_columns import DEFAULT_COLUMNS, OFFICE_COLUMNS
from kiosk.rules.spreadsheet_cells import original_cell
from kiosk.services.files.table_reader import read_sheet
from kiosk.services.files.xlsx_writer import workbook
from tests.builders.exports import CODE, Handing, opened_handing
from tests.builders.reviews import father_of, mother_of, student_number

EVERYTHING = tuple((key.upper(), key) for key in OFFICE_COLUMNS)
RUN = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'x", "a,b", 'say "x"', "a\nb", "𠮷")


@pytest.fixture
def handing(tmp_path: Path) -> Iterator[Handing]:
    with opened_handing(tmp_path) as opened:
        opened.bind(0, mother_of(0))
        opened.bind(1, father_of(1), basis=Basis.SOLE_CUSTODY)
        opened.bind(2, mother_of(2))
        opened.end(2)
        opened.reviewed.apply(4, mother_of(4))
        yield opened


def _csv(handing: Handing, *, only_new: bool = False) -> list[list[str]]:
    file = handing.new_file(".csv")
    handing.service.office(handing.registrar, file, as_workbook=False, only_new=only_new)
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _xlsx(handing: Handing) -> list[list[str]]:
    file = handing.new_file(".xlsx")
    handing.service.office(handing.registrar, file, as_workbook=True)
    sheet = openpyxl.load_workbook(file).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    own = read_sheet(file)
    rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [list(own.header), *([*cells, *[""] * (len(own.header) - len(cells))] for _, cells in own.rows)] == rows
    return rows


def test_the_approved_and_bound_by_the_usual_columns(handing: Handing) -> None:
    header, *rows = _csv(handing)
    assert header == [heading for heading, _key in DEFAULT_COLUMNS]
    mother, father = (dict(zip(header, row, strict=True)) for row in rows)
    assert (mother["學號"], mother["家長姓名"], mother["親屬關係"]) == (student_number(0), mother_of(0).name, "媽媽")
    assert (mother["學校代碼"], mother["座號"], mother["電子郵件"]) == (CODE, "1", "mother0@example.org")
    assert (father["學號"], father["電子郵件"], father["行動電話"]) == (student_number(1), "", father_of(1).mobile)
    assert father["綁定日期"] == "115年9月1日"
    assert _xlsx(handing) == [header, *rows]


def test_national_ids_are_exported_only_on_request(handing: Handing) -> None:
    number = mother_of(0).national_id
    assert number not in str(_csv(handing)) + str(_xlsx(handing))
    assert handing.audited("export.national_ids") == []
    handing.columns = EVERYTHING
    header, *rows = _csv(handing)
    mother, father = (dict(zip(header, row, strict=True)) for row in rows)
    assert mother["PARENT_NATIONAL_ID"] == number
    assert handing.audited("export.national_ids") == [handing.registrar.credential_id]
    assert (mother["ACCOUNT"], father["ACCOUNT"]) == ("mother0@example.org", father_of(1).mobile)
    assert (mother["SCHOOL_NAME"], mother["CONSENT_VERSION"], mother["CONSENTED_ON"]) == (
        "本市某高級中學",
        "109.9.11",
        "115年9月1日",
    )
    assert _xlsx(handing) == [header, *rows]


def test_only_new_leaves_out_exported_bindings(handing: Handing) -> None:
    assert len(_csv(handing, only_new=True)) == 3
    assert len(_csv(handing, only_new=True)) == 1
    handing.bind(5, mother_of(5))
    assert [row[3] for row in _csv(handing, only_new=True)[1:]] == [student_number(5)]
    assert len(_csv(handing)) == 4
    assert handing.told() == [("office", "active")] * 3
    assert handing.audited("export.office") == [handing.registrar.credential_id] * 4
    assert sorted(run.rows for run in handing.runs()) == [0, 1, 2, 3]


def test_t36_cells_are_neutral_and_reversible(handing: Handing) -> None:
    handing.columns = (("=HEADING()", "class_name"), ("relation", "relation"))
    for text in RUN:
        handing.change_everywhere(Student, {"class_name": text})
        handing.change_everywhere(Binding, {"relation": text})
        rows = _csv(handing)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for row in rows for cell in row)
        assert [original_cell(cell) for cell in rows[1]] == [text, text]


@pytest.mark.parametrize("text", RUN)
def test_t36_workbook_cells_are_text_and_reversible(tmp_path: Path, text: str) -> None:
    content = workbook([("標題",), (text,)], "表")
    file = tmp_path / "sheet.xlsx"
    file.write_bytes(content)
    cell = openpyxl.load_workbook(file).active["A2"]
    assert (cell.data_type, cell.number_format, cell.quotePrefix) == ("s", "@", True)
    assert cell.value == text
    ((_number, cells),) = read_sheet(file).rows
    assert cells == (text,)
    with zipfile.ZipFile(file) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_characters_that_xml_forbids_are_dropped(tmp_path: Path) -> None:
    file = tmp_path / "sheet.xlsx"
    file.write_bytes(workbook([["<&>\"'", "a\x00\x1b[2Jb\ufffe"] + ["x"] * 30], "a&b<"))
    book = openpyxl.load_workbook(file)
    assert [cell.value for cell in book.active[1]][:2] == ["<&>\"'", "a[2Jb"]
    assert (book.sheetnames, book.active.max_column) == (["a&b<"], 32)


def test_the_same_bindings_make_the_same_bytes() -> None:
    assert workbook([("a", "b")], "表") == workbook([("a", "b")], "表")
