"""Making roster files of every kind, as schools' programs write them, and as nobody should."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import openpyxl
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from kiosk.demo.people import invented_id

HEADER = "學號,姓名,班級,座號,身分證字號,出生年月日,母親姓名,母親身分證字號,母親行動電話,母親電子郵件"
FIRST_ID, SECOND_ID, MOTHER_ID = "A123456789", invented_id("A", 2, 8700001), "B200300401"
FIRST = f"110001,王小明,科二智,1,{FIRST_ID},98年5月6日,林小花,{MOTHER_ID},0910100200,flower@example.org"
SECOND = f"110002,李大同,科二智,2,{SECOND_ID},099/05/07,,,,"

Cell = str | float | date | None


def csv_file(file: Path, *lines: str, encoding: str = "utf-8", newline: str = "\n") -> Path:
    """Lines of text, as they are."""
    return raw_file(file, newline.join([*lines, ""]).encode(encoding))


def raw_file(file: Path, content: bytes) -> Path:
    """A file with this content."""
    file.write_bytes(content)
    return file


def xlsx_file(file: Path, rows: Iterable[Sequence[Cell]], *, more_sheets: int = 0) -> Path:
    """A workbook by openpyxl: numbers and days as cells of their own kind."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for number in range(more_sheets):
        book.create_sheet(f"工作表{number + 2}").append(["備註"])
    book.save(file)
    return file


def ods_file(file: Path, rows: Iterable[Sequence[Cell]], *, repeated: int = 1) -> Path:
    """A spreadsheet by odfpy; ``repeated``: how often each row and each cell stands there, in one element."""
    document, table = OpenDocumentSpreadsheet(), Table(name="名冊")
    for row in rows:
        line = TableRow(numberrowsrepeated=repeated) if repeated > 1 else TableRow()
        for value in row:
            line.addElement(_ods_cell(value, min(repeated, 1000)))
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(file)
    return file


def _ods_cell(value: Cell, repeated: int) -> TableCell:
    kind: dict[str, object] = {"valuetype": "string"}
    if isinstance(value, date):
        kind = {"valuetype": "date", "datevalue": value.isoformat()}
    elif isinstance(value, (int, float)):
        kind = {"valuetype": "float", "value": value}
    if repeated > 1:
        kind["numbercolumnsrepeated"] = repeated
    cell = TableCell(**kind) if value is not None else TableCell()
    if value is not None:
        cell.addElement(P(text=str(value)))
    return cell


def cells(line: str) -> list[Cell]:
    """The cells of a line without quotes."""
    return list(line.split(","))
