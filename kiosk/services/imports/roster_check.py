"""Checking a roster: every fault with its row and what to do, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from kiosk.i18n import _
from kiosk.rules.accounts import normalise_account
from kiosk.rules.contact import InvalidEmail, InvalidMobile, parse_email, parse_mobile
from kiosk.rules.identity import IdFault, InvalidIdentity, parse_id
from kiosk.rules.names import InvalidName, NameFault, is_rare, needs_manual_glyph, parse_name
from kiosk.rules.roc_dates import InvalidDate, parse_date
from kiosk.rules.text_safety import half_width, is_safe
from kiosk.services.files.table_reader import Sheet
from kiosk.services.imports.roster_columns import DETAILS, ROLES, Columns, read_header

MAX_FAULTS = 200
"""A file with so many faults is not looked at any further."""

MAX_STUDENTS = 150_000
_MAX_NUMBER_LENGTH = 32
_MAX_CLASS_LENGTH = 20
_MAX_ZEROS_LOST = 3
_USUAL_AGES = range(5, 40)
_STEP = 1000
_WHOLE_NUMBER = re.compile(r"([0-9]{1,20})\.0+", re.ASCII)
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "#")
_SEAT = re.compile(r"[0-9]{1,3}", re.ASCII)
_MOBILE_WITHOUT_ZERO = re.compile(r"9[0-9]{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class GuardianRow:
    """A guardian of the file; empty where the file says nothing."""

    role: str
    name: str = field(repr=False)
    national_id: str = field(default="", repr=False)
    mobile: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A student of the file; without ``national_id`` they get a desk code."""

    line: int
    student_number: str = field(repr=False)
    name: str = field(repr=False)
    class_name: str
    seat_number: int | None
    national_id: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    guardians: tuple[GuardianRow, ...] = field(repr=False)
    lost_characters: bool


@dataclass(frozen=True, slots=True)
class RosterFault:
    """A fault, or a note: the file's row (0: the header) and what to do; names no personal data.

    ``file``: which of several files; empty where there is one.
    """

    line: int
    message: str
    file: str = ""


@dataclass(frozen=True)
class Roster:
    """What a file holds, and what is wrong with it.

    Attributes:
        students: those without a fault.
        faults: the first :data:`MAX_FAULTS`, after which nothing more was read; with any, nothing may be written.
        notes: what a person should look at, and need not.
        columns: the keys of the columns that the file has (see :mod:`kiosk.services.imports.roster_columns`).
        unknown_columns: the headers that are not used.
    """

    students: tuple[StudentRow, ...] = field(repr=False)
    faults: tuple[RosterFault, ...]
    notes: tuple[RosterFault, ...]
    columns: frozenset[str]
    unknown_columns: tuple[str, ...]

    @property
    def guardian_columns(self) -> dict[str, frozenset[str]]:
        """Of which guardians the file speaks, and in which details."""
        found = {role: frozenset(key for key in DETAILS if f"{role}.{key}" in self.columns) for role in ROLES}
        return {role: details for role, details in found.items() if details}


