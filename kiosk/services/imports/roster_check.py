"""Checks the records of a roster before anything is written: each fault has its row and its remedy."""

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
from kiosk.services.imports.cell_text import FORMULA_BEGINNINGS, MAX_FAULTS, RowFault, unquoted, whole_number
from kiosk.services.imports.roster_columns import DETAILS, ROLES
from kiosk.services.imports.roster_records import GuardianRow, RosterFile, RosterRecord

MAX_STUDENTS = 150_000
_MAX_NUMBER_LENGTH = 32
_MAX_CLASS_LENGTH = 20
_MAX_ZEROS_LOST = 3
_USUAL_AGES = range(5, 40)
_STEP = 1000
_SEAT = re.compile(r"[0-9]{1,3}", re.ASCII)
_MOBILE_WITHOUT_ZERO = re.compile(r"9[0-9]{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A checked student; without ``national_id`` they get a desk code."""

    line: int
    student_number: str = field(repr=False)
    name: str = field(repr=False)
    class_name: str
    seat_number: int | None
    national_id: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    guardians: tuple[GuardianRow, ...] = field(repr=False)
    lost_characters: bool


@dataclass(frozen=True)
class Roster:
    """A checked roster.

    Attributes:
        students: the students without a fault.
        faults: :data:`MAX_FAULTS` at most; with any, nothing may be written.
        notes: hints for a person to check.
        columns: the keys of the file's columns (see :mod:`kiosk.services.imports.roster_columns`).
        unknown_columns: the unused headings.
    """

    students: tuple[StudentRow, ...] = field(default=(), repr=False)
    faults: tuple[RowFault, ...] = ()
    notes: tuple[RowFault, ...] = ()
    columns: frozenset[str] = frozenset()
    unknown_columns: tuple[str, ...] = ()

    @property
    def guardian_columns(self) -> dict[str, frozenset[str]]:
        """The details that the file has columns for, by the guardian's role."""
        found = {role: frozenset(key for key in DETAILS if f"{role}.{key}" in self.columns) for role in ROLES}
        return {role: details for role, details in found.items() if details}


def check_roster(
    file: RosterFile,
    student_number_pattern: str,
    on: date,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Roster:
    """Check all records of a file on the day ``on``, reading each once.

    A student number matches the whole pattern as written, or without blanks and dashes. ``progress`` is called with
    the number of checked records and an estimate of all.

    Raises:
        UnreadableFile: the file is unreadable further down.
    """
    if file.faults:
        return Roster(faults=file.faults, unknown_columns=file.unknown_columns)
    checker = _Checker(file, re.compile(student_number_pattern, re.ASCII), on)
    students: list[StudentRow] = []
    count = 0
    for count, record in enumerate(file.records, 1):
        student = checker.student(record)
        if student is not None:
            students.append(student)
        if len(checker.faults) >= MAX_FAULTS:
            break
        if count > MAX_STUDENTS:
            text = _("超過 {n} 位學生，請確認檔案；一所學校的名冊沒有這麼長。").format(n=MAX_STUDENTS)
            checker.faults.append(RowFault(record.line, text, file.entry))
            break
        if count % _STEP == 0:
            progress(count, max(count + 1, file.expected_rows))
    if count:
        progress(count, count)
    else:
        checker.faults.append(RowFault(0, _("檔案裡沒有學生，請確認第一列是標題、第二列起是學生。")))
    notes = (*file.notes, *checker.notes)
    columns = frozenset(file.headings)
    return Roster(tuple(students), tuple(checker.faults[:MAX_FAULTS]), notes, columns, file.unknown_columns)


class _Checker:
    """Checks record after record; a record with a fault loses its notes."""

    def __init__(self, file: RosterFile, pattern: re.Pattern[str], on: date) -> None:
        self.file = file
        self.pattern = pattern
        self.on = on
        self.faults: list[RowFault] = []
        self.notes: list[RowFault] = []
        self._columns = [(*key.rpartition(".")[::2], word) for key, word in file.headings.items()]
        self._numbers: dict[str, int] = {}
        self._ids: dict[str, int] = {}
        self._line = 0

    def student(self, record: RosterRecord | RowFault) -> StudentRow | None:
        """Return the checked student, or None with the faults noted."""
        if isinstance(record, RowFault):
            self.faults.append(record)
            return None
        self._line = record.line
        faults_before, notes_before = len(self.faults), len(self.notes)
        student = self._student(record) if self._is_safe(record) else None
        if len(self.faults) > faults_before:
            del self.notes[notes_before:]
            return None
        return student

    def _fault(self, message: str) -> None:
        self.faults.append(RowFault(self._line, message, self.file.entry))

    def _note(self, message: str) -> None:
        self.notes.append(RowFault(self._line, message, self.file.entry))

    def _is_safe(self, record: RosterRecord) -> bool:
        """Note the first column with unsafe characters."""
        for role, key, word in self._columns:
            owner = record.guardians.get(role) if role else record
            if owner is not None and not is_safe(getattr(owner, key)):
                self._fault(_("「{word}」有看不見的字元或換行，請重新輸入。").format(word=word))
                return False
        return True

    def _student(self, record: RosterRecord) -> StudentRow:
        number = self._student_number(record.student_number)
        name = self._name(_text(record.name), _("學生姓名"))
        class_name = self._class_name(record.class_name)
        seat = _number(record.seat_number)
        if seat and not _SEAT.fullmatch(seat):
            self._fault(_("座號應為三位以內的數字，或留空。"))
            seat = ""
        guardians = tuple(
            row for guardian in record.guardians.values() if (row := self._guardian(guardian)) is not None
        )
        return StudentRow(
            self._line,
            number,
            name,
            class_name,
            int(seat) if seat else None,
            self._national_id(record.national_id),
            self._birth_date(record.birth_date),
            guardians,
            needs_manual_glyph(name),
        )

    def _student_number(self, cell: str) -> str:
        """Return the number as logins have it; note one that the school's pattern refuses."""
        written = _number(cell).upper()
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
        """Return the number with the zeros that a spreadsheet dropped, where the pattern allows one length only."""
        if not (number.isascii() and number.isdigit()):
            return None
        padded = [number.zfill(length) for length in range(len(number) + 1, _MAX_NUMBER_LENGTH + 1)]
        possible = [one for one in padded if self._is_student_number(one, one)]
        return possible[0] if len(possible) == 1 and len(possible[0]) <= len(number) + _MAX_ZEROS_LOST else None

    def _name(self, text: str, label: str) -> str:
        try:
            name = parse_name(text)
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

    def _class_name(self, cell: str) -> str:
        name = half_width(_text(cell))
        if not name:
            self._fault(_("班級是空白的，請補上；公式請先貼成文字。"))
        elif len(name) > _MAX_CLASS_LENGTH:
            self._fault(_("班級太長（最多 {n} 字），請檢查是否填錯欄。").format(n=_MAX_CLASS_LENGTH))
        elif name.startswith(FORMULA_BEGINNINGS):
            self._fault(_("班級是公式或錯誤值，請先貼成文字。"))
        elif needs_manual_glyph(name):
            self._note(_("班級有遺失的字或造字，需人工補字。"))
        return name

    def _national_id(self, cell: str) -> str:
        try:
            number = parse_id(_number(cell), self.on).text
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

    def _birth_date(self, cell: str) -> date | None:
        text = _number(cell)
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

    def _guardian(self, written: GuardianRow) -> GuardianRow | None:
        if not any(_text(getattr(written, detail)) for detail in DETAILS):
            return None
        title, name, mobile = ROLES[written.role], _text(written.name), _number(written.mobile)
        if _MOBILE_WITHOUT_ZERO.fullmatch(mobile):
            mobile = f"0{mobile}"
        return GuardianRow(
            written.role,
            self._name(name, _("{title}姓名").format(title=title)) if name else "",
            self._guardian_id(written.national_id, title),
            self._contact(parse_mobile, mobile, _("{title}行動電話不對（應為 09 開頭的十碼），請更正或留空。"), title),
            self._contact(parse_email, _text(written.email), _("{title}電子郵件不對，請更正或留空。"), title),
        )

    def _guardian_id(self, cell: str, title: str) -> str:
        text = _number(cell)
        try:
            return parse_id(text, self.on).text if text else ""
        except InvalidIdentity as error:
            if error.fault is IdFault.PERMIT_NUMBER:
                self._note(_("{title}只有十二碼的居留證號，這個號碼略過不存。").format(title=title))
            elif error.fault is not IdFault.EMPTY:
                self._fault(_id_message(error.fault, title))
            return ""

    def _contact(self, parse: Callable[[str], str], text: str, message: str, title: str) -> str:
        try:
            return parse(text) if text else ""
        except (InvalidMobile, InvalidEmail):
            self._fault(message.format(title=title))
            return ""


def _text(cell: str) -> str:
    """Return a cell without outer blanks and export quotes."""
    return unquoted(cell.strip())


def _number(cell: str) -> str:
    """Return a cell with a number in half width."""
    return whole_number(half_width(_text(cell)))


def _id_message(fault: IdFault, title: str) -> str:
    """Return the message for a refused number, without the number."""
    texts = {
        IdFault.LENGTH: _("{title}身分證字號不是十碼，請更正或留空。"),
        IdFault.CHECK_DIGIT: _("{title}身分證字號的檢查碼不對，請對照學籍資料更正，或留空。"),
        IdFault.OLD_FORM_EXPIRED: _("{title}的舊式統一證號已經停用，請改填新式號碼，或留空。"),
    }
    return texts.get(fault, _("{title}身分證字號的格式不對，請對照學籍資料更正，或留空。")).format(title=title)
