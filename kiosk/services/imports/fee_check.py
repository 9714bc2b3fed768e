"""Checking a fee list: every fault with its row and what to do, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kiosk.i18n import _
from kiosk.rules.accounts import normalise_account
from kiosk.rules.roc_dates import InvalidDate, parse_date
from kiosk.rules.text_safety import half_width, is_safe, remove_unsafe_chars
from kiosk.services.files.table_reader import Sheet

MAX_FAULTS = 200
"""A file with so many faults is not looked at any further."""

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
_KNOWN = {word: key for key, words in _HEADERS.items() for word in words}
_PAID = frozenset({"已繳", "已繳費", "已繳納", "已繳款", "是", "Y", "YES", "TRUE", "1"})
_UNPAID = frozenset({"未繳", "未繳費", "未繳納", "未繳款", "尚未繳費", "否", "N", "NO", "FALSE", "0"})
_AMOUNT = re.compile(r"(?:NT)?\$?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.0+)?元?", re.ASCII)
_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "#")
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
_WHOLE_NUMBER = re.compile(r"([0-9]{1,20})\.0+", re.ASCII)


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A fee of the file.

    Attributes:
        line: the file's row.
        student_id: whose.
        item: what for.
        amount: whole New Taiwan dollars.
        due_date: the last day to pay.
        paid: whether it was.
    """

    line: int
    student_id: str
    item: str
    amount: int
    due_date: date
    paid: bool


@dataclass(frozen=True, slots=True)
class FeeFault:
    """A fault: the file's row (0: the header) and what to do; names no personal data."""

    line: int
    message: str


@dataclass(frozen=True)
class FeeList:
    """What a file holds, and what is wrong with it.

    Attributes:
        fees: those without a fault, in the file's order.
        faults: the first :data:`MAX_FAULTS`; with any, nothing may be written.
    """

    fees: tuple[FeeRow, ...] = field(repr=False)
    faults: tuple[FeeFault, ...]


def check_fees(sheet: Sheet, students: Mapping[str, str]) -> FeeList:
    """Check a whole sheet; nothing is written.

    Args:
        sheet: its rows are gone through once.
        students: the id of each active student by number, as :func:`kiosk.rules.accounts.normalise_account` gives it.

    Raises:
        UnreadableFile: the file turned out to be unreadable further down.
    """
    places, faults = _columns(sheet.header)
    if faults:
        return FeeList((), tuple(FeeFault(0, message) for message in faults))
    checker = _Checker(places, len(sheet.header), students)
    rows = 0
    for rows, (line, cells) in enumerate(sheet.rows, 1):
        if rows > MAX_FEES:
            checker.faults.append(FeeFault(line, _("超過 {n} 筆，請確認檔案。").format(n=MAX_FEES)))
            break
        checker.take(line, cells)
        if len(checker.faults) >= MAX_FAULTS:
            break
    if not rows:
        checker.faults.append(FeeFault(0, _("檔案裡沒有任何一筆費用，請確認第一列是標題、第二列起是費用。")))
    return FeeList(tuple(checker.fees), tuple(checker.faults[:MAX_FAULTS]))


def _columns(header: tuple[str, ...]) -> tuple[dict[str, int], list[str]]:
    """The place of each column by its key, and what is wrong with the header."""
    places: dict[str, int] = {}
    faults = []
    for place, cell in enumerate(header):
        key = _KNOWN.get(re.sub(r"\s", "", half_width(remove_unsafe_chars(cell))))
        if key in places:
            faults.append(_("「{word}」有兩欄，請刪去一欄。").format(word=_HEADERS[key][0]))
        elif key is not None:
            places[key] = place
    missing = [words[0] for key, words in _HEADERS.items() if key not in places]
    faults += [_("缺少欄位「{word}」，請在標題列補上。").format(word=word) for word in missing]
    return places, faults


class _Checker:
    """Checks row after row."""

    def __init__(self, places: Mapping[str, int], width: int, students: Mapping[str, str]) -> None:
        self.places = places
        self.width = width
        self.students = students
        self.fees: list[FeeRow] = []
        self.faults: list[FeeFault] = []
        self._seen: dict[tuple[str, str, date], int] = {}
        self._line = 0
        self._cells: tuple[str, ...] = ()

    def take(self, line: int, cells: tuple[str, ...]) -> None:
        """One row: a fee, or faults."""
        self._line, self._cells = line, cells
        before = len(self.faults)
        if any(cell and not cell.isspace() for cell in cells[self.width :]):
            self._fault(_("欄數比標題列多，請檢查是否多了逗號或引號。"))
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
        self.faults.append(FeeFault(self._line, message))

    def _get(self, key: str) -> str:
        """A cell in half width; ``="0123"``, by which exports keep a zero, is 0123."""
        place = self.places[key]
        text = half_width(self._cells[place].strip()) if place < len(self._cells) else ""
        formula = _QUOTED_FORMULA.fullmatch(text) if text.startswith("=") else None
        return formula[1].strip() if formula else text

    def _student(self) -> str:
        written = self._get("student_number")
        whole = _WHOLE_NUMBER.fullmatch(written)
        number = normalise_account(whole[1] if whole else written)
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
        elif item.startswith(_FORMULA_BEGINNINGS):
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
