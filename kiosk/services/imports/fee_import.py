"""Fee lists: checked with a fault for each row, then written in one transaction in place of the list before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, select

from db.bulk_insert import NewRows, new_row_id
from db.models.columns import table_of
from db.models.school import Fee, Student
from db.store import Store
from kiosk.domain.errors import ServiceError
from kiosk.i18n import _
from kiosk.rules.accounts import normalise_account
from kiosk.rules.roc_dates import InvalidDate, parse_date
from kiosk.rules.text_safety import half_width, is_safe
from kiosk.services.files.table_reader import Sheet
from kiosk.services.imports.cell_text import (
    FORMULA_BEGINNINGS,
    MAX_FAULTS,
    RowFault,
    extra_cells,
    heading,
    missing_column,
    unquoted,
    whole_number,
)

MAX_FEES = 200_000
LARGEST_AMOUNT = 9_999_999
_MAX_ITEM_LENGTH = 64
_HEADERS = {
    "student_number": ("學號",),
    "item": ("項目", "繳費項目", "收費項目", "費用名稱"),
    "amount": ("金額", "應繳金額", "繳費金額"),
    "due_date": ("繳費期限", "繳款期限", "截止日", "繳費截止日"),
    "paid": ("繳費狀態", "繳款狀態", "狀態", "是否繳費"),
}
_KEY_OF_HEADING = {word: key for key, words in _HEADERS.items() for word in words}
_fee = table_of(Fee)
_student = table_of(Student)
_PAID = frozenset({"已繳", "已繳費", "已繳納", "已繳款", "是", "Y", "YES", "TRUE", "1"})
_UNPAID = frozenset({"未繳", "未繳費", "未繳納", "未繳款", "尚未繳費", "否", "N", "NO", "FALSE", "0"})
_AMOUNT = re.compile(r"(?:NT)?\$?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.0+)?元?", re.ASCII)


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A checked fee: its ``line`` in the file, its ``amount`` in whole New Taiwan dollars."""

    line: int
    student_id: str
    item: str
    amount: int
    due_date: date
    paid: bool


@dataclass(frozen=True)
class FeeList:
    """A checked fee list; with any of its ``faults``, nothing may be written."""

    fees: tuple[FeeRow, ...] = field(repr=False)
    faults: tuple[RowFault, ...]


class StudentsChanged(ServiceError):
    """A student of the list has left the school since the check; nothing was written."""


def student_ids(store: Store) -> dict[str, str]:
    """Return the id of each active student by number, as :func:`check_fees` needs it.

    Raises:
        StoreError: for an unreadable database.
    """
    with store.read() as session:
        found = session.connection().execute(select(_student.c.student_number, _student.c.id).where(_student.c.active))
        return {normalise_account(number): student_id for number, student_id in found}


def import_fees(store: Store, fees: Sequence[FeeRow], file_sha256: str, actor: str) -> None:
    """Replace the school's fee list by that of a list without faults; no ``fees`` and no file clear it.

    Raises:
        StudentsChanged: a student has left since the check.
        StoreError: nothing was written.
    """
    new = NewRows(_fee, "id", "student_id", "item", "amount", "due_date", "paid", "place")
    for fee in fees:
        due = fee.due_date.isoformat()
        new.add(new_row_id(), fee.student_id, fee.item, fee.amount, due, fee.paid, fee.line)
    students = {fee.student_id for fee in fees}
    with store.write() as unit:
        active = set(unit.connection.execute(select(_student.c.id).where(_student.c.active)).scalars())
        if not students <= active:
            raise StudentsChanged
        unit.connection.execute(delete(_fee))
        new.write(unit.connection, imported_at=unit.timestamp_ms)
        detail = {"sha256": file_sha256, "fees": len(fees), "students": len(students)}
        unit.audit(actor, "fees.imported" if fees else "fees.cleared", "school", detail)


def check_fees(sheet: Sheet, students: Mapping[str, str]) -> FeeList:
    """Check a whole sheet, reading its rows once; ``students`` are from :func:`student_ids`.

    Raises:
        UnreadableFile: the file is unreadable further down.
    """
    places, faults = _columns(sheet.header)
    if faults:
        return FeeList((), tuple(RowFault(0, message) for message in faults))
    checker = _Checker(places, len(sheet.header), students)
    rows = 0
    for rows, (line, cells) in enumerate(sheet.rows, 1):
        if rows > MAX_FEES:
            checker.faults.append(RowFault(line, _("超過 {n} 筆，請確認檔案。").format(n=MAX_FEES)))
            break
        checker.check_row(line, cells)
        if len(checker.faults) >= MAX_FAULTS:
            break
    if not rows:
        checker.faults.append(RowFault(0, _("檔案裡沒有任何一筆費用，請確認第一列是標題、第二列起是費用。")))
    return FeeList(tuple(checker.fees), tuple(checker.faults[:MAX_FAULTS]))


