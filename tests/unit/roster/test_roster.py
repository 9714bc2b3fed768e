"""Roster files as schools make them, and as they should not be."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from argon2 import PasswordHasher
from sqlmodel import col, select

from db.models import Credential, Guardian, Student
from kiosk.services.demo_school import invented_id
from kiosk.services.roster_check import Roster, check_roster
from kiosk.services.roster_file import FileFault, UnreadableFile, read_sheet
from kiosk.services.roster_import import Imported, import_roster
from kiosk.services.school import School, open_school
from kiosk.settings import load_settings
from kiosk.testing import FakeClock

_TODAY = date(2026, 9, 1)
_HEADER = "學號,姓名,班級,座號,身分證字號,出生年月日,母親姓名,母親身分證字號,母親行動電話,母親電子郵件"
_ROW = "110001,王小明,科二智,1,A123456789,98年5月6日,林小花,B200300401,0910100200,flower@example.org"


def _check(file: Path) -> Roster:
    return check_roster(read_sheet(file), r"[0-9A-Z]{4,12}", _TODAY)


def _csv(folder: Path, *lines: str, encoding: str = "utf-8", newline: str = "\n") -> Path:
    file = folder / "roster.csv"
    file.write_bytes(newline.join(lines).encode(encoding))
    return file


def _xlsx(folder: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = folder / "roster.xlsx"
    book.save(file)
    return file


@pytest.mark.parametrize(
    ("lines", "encoding"),
    [
        ([_HEADER, _ROW], "utf-8"),
        ([_HEADER, _ROW], "utf-8-sig"),
        ([_HEADER, _ROW], "cp950"),
        ([_HEADER, _ROW, ""], "utf-8"),
        (["姓名,學號,班級", "王小明,110001,科二智"], "utf-8"),
        (["學生姓名,學號,班級,身份證字號,生日", "王小明,110001,科二智,A123456789,2009-05-06"], "cp950"),
        (["學號,姓名,班級,統一證號", "110001,NGUYEN THI LAN,科二智,A800000014"], "utf-8"),
        (["學號,姓名,班級,備註", "110001,王小明,科二智,=1+1"], "utf-8"),
        (["學號,姓名,班級,居留證號", "110001,王小明,科二智,123456789012"], "utf-8"),
        (["學號,姓名,班級", '110001,"王小明",科二智', "110002,王𠮷明,科二智"], "utf-8"),
    ],
)
def test_well_formed_files(tmp_path: Path, lines: list[str], encoding: str) -> None:
    roster = _check(_csv(tmp_path, *lines, encoding=encoding))
    assert roster.faults == ()
    assert roster.students[0].student_number == "110001"


def test_a_spreadsheet_with_numbers_and_dates(tmp_path: Path) -> None:
    header = ["學號", "姓名", "班級", "座號", "生日", "父親行動電話", "父親姓名"]
    file = _xlsx(tmp_path, [header, [110001.0, "王小明", "科二智", 1.0, date(2009, 5, 6), 912345678.0, "王大明"]])
    roster = _check(file)
    assert roster.faults == ()
    student = roster.students[0]
    assert (student.student_number, student.seat_number, student.birth_date) == ("110001", 1, date(2009, 5, 6))
    assert student.guardians[0].mobile == "0912345678"


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["姓名,班級", "王小明,科二智"], 0),
        (["學號,學號,姓名,班級", "110001,110001,王小明,科二智"], 0),
        ([_HEADER], 0),
        ([_HEADER, _ROW, _ROW], 3),
        ([_HEADER, _ROW, _ROW.replace("110001", "110002")], 3),
        ([_HEADER, _ROW.replace("A123456789", "A123456788")], 2),
        ([_HEADER, _ROW.replace("A123456789", "12345")], 2),
        ([_HEADER, _ROW.replace("B200300401", "B200300400")], 2),
        ([_HEADER, _ROW.replace("98年5月6日", "98年13月6日")], 2),
        ([_HEADER, _ROW.replace("98年5月6日", "下個月")], 2),
        ([_HEADER, _ROW.replace("0910100200", "02-27226616")], 2),
        ([_HEADER, _ROW.replace("flower@example.org", "flower")], 2),
        ([_HEADER, _ROW.replace("王小明", "")], 2),
        ([_HEADER, _ROW.replace("王小明", "王1明")], 2),
        ([_HEADER, _ROW.replace("科二智", "")], 2),
        ([_HEADER, _ROW.replace("110001", "1")], 2),
        ([_HEADER, _ROW.replace("110001", "１１٣001")], 2),
        ([_HEADER, _ROW.replace(",1,", ",一,")], 2),
        ([_HEADER, _ROW.replace("王小明", "王\u202e小明")], 2),
        ([_HEADER, _ROW.replace("王小明", "王\x1b[31m小明")], 2),
    ],
)
def test_malformed_rows_are_named(tmp_path: Path, lines: list[str], line: int) -> None:
    roster = _check(_csv(tmp_path, *lines))
    assert [fault.line for fault in roster.faults][:1] == [line]
    assert all("A12345678" not in fault.message for fault in roster.faults)


def _bomb(folder: Path) -> Path:
    file = folder / "roster.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    return file


def test_unreadable_files(tmp_path: Path) -> None:
    (tmp_path / "binary.xlsx").write_bytes(b"\x00\x01")
    (tmp_path / "nul.csv").write_bytes(b"a,b\n\x00,c")
    (tmp_path / "latin.csv").write_bytes(b"\xe9\xff,b\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "quotes.csv").write_bytes(b'a,"b\nc,d')
    (tmp_path / "long.csv").write_bytes(b"a," + b"b" * 200_000)
    (tmp_path / "roster.pdf").write_bytes(b"%PDF")
    faults = {
        "binary.xlsx": FileFault.UNREADABLE,
        "nul.csv": FileFault.NUL,
        "latin.csv": FileFault.ENCODING,
        "empty.csv": FileFault.EMPTY,
        "quotes.csv": FileFault.QUOTES,
        "long.csv": FileFault.QUOTES,
        "roster.pdf": FileFault.KIND,
        "missing.csv": FileFault.MISSING,
        _bomb(tmp_path).name: FileFault.UNSAFE_ARCHIVE,
    }
    for name, fault in faults.items():
        with pytest.raises(UnreadableFile) as caught:
            read_sheet(tmp_path / name)
        assert caught.value.fault is fault, name


@pytest.fixture
def school(tmp_path: Path) -> School:
    return open_school(load_settings(tmp_path / "home", environment={}), FakeClock(), PasswordHasher(1, 1024, 1))


def _import(school: School, folder: Path, *rows: str) -> Imported:
    roster = _check(_csv(folder, "學號,姓名,班級,身分證字號,母親姓名", *rows))
    return import_roster(school.store, roster, "0" * 64, "test", lambda _done, _all: None)


def test_an_import_and_the_next_one(school: School, tmp_path: Path) -> None:
    first = _import(school, tmp_path, "110001,王小明,科一智,A123456789,林小花", "110002,李大同,科一智,A190000008,")
    assert (first.added, first.changed, first.left, first.desk_codes) == (2, 0, 0, ())
    signed_in = school.sign_in.student("P110001", "A123456789", "t").visitor
    visitor = school.sign_in.change_password(signed_in, "Harbour7lights")
    second = _import(school, tmp_path, "110001,王小明,科二智,A123456789,林小花", "110003,張三,科一智,,")
    assert (second.added, second.changed, second.left) == (1, 1, 1)
    assert [number for number, _code in second.desk_codes] == ["110003"]
    assert not school.sign_in.student("P110001", "Harbour7lights", "t").must_change
    assert school.student_data.hub(visitor).student.class_name == "科二智"
    with school.store.read() as session:
        states = dict(session.exec(select(Student.student_number, Student.active)).all())
        logins = dict(session.exec(select(Credential.account, col(Credential.active))).all())
        assert len(session.exec(select(Guardian)).all()) == 1
    assert states == {"110001": True, "110002": False, "110003": True}
    assert not logins["P110002"]
    code = second.desk_codes[0][1]
    assert school.sign_in.student("P110003", code, "t").must_change


def test_no_identity_number_stands_in_the_files(school: School, tmp_path: Path) -> None:
    numbers = [invented_id("A", 1, 9000000 + place) for place in range(50)]
    rows = [f"{120000 + place},王小明,科一智,{number}," for place, number in enumerate(numbers)]
    _import(school, tmp_path, *rows)
    school.close()
    for file in (tmp_path / "home").iterdir():
        content = file.read_bytes()
        for number in numbers:
            assert number.encode() not in content
            assert number.encode("utf-16-le") not in content
