"""Rosters as real schools' programs write them come in as they are meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kiosk.services.files.table_reader import read_sheet
from kiosk.services.imports.roster_check import Roster, StudentRow, check_roster
from kiosk.services.imports.roster_records import GuardianRow, sheet_records
from tests.builders.roster_files import (
    FIRST,
    FIRST_ID,
    HEADER,
    MOTHER_ID,
    SECOND,
    SECOND_ID,
    Cell,
    cells,
    csv_file,
    ods_file,
    raw_file,
    xlsx_file,
)

TODAY = date(2026, 9, 1)
_EMAIL = "flower@example.org"
_MOTHER = GuardianRow("mother", "林小花", MOTHER_ID, "0910100200", _EMAIL)
_ROW_1 = StudentRow(2, "110001", "王小明", "科二智", 1, FIRST_ID, date(2009, 5, 6), (_MOTHER,), False)
_ROW_2 = StudentRow(3, "110002", "李大同", "科二智", 2, SECOND_ID, date(2010, 5, 7), (), False)


def checked(file: Path, pattern: str = "[0-9A-Z]{4,12}") -> Roster:
    """The roster of a file, checked."""
    return check_roster(sheet_records(read_sheet(file)), pattern, TODAY)


def _student(file: Path, pattern: str = "[0-9A-Z]{4,12}") -> StudentRow:
    """The one student of a file without faults."""
    roster = checked(file, pattern)
    assert roster.faults == ()
    assert len(roster.students) == 1
    return roster.students[0]


def _notes(roster: Roster) -> list[tuple[int, str]]:
    return [(note.line, note.message) for note in roster.notes]


# The same two students with numbers and days in cells of their own kind, as spreadsheets keep them.
_TYPED: list[list[Cell]] = [
    cells(HEADER),
    [110001.0, "王小明", "科二智", 1.0, FIRST_ID, date(2009, 5, 6), *cells(f"林小花,{MOTHER_ID}"), 910100200.0, _EMAIL],
    [110002.0, "李大同", "科二智", 2.0, SECOND_ID, 990507.0],
]

_SAME_TWO: dict[str, Callable[[Path], Path]] = {
    "UTF-8": lambda folder: csv_file(folder / "roster.csv", HEADER, FIRST, SECOND),
    "UTF-8 with BOM": lambda folder: csv_file(folder / "roster.csv", HEADER, FIRST, SECOND, encoding="utf-8-sig"),
    "cp950": lambda folder: csv_file(folder / "roster.csv", HEADER, FIRST, SECOND, encoding="cp950"),
    "CRLF": lambda folder: csv_file(folder / "ROSTER.CSV", HEADER, FIRST, SECOND, newline="\r\n"),
    "CR": lambda folder: csv_file(folder / "roster.csv", HEADER, FIRST, SECOND, newline="\r"),
    "no line end": lambda folder: raw_file(folder / "roster.csv", f"{HEADER}\n{FIRST}\n{SECOND}".encode()),
    "text in a workbook": lambda folder: xlsx_file(folder / "roster.xlsx", map(cells, [HEADER, FIRST, SECOND])),
    "numbers and days in a workbook": lambda folder: xlsx_file(folder / "roster.xlsx", _TYPED),
    "text in an ODS": lambda folder: ods_file(folder / "roster.ods", map(cells, [HEADER, FIRST, SECOND])),
    "numbers and days in an ODS": lambda folder: ods_file(folder / "roster.ods", _TYPED),
    "numbers as text of floats": lambda folder: csv_file(
        folder / "roster.csv",
        HEADER,
        FIRST.replace("110001", "110001.0").replace(",1,", ",1.0,").replace("0910100200", "910100200.0"),
        SECOND.replace("110002", '"=""110002"""'),
    ),
    "quoted, padded, in full width": lambda folder: csv_file(
        folder / "roster.csv",
        HEADER.replace("學號", "　學 號 ").replace("母親電子郵件", "母親　電子郵件"),
        FIRST.replace("110001", '" １１０００１ "').replace("王小明", "王　小　明").replace(FIRST_ID, FIRST_ID.lower()),
        SECOND.replace("099/05/07", "民國99年5月7日"),
    ),
}


@pytest.mark.parametrize("make", _SAME_TWO.values(), ids=_SAME_TWO)
def test_every_kind_of_file_gives_the_same_students(make: Callable[[Path], Path], tmp_path: Path) -> None:
    roster = checked(make(tmp_path))
    assert roster.faults == ()
    assert roster.students == (_ROW_1, _ROW_2)


@pytest.mark.parametrize(
    "written", ["0980506", "980506", "98年5月6日", "98/05/06", "98.5.6", "民國98年5月6日", "2009/5/6", "20090506"]
)
def test_birth_dates_are_read_as_schools_write_them(written: str, tmp_path: Path) -> None:
    assert _student(csv_file(tmp_path / "roster.csv", HEADER, FIRST.replace("98年5月6日", written))) == _ROW_1


def test_a_number_of_a_spreadsheet_gets_its_zeros_back_where_only_one_length_is_right(tmp_path: Path) -> None:
    file = xlsx_file(tmp_path / "roster.xlsx", [["學號", "姓名", "班級"], [11001.0, "王小明", "科二智"]])
    assert _student(file, "[0-9]{7}").student_number == "0011001"
    assert _notes(checked(file, "[0-9]{7}"))[0] == (2, "學號少了前面的 0，已經補上，請核對。")
    assert _student(file, "[0-9]{4,7}").student_number == "11001"
    assert checked(file, "[0-9]{6,7}").faults[0].line == 2