def _columns(header: tuple[str, ...]) -> tuple[dict[str, int], list[str]]:
    """Return the place of each column by its key, and the header's faults."""
    places: dict[str, int] = {}
    faults = []
    for place, cell in enumerate(header):
        key = _KEY_OF_HEADING.get(heading(cell))
        if key in places:
            faults.append(_("「{word}」有兩欄，請刪去一欄。").format(word=_HEADERS[key][0]))
        elif key is not None:
            places[key] = place
    faults += [missing_column(words[0]) for key, words in _HEADERS.items() if key not in places]
    return places, faults


class _Checker:
    """Checks row after row; collects ``fees`` and ``faults``."""

    def __init__(self, places: Mapping[str, int], width: int, students: Mapping[str, str]) -> None:
        self.places = places
        self.width = width
        self.students = students
        self.fees: list[FeeRow] = []
        self.faults: list[RowFault] = []
        self._seen: dict[tuple[str, str, date], int] = {}
        self._line = 0
        self._cells: tuple[str, ...] = ()

    def check_row(self, line: int, cells: tuple[str, ...]) -> None:
        """Keep the row's fee, or its faults."""
        self._line, self._cells = line, cells
        before = len(self.faults)
        message = extra_cells(cells, self.width)
        if message:
            self._fault(message)
            return
        student_id, item, amount = self._student(), self._item(), self._amount()
        due, paid = self._due_date(), self._paid()
        if len(self.faults) > before or due is None:
            return
        first = self._seen.setdefault((student_id, item, due), line)
        if first != line:
            self._fault(_("同一位學生的同一個項目和期限已在第 {n} 列，請刪去一列或合併。").format(n=first))
            return
        self.fees.append(FeeRow(line, student_id, item, amount, due, paid))

    def _fault(self, message: str) -> None:
        self.faults.append(RowFault(self._line, message))

    def _get(self, key: str) -> str:
        """Return a cell in half width, without outer blanks and export quotes."""
        place = self.places[key]
        return unquoted(half_width(self._cells[place].strip())) if place < len(self._cells) else ""

    def _student(self) -> str:
        number = normalise_account(whole_number(self._get("student_number")))
        if not number:
            self._fault(_("學號是空白的，請補上。"))
            return ""
        if number not in self.students:
            self._fault(_("名冊上沒有這個學號的在學學生，請檢查是否少了前面的 0，或刪去這一列。"))
            return ""
        return self.students[number]

    def _item(self) -> str:
        item = self._get("item")
        if not item:
            self._fault(_("項目是空白的，請補上。"))
        elif len(item) > _MAX_ITEM_LENGTH:
            self._fault(_("項目太長（最多 {n} 字），請改短。").format(n=_MAX_ITEM_LENGTH))
        elif not is_safe(item):
            self._fault(_("項目有看不見的字元或換行，請重新輸入。"))
        elif item.startswith(FORMULA_BEGINNINGS):
            self._fault(_("項目是公式或錯誤值，請先貼成文字。"))
        return item

    def _amount(self) -> int:
        found = _AMOUNT.fullmatch(re.sub(r"\s", "", self._get("amount")).upper())
        amount = int(found[1].replace(",", "")) if found else 0
        if not 0 < amount <= LARGEST_AMOUNT:
            self._fault(_("金額應為 1 到 {n} 的整數（新臺幣元），請更正。").format(n=LARGEST_AMOUNT))
        return amount

    def _due_date(self) -> date | None:
        try:
            return parse_date(self._get("due_date"))
        except InvalidDate:
            self._fault(_("繳費期限看不懂或沒有這一天，請寫成 115年9月30日 或 2026-09-30。"))
            return None

    def _paid(self) -> bool:
        written = self._get("paid").upper()
        if written not in _PAID | _UNPAID:
            self._fault(_("繳費狀態請填「已繳」或「未繳」。"))
        return written in _PAID