def check_roster(
    sheet: Sheet, student_number_pattern: str, on: date, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Roster:
    """Check a whole sheet; nothing is written.

    Args:
        sheet: its rows are gone through once.
        student_number_pattern: for ``re.fullmatch``; a number matches as written or without blanks and dashes.
        on: the present day.
        progress: told how many rows of how many are done; the latter is an estimate.

    Raises:
        UnreadableFile: the file turned out to be unreadable further down.
    """
    columns = read_header(sheet.header)
    if columns.faults:
        faults = tuple(RosterFault(0, message) for message in columns.faults)
        return Roster((), faults, (), frozenset(), columns.unknown)
    checker = _Checker(columns, re.compile(student_number_pattern, re.ASCII), on)
    if sheet.sheets_left_out:
        text = _("只讀第一張工作表，另外 {n} 張沒有讀。").format(n=sheet.sheets_left_out)
        checker.notes.append(RosterFault(0, text))
    students: list[StudentRow] = []
    rows = 0
    for rows, (line, cells) in enumerate(sheet.rows, 1):
        student = checker.student(line, cells)
        if student is not None:
            students.append(student)
        if len(checker.faults) >= MAX_FAULTS:
            break
        if rows > MAX_STUDENTS:
            text = _("超過 {n} 位學生，請確認檔案；一所學校的名冊沒有這麼長。").format(n=MAX_STUDENTS)
            checker.faults.append(RosterFault(line, text))
            break
        if rows % _STEP == 0:
            progress(rows, max(rows + 1, sheet.expected_rows))
    if rows:
        progress(rows, rows)
    else:
        checker.faults.append(RosterFault(0, _("檔案裡沒有學生，請確認第一列是標題、第二列起是學生。")))
    faults = tuple(checker.faults[:MAX_FAULTS])
    return Roster(tuple(students), faults, tuple(checker.notes), frozenset(columns.places), columns.unknown)


class _Checker:
    """Checks row after row; what is noted of a row that has a fault is dropped with it."""

    def __init__(self, columns: Columns, pattern: re.Pattern[str], on: date) -> None:
        self.columns = columns.places
        self.words = columns.words
        self.width = columns.width
        self.roles = [role for role in ROLES if any(key.startswith(f"{role}.") for key in columns.places)]
        self.pattern = pattern
        self.on = on
        self.faults: list[RosterFault] = []
        self.notes: list[RosterFault] = []
        self._numbers: dict[str, int] = {}
        self._ids: dict[str, int] = {}
        self._line = 0
        self._cells: tuple[str, ...] = ()

    def student(self, line: int, cells: tuple[str, ...]) -> StudentRow | None:
        """One row, or None with its faults noted."""
        self._line, self._cells = line, cells
        faults_before, notes_before = len(self.faults), len(self.notes)
        student = self._student() if self._is_whole() else None
        if len(self.faults) > faults_before:
            del self.notes[notes_before:]
            return None
        return student

    def _fault(self, message: str) -> None:
        self.faults.append(RosterFault(self._line, message))

    def _note(self, message: str) -> None:
        self.notes.append(RosterFault(self._line, message))

    def _get(self, key: str) -> str:
        """A cell as written; ``="0123"``, by which exports keep a zero, is 0123."""
        place = self.columns.get(key)
        text = self._cells[place].strip() if place is not None and place < len(self._cells) else ""
        formula = _QUOTED_FORMULA.fullmatch(text) if text.startswith("=") else None
        return formula[1].strip() if formula else text

    def _number(self, key: str) -> str:
        """A cell that holds a number: in half width, without the ``.0`` of a spreadsheet."""
        text = half_width(self._get(key))
        whole = _WHOLE_NUMBER.fullmatch(text) if text.endswith("0") else None
        return whole[1] if whole else text

    def _is_whole(self) -> bool:
        if any(cell and not cell.isspace() for cell in self._cells[self.width :]):
            self._fault(_("欄數比標題列多，請檢查是否多了逗號或引號。"))
            return False
        for key, place in self.columns.items():
            if place < len(self._cells) and not is_safe(self._cells[place]):
                self._fault(_("「{word}」有看不見的字元或換行，請重新輸入。").format(word=self.words[key]))
                return False
        return True

    def _student(self) -> StudentRow:
        number = self._student_number()
        name = self._name("name", _("學生姓名"))
        class_name = self._class_name()
        seat = self._number("seat_number")
        if seat and not _SEAT.fullmatch(seat):
            self._fault(_("座號應為三位以內的數字，或留空。"))
            seat = ""
        guardians = tuple(row for role in self.roles if (row := self._guardian(role)) is not None)
        return StudentRow(
            self._line,
            number,
            name,
            class_name,
            int(seat) if seat else None,
            self._national_id(),
            self._birth_date(),
            guardians,
            needs_manual_glyph(name),
        )

    def _student_number(self) -> str:
        """The number in the one form that logins know, of a form that the school's pattern allows."""
        written = self._number("student_number").upper()
        number = normalise_account(written)
        if not number:
            self._fault(_("學號是空白的，請補上。"))
            return ""
        if not self._is_student_number(written, number):
            repaired = self._with_zeros(number)
            if repaired is None:
                self._fault(_("學號的格式不對，請檢查是否少了前面的 0。"))
                return ""
            self._note(_("學號少了前面的 0，已經補上，請核對。"))
            number = repaired
        first = self._numbers.setdefault(number, self._line)
        if first != self._line:
            self._fault(_("學號與第 {n} 列重複，請刪去一列。").format(n=first))
        return number

    def _is_student_number(self, written: str, number: str) -> bool:
        if len(number) > _MAX_NUMBER_LENGTH:
            return False
        return self.pattern.fullmatch(number) is not None or self.pattern.fullmatch(written) is not None

    def _with_zeros(self, number: str) -> str | None:
        """The number with the zeros that a spreadsheet takes away, where one length alone is a student number's."""
        if not (number.isascii() and number.isdigit()):
            return None
        padded = [number.zfill(length) for length in range(len(number) + 1, _MAX_NUMBER_LENGTH + 1)]
        possible = [one for one in padded if self._is_student_number(one, one)]
        return possible[0] if len(possible) == 1 and len(possible[0]) <= len(number) + _MAX_ZEROS_LOST else None

    def _name(self, key: str, label: str) -> str:
        try:
            name = parse_name(self._get(key))
        except InvalidName as error:
            texts = {
                NameFault.EMPTY: _("{label}是空白的，請補上；公式請先貼成文字。"),
                NameFault.TOO_LONG: _("{label}太長，請檢查是否填錯欄。"),
            }
            other = _("{label}有不能用的字元（例如數字或符號），請更正。")
            self._fault(texts.get(error.fault, other).format(label=label))
            return ""
        if needs_manual_glyph(name):
            self._note(_("{label}有遺失的字或造字，需人工補字。").format(label=label))
        elif is_rare(name):
            self._note(_("{label}有罕用字，其他系統可能顯示不出來，需人工補字。").format(label=label))
        return name

    def _class_name(self) -> str:
        name = half_width(self._get("class_name"))
        if not name:
            self._fault(_("班級是空白的，請補上；公式請先貼成文字。"))
        elif len(name) > _MAX_CLASS_LENGTH:
            self._fault(_("班級太長（最多 {n} 字），請檢查是否填錯欄。").format(n=_MAX_CLASS_LENGTH))
        elif name.startswith(_FORMULA_BEGINNINGS):
            self._fault(_("班級是公式或錯誤值，請先貼成文字。"))
        elif needs_manual_glyph(name):
            self._note(_("班級有遺失的字或造字，需人工補字。"))
        return name

    def _national_id(self) -> str:
        try:
            number = parse_id(self._number("national_id"), self.on).text
        except InvalidIdentity as error:
            texts = {
                IdFault.EMPTY: _("沒有身分證字號或統一證號，新學生改發櫃台登入碼。"),
                IdFault.PERMIT_NUMBER: _("只有十二碼的居留證號，新學生改發櫃台登入碼。"),
            }
            if error.fault in texts:
                self._note(texts[error.fault])
            else:
                self._fault(_id_message(error.fault, _("學生")))
            return ""
        first = self._ids.setdefault(number, self._line)
        if first != self._line:
            self._fault(_("身分證字號與第 {n} 列相同，請對照學籍資料。").format(n=first))
        return number

    def _birth_date(self) -> date | None:
        text = self._number("birth_date")
        if not text:
            return None
        try:
            birth = parse_date(text, latest=self.on)
        except InvalidDate:
            self._fault(_("出生年月日看不懂或沒有這一天，請寫成 98年5月6日 或 2009-05-06。"))
            return None
        if self.on.year - birth.year not in _USUAL_AGES:
            self._note(_("出生年月日不像學生的年齡，請核對民國年與西元年。"))
        return birth

    def _guardian(self, role: str) -> GuardianRow | None:
        if not any(self._get(f"{role}.{key}") for key in DETAILS):
            return None
        title = ROLES[role]
        has_name = bool(self._get(f"{role}.name"))
        return GuardianRow(
            role,
            self._name(f"{role}.name", _("{title}姓名").format(title=title)) if has_name else "",
            self._guardian_id(role, title),
            self._guardian_mobile(role, title),
            self._guardian_email(role, title),
        )

    def _guardian_id(self, role: str, title: str) -> str:
        text = self._number(f"{role}.national_id")
        try:
            return parse_id(text, self.on).text if text else ""
        except InvalidIdentity as error:
            if error.fault is IdFault.PERMIT_NUMBER:
                self._note(_("{title}只有十二碼的居留證號，這個號碼略過不存。").format(title=title))
            elif error.fault is not IdFault.EMPTY:
                self._fault(_id_message(error.fault, title))
            return ""

    def _guardian_mobile(self, role: str, title: str) -> str:
        text = self._number(f"{role}.mobile")
        if _MOBILE_WITHOUT_ZERO.fullmatch(text):
            text = f"0{text}"
        try:
            return parse_mobile(text) if text else ""
        except InvalidMobile:
            self._fault(_("{title}行動電話不對（應為 09 開頭的十碼），請更正或留空。").format(title=title))
            return ""

    def _guardian_email(self, role: str, title: str) -> str:
        text = self._get(f"{role}.email")
        try:
            return parse_email(text) if text else ""
        except InvalidEmail:
            self._fault(_("{title}電子郵件不對，請更正或留空。").format(title=title))
            return ""


def _id_message(fault: IdFault, title: str) -> str:
    """What is wrong with a number, of which nothing is shown."""
    texts = {
        IdFault.LENGTH: _("{title}身分證字號不是十碼，請更正或留空。"),
        IdFault.CHECK_DIGIT: _("{title}身分證字號的檢查碼不對，請對照學籍資料更正，或留空。"),
        IdFault.OLD_FORM_EXPIRED: _("{title}的舊式統一證號已經停用，請改填新式號碼，或留空。"),
    }
    return texts.get(fault, _("{title}身分證字號的格式不對，請對照學籍資料更正，或留空。")).format(title=title)