def test_a_number_with_dashes_has_one_form(tmp_path: Path) -> None:
    """The form in which logins are looked up: 11-0001 is P110001."""
    rows = ["11-0001,王小明,科二智", "110001,李大同,科二智"]
    roster = checked(csv_file(tmp_path / "roster.csv", "學號,姓名,班級", *rows), "[0-9]{2}-?[0-9]{4}")
    assert [student.student_number for student in roster.students] == ["110001"]
    assert roster.faults[0].line == 3


def test_a_permit_number_leads_to_a_desk_code(tmp_path: Path) -> None:
    header, row = ["學號", "姓名", "班級", "居留證號"], ["110001", "NGUYỄN THỊ LAN", "科二智"]
    for file in (
        csv_file(tmp_path / "roster.csv", ",".join(header), ",".join([*row, "123456789012"])),
        xlsx_file(tmp_path / "roster.xlsx", [header, [*row, 123456789012.0]]),
        ods_file(tmp_path / "roster.ods", [header, [*row, 123456789012.0]]),
    ):
        assert _student(file).national_id == ""
        assert _notes(checked(file)) == [
            (2, "學生姓名有罕用字，其他系統可能顯示不出來，需人工補字。"),
            (2, "只有十二碼的居留證號，新學生改發櫃台登入碼。"),
        ]


def test_a_guardians_permit_number_does_not_stop_the_file(tmp_path: Path) -> None:
    file = csv_file(tmp_path / "roster.csv", HEADER, FIRST.replace(MOTHER_ID, "123456789012"))
    assert _student(file).guardians == (GuardianRow("mother", "林小花", "", "0910100200", "flower@example.org"),)
    assert _notes(checked(file)) == [(2, "母親只有十二碼的居留證號，這個號碼略過不存。")]


@pytest.mark.parametrize(
    ("name", "lost", "said"),
    [
        ("王𠮷明", False, "罕用字"),
        ("王喆", False, "罕用字"),
        ("王?明", True, "遺失的字"),
        ("王？明", True, "遺失的字"),
        ("王□明", True, "遺失的字"),
        ("王\ue123明", True, "造字"),
        ("林〇月", False, "罕用字"),
        ("瓦歷斯‧諾幹", False, ""),
        ("MARIA DEL CARMEN O'NEILL", False, ""),
    ],
)
def test_rare_and_lost_characters_are_kept_and_flagged(name: str, lost: bool, said: str, tmp_path: Path) -> None:
    lines = [HEADER, FIRST.replace("王小明", name)]
    for file in (csv_file(tmp_path / "roster.csv", *lines), xlsx_file(tmp_path / "roster.xlsx", map(cells, lines))):
        student = _student(file)
        assert student.lost_characters is lost
        if "‧" not in name and "？" not in name:
            assert student.name == name
        notes = _notes(checked(file))
        assert [line for line, _message in notes] == ([2] if said else [])
        assert all(said in message and "需人工補字" in message for _line, message in notes)


def test_characters_that_a_guardian_or_a_class_has_lost_are_flagged_too(tmp_path: Path) -> None:
    file = csv_file(tmp_path / "roster.csv", HEADER, FIRST.replace("林小花", "林?花").replace("科二智", "科?智"))
    assert not _student(file).lost_characters
    assert sorted(message[:2] for _line, message in _notes(checked(file))) == ["母親", "班級"]


def test_unknown_columns_are_dropped_and_named(tmp_path: Path) -> None:
    """Whatever stands in them: formulas, line breaks, bytes of a terminal."""
    file = csv_file(
        tmp_path / "roster.csv",
        f"地址,{HEADER},備註,,電話A123456789",
        f'"某路\n1號",{FIRST},=1+1,x,\x1b[2J',
        f",{SECOND},,,",
    )
    roster = checked(file)
    assert roster.faults == ()
    assert roster.unknown_columns == ("地址", "備註", "第 14 欄")
    assert [student.line for student in roster.students] == [2, 3]


def test_any_subset_of_guardians(tmp_path: Path) -> None:
    header = "班級,父親姓名,姓名,監護人,學號,監護人行動電話,父親統一證號,母親電子郵件"
    file = csv_file(tmp_path / "roster.csv", header, "科二智,,王小明,陳阿嬤,110001,+886 912-345-678,A800000014,")
    assert _student(file).guardians == (
        GuardianRow("father", "", "A800000014"),
        GuardianRow("guardian", "陳阿嬤", "", "0912345678"),
    )


def test_a_table_may_begin_further_down_and_right(tmp_path: Path) -> None:
    """Rows keep the numbers that the spreadsheet shows, blank ones counted."""
    rows: list[list[Cell]] = [[], [], [None, "學號", "姓名", "班級"], [], [None, "110001", "王小明", "科"]]
    for file in (xlsx_file(tmp_path / "roster.xlsx", rows), ods_file(tmp_path / "roster.ods", rows)):
        assert _student(file).line == 5


def test_further_sheets_are_left_out_and_said_so(tmp_path: Path) -> None:
    file = xlsx_file(tmp_path / "roster.xlsx", map(cells, [HEADER, FIRST]), more_sheets=2)
    assert _notes(checked(file)) == [(0, "只讀第一張工作表，另外 2 張沒有讀。")]


def test_an_unlikely_birth_date_is_flagged(tmp_path: Path) -> None:
    """Excel reads a typed 98/5/6 as 1898 or 1998."""
    file = csv_file(tmp_path / "roster.csv", HEADER, FIRST.replace("98年5月6日", "1909-05-06"))
    assert _student(file).birth_date == date(1909, 5, 6)
    assert "民國年與西元年" in _notes(checked(file))[0][1]
