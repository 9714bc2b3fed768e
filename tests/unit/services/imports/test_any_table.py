"""Any table, in any kind of file: the roster's own refusals and nothing else, and all or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kiosk.services.exports.status import school_status
from kiosk.services.files.table_reader import Sheet, UnreadableFile, read_sheet
from kiosk.services.imports.cell_text import MAX_FAULTS
from kiosk.services.imports.roster_check import Roster, check_roster
from kiosk.services.imports.roster_columns import DETAILS, REQUIRED, ROLES, read_header
from kiosk.services.imports.roster_import import import_roster
from kiosk.services.imports.roster_records import sheet_records
from kiosk.services.school import School
from tests.builders.roster_files import FIRST, HEADER, ods_file, raw_file, xlsx_file

_TODAY = date(2026, 9, 1)
_PATTERN = "[0-9A-Z]{4,12}"
_WORDS = tuple(HEADER.split(",")) + ("姓 名", "學生姓名", "統一證號", "父親", "監護人手機", "備註", "")
_LIKELY = tuple(FIRST.split(",")) + (
    "110001.0", "１１０００１", '="110002"', "912345678.0", "A12345678", "B200300401", "123456789012", "990506",
    "99/5/6", "2009-05-06 00:00:00", "?", "王?明", "𠮷", "=1+1", "#N/A", "-0", "1e5", "\x00", "\x1b[2J", "\u202e",
    "\ufeff", "\ud800", "\n", " ", "٣", "²", "Ⅷ", "㍘", "ﷺ" * 9, "a" * 600, "9" * 5000,
)  # fmt: skip
_CELL = st.one_of(st.sampled_from(_LIKELY), st.text(max_size=30))
_ROW = st.lists(_CELL, max_size=12).map(tuple)
_HEADER = st.lists(st.one_of(st.sampled_from(_WORDS), st.text(max_size=10)), max_size=12).map(tuple)
_GOOD_HEADER = st.permutations(HEADER.split(",")).map(tuple)


def _check(header: tuple[str, ...], rows: list[tuple[str, ...]], pattern: str = _PATTERN) -> Roster:
    return check_roster(sheet_records(Sheet(header, enumerate(rows, 2))), pattern, _TODAY)


@given(_HEADER | _GOOD_HEADER, st.lists(_ROW, max_size=20))
def test_any_table_is_answered_in_words(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    roster = _check(header, rows)
    assert len(roster.faults) <= MAX_FAULTS
    assert all(0 <= fault.line <= len(rows) + 1 and fault.message for fault in roster.faults + roster.notes)
    numbers = [student.student_number for student in roster.students]
    assert len(set(numbers)) == len(numbers)
    ids = [student.national_id for student in roster.students if student.national_id]
    assert len(set(ids)) == len(ids)
    faulty = {fault.line for fault in roster.faults}
    assert faulty.isdisjoint(student.line for student in roster.students)
    assert faulty or len(roster.students) == len(rows)


@given(_HEADER)
def test_any_header_is_understood_or_refused(header: tuple[str, ...]) -> None:
    columns = read_header(header)
    keys = {f"{role}.{detail}" for role in ROLES for detail in DETAILS} | set(REQUIRED)
    assert columns.faults or set(REQUIRED) <= set(columns.places)
    assert set(columns.places) <= keys | {"seat_number", "national_id", "birth_date"}


@given(st.binary(max_size=300), st.sampled_from([".csv", ".xlsx", ".ods", ".txt", ".xls", ""]))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(b"PK\x03\x04" + bytes(40), ".xlsx")
@example(b"PK\x05\x06" + bytes(18), ".ods")
def test_any_bytes_are_refused_or_read(tmp_path: Path, content: bytes, suffix: str) -> None:
    file = raw_file(tmp_path / f"roster{suffix}", content)
    with suppress(UnreadableFile):
        roster = check_roster(sheet_records(read_sheet(file)), _PATTERN, _TODAY)
        assert roster.faults or roster.students


# What every one of the formats can hold: no controls, no noncharacters, no blanks that XML folds, no formulas.
_SAFE = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zs", "Zl", "Zp"], exclude_characters="="), max_size=20
)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
@given(st.lists(st.lists(_SAFE, min_size=1, max_size=4), min_size=1, max_size=5))
@settings(
    max_examples=settings().max_examples // 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_text_comes_back_from_a_file(tmp_path: Path, kind: str, table: list[list[str]]) -> None:
    makers: dict[str, Callable[[], Path]] = {
        "csv": lambda: _written(tmp_path, table),
        "xlsx": lambda: xlsx_file(tmp_path / "roster.xlsx", table),
        "ods": lambda: ods_file(tmp_path / "roster.ods", table),
    }
    expected = [(number, _trimmed(row)) for number, row in enumerate(table, 1) if any(cell.strip() for cell in row)]
    if not expected:
        return
    sheet = read_sheet(makers[kind]())
    found = [(expected[0][0], _trimmed(sheet.header)), *((number, _trimmed(row)) for number, row in sheet.rows)]
    assert found == expected


def _written(folder: Path, table: list[list[str]]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return raw_file(folder / "roster.csv", text.getvalue().encode())


def _trimmed(row: list[str] | tuple[str, ...]) -> list[str]:
    """Without the blank cells at the end, which spreadsheets add and drop."""
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


@given(st.lists(st.tuples(st.sampled_from(_LIKELY[:12]), st.sampled_from(["王小明", "李2"]), _CELL), max_size=6))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_comes_in_whole_or_not_at_all(school: School, rows: list[tuple[str, str, str]]) -> None:
    roster = _check(("學號", "姓名", "班級"), list(rows))
    before = school_status(school.store).students
    if roster.faults:
        with pytest.raises(ValueError, match="faults"):
            import_roster(school.store, roster, "", "test", lambda *_: None)
        assert school_status(school.store).students == before
        return
    import_roster(school.store, roster, "", "test", lambda *_: None)
    assert school_status(school.store).students == len(rows)
