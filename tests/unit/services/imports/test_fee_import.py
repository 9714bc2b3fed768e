"""``fees import``: what a list may hold, all of it or nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from db.models.school import Fee, Student
from kiosk.cli.parser import main
from kiosk.services.files.table_reader import Sheet, read_sheet
from kiosk.services.imports.fee_import import FeeList, StudentsChanged, check_fees, import_fees, student_ids
from kiosk.services.school import School
from tests.builders.filled_school import open_cheaply, settings_of
from tests.builders.roster_files import csv_file, ods_file, xlsx_file
from tests.builders.school import Opened, add_student, audited, change_row, rows

_HEADER = ("學號", "項目", "金額", "繳費期限", "繳費狀態")
_ROW = ("110001", "學費", "1,200", "115年9月30日", "未繳")
_STUDENTS = {"110001": "one", "110002": "two"}


def _list(*rows: tuple[str, ...], header: tuple[str, ...] = _HEADER) -> FeeList:
    return check_fees(Sheet(header, list(enumerate(rows, 2))), _STUDENTS)


def _row(**changes: str) -> tuple[str, ...]:
    keys = ("number", "item", "amount", "due", "paid")
    return tuple(changes.get(key, value) for key, value in zip(keys, _ROW, strict=True))


def test_a_row_is_read() -> None:
    (fee,) = _list(_ROW).fees
    assert (fee.line, fee.student_id, fee.item, fee.amount) == (2, "one", "學費", 1200)
    assert (fee.due_date, fee.paid) == (date(2026, 9, 30), False)


def test_columns_are_found_in_any_order_and_by_any_name() -> None:
    found = _list(("已繳費", "2026-09-30", "NT$ 90 元", "書籍費", "110002", "x"), header=(
        "狀態", "截止日", " 應繳金額", "收費項目", "學號", "備註"
    ))  # fmt: skip
    assert found.faults == ()
    assert (found.fees[0].student_id, found.fees[0].amount, found.fees[0].paid) == ("two", 90, True)


FAULTS = {
    "學號是空白的": ("number", ("",)),
    "名冊上沒有這個學號": ("number", ("999999",)),
    "項目是空白的": ("item", (" ",)),
    "項目太長": ("item", ("費" * 65,)),
    "項目是公式": ("item", ("=1+1",)),
    "看不見的字元": ("item", ("學\u202e費",)),
    "金額應為": ("amount", ("0", "-5", "12.5", "12,00", "10000000")),
    "繳費期限看不懂": ("due", ("115/2/30", "")),
    "繳費狀態請填": ("paid", ("", "部分")),
}


@pytest.mark.parametrize(
    ("changes", "words"), [({key: text}, words) for words, (key, texts) in FAULTS.items() for text in texts]
)
def test_a_fault_names_its_row_and_what_to_do(changes: dict[str, str], words: str) -> None:
    found = _list(_ROW, _row(**changes))
    assert [fault.line for fault in found.faults] == [3]
    assert words in found.faults[0].message
    assert "110001" not in found.faults[0].message


def test_the_same_fee_twice_is_a_fault() -> None:
    found = _list(_ROW, _row(amount="5"), _row(item="書籍費"))
    assert [(fault.line, "第 2 列" in fault.message) for fault in found.faults] == [(3, True)]


def test_a_header_that_lacks_a_column_or_has_one_twice_is_a_fault() -> None:
    assert [fault.line for fault in _list(_ROW, header=(*_HEADER[:4], "備註")).faults] == [0]
    assert "兩欄" in _list((*_ROW, "x"), header=(*_HEADER, "狀態")).faults[0].message
    assert "沒有任何一筆" in _list().faults[0].message
    assert "欄數比標題列多" in _list((*_ROW, "x")).faults[0].message


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_each_kind_of_file_is_read(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"fees.{kind}"
    if kind == "csv":
        csv_file(file, ",".join(_HEADER), '110001,學費,"1,200",115/9/30,未繳', encoding="cp950")
    else:
        make = xlsx_file if kind == "xlsx" else ods_file
        make(file, [_HEADER, (110001.0, "學費", 1200.0, date(2026, 9, 30), "未繳")])
    (fee,) = check_fees(read_sheet(file), _STUDENTS).fees
    assert (fee.student_id, fee.amount, fee.due_date) == ("one", 1200, date(2026, 9, 30))


def _fees(school: School) -> list[tuple[str, int, bool]]:
    return [(fee.item, fee.amount, fee.paid) for fee in rows(school, Fee, "place")]


@pytest.mark.both_databases
def test_a_new_list_takes_the_old_ones_place_and_is_audited(opened: Opened) -> None:
    school = opened.school
    students = student_ids(school.store)
    for lines in ([_ROW, _row(item="書籍費")], [_row(amount="7", paid="已繳")]):
        found = check_fees(Sheet(_HEADER, list(enumerate(lines, 2))), students)
        import_fees(school.store, found.fees, "ab" * 32, "operator")
    assert _fees(school) == [("學費", 7, True)]
    assert len(audited(school, "fees.imported")) == 2


def test_a_student_who_left_meanwhile_stops_the_whole_list(opened: Opened) -> None:
    school = opened.school
    second = add_student(school, "110002", national_id="A290000009")
    fees = check_fees(Sheet(_HEADER, [(2, _ROW), (3, _row(number="110002"))]), student_ids(school.store)).fees
    change_row(school, Student, second, active=False)
    with pytest.raises(StudentsChanged):
        import_fees(school.store, fees, "", "operator")
    assert _fees(school) == []


def test_the_command_imports_and_clears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("KIOSK_HOME", str(home))
    monkeypatch.delenv("KIOSK_DATABASE_URL", raising=False)
    roster = csv_file(tmp_path / "school.csv", "學號,姓名,班級", "110001,王小明,科二智")
    assert main(["roster", "import", str(roster), "--yes"]) == 0
    file = csv_file(tmp_path / "fees.csv", ",".join(_HEADER), '110001,學費,"1,200",115/9/30,未繳')
    assert main(["fees", "import", str(file), "--yes"]) == 0
    assert "讀到 1 筆、1 位學生，其中未繳 1 筆。" in capsys.readouterr().out
    bad = csv_file(tmp_path / "bad.csv", ",".join(_HEADER), "110001,學費,1200,115/9/30,", "9,學費,1,115/9/30,未繳")
    assert main(["fees", "import", str(bad), "--yes"]) == 1
    said = capsys.readouterr().out
    assert "第 2 列：繳費狀態請填" in said
    assert "第 3 列：名冊上沒有這個學號" in said
    school = open_cheaply(settings_of(home))
    assert _fees(school) == [("學費", 1200, False)]
    assert main(["fees", "import", str(file)]) == 1
    assert main(["fees", "import", str(tmp_path / "none.csv"), "--yes"]) == 1
    assert main(["fees", "clear", "--yes"]) == 0
    assert _fees(school) == []
    school.close()
