"""Checking a roster: every fault with its row and what to do, before anything is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from kiosk.i18n import _
from kiosk.rules.contact import InvalidEmail, InvalidMobile, parse_email, parse_mobile
from kiosk.rules.identity import IdFault, InvalidIdentity, parse_id
from kiosk.rules.names import InvalidName, is_rare, needs_manual_glyph, parse_name
from kiosk.rules.roc_dates import InvalidDate, parse_date
from kiosk.rules.text_safety import half_width, is_clean
from kiosk.services.roster_file import Sheet

_SYNONYMS = {
    "student_number": ("學號",),
    "name": ("姓名", "學生姓名"),
    "class_name": ("班級",),
    "seat_number": ("座號",),
    "national_id": ("身分證字號", "身分證統一編號", "身份證字號", "居留證號", "統一證號"),
    "birth_date": ("出生年月日", "生日"),
}
_REQUIRED = ("student_number", "name", "class_name")
_ROLES = {"father": "父親", "mother": "母親", "guardian": "監護人"}
_DETAILS = {
    "name": ("姓名",),
    "national_id": ("身分證字號", "身份證字號", "身分證統一編號"),
    "mobile": ("行動電話", "手機"),
    "email": ("電子郵件", "信箱"),
}
_LONGEST_CLASS = 20
MOST_FAULTS = 200


@dataclass(frozen=True)
class GuardianRow:
    """A guardian of the file; empty where the file says nothing."""

    role: str
    name: str = field(repr=False)
    national_id: str = field(default="", repr=False)
    mobile: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class RosterFault:
    """A fault: the file's line (0: the header) and what to do; names no personal data."""

    line: int
    message: str


@dataclass(frozen=True)
class Roster:
    """What a file holds, and everything wrong with it."""

    students: tuple[StudentRow, ...] = field(repr=False)
    faults: tuple[RosterFault, ...]
    notes: tuple[RosterFault, ...]
    unknown_columns: tuple[str, ...]


def check_roster(sheet: Sheet, student_number_pattern: str, on: date) -> Roster:
    """Check a whole sheet; nothing is written, nothing raised for what a file holds."""
    columns, unknown, faults = _columns(sheet.header)
    if faults:
        return Roster((), tuple(faults), (), tuple(unknown))
    checker = _Checker(columns, re.compile(student_number_pattern, re.ASCII), on)
    students = [student for line, cells in sheet.rows if (student := checker.student(line, cells)) is not None]
    if not sheet.rows:
        checker.faults.append(RosterFault(0, _("檔案裡沒有學生，請確認第一列是標題、第二列起是學生。")))
    return Roster(tuple(students), tuple(checker.faults[:MOST_FAULTS]), tuple(checker.notes), tuple(unknown))


def _columns(header: tuple[str, ...]) -> tuple[dict[str, int], list[str], list[RosterFault]]:
    wanted = {word: key for key, words in _SYNONYMS.items() for word in words}
    for role, title in _ROLES.items():
        for key, words in _DETAILS.items():
            wanted |= {f"{title}{word}": f"{role}.{key}" for word in words}
        wanted[title] = f"{role}.name"
    columns: dict[str, int] = {}
    unknown: list[str] = []
    faults: list[RosterFault] = []
    for place, cell in enumerate(header):
        word = re.sub(r"\s", "", half_width(cell))
        found = wanted.get(word)
        if found is None:
            unknown += [word] if word else []
        elif found in columns:
            faults.append(RosterFault(0, _("欄位「{word}」出現兩次，請刪去一欄。").format(word=word)))
        else:
            columns[found] = place
    for required in _REQUIRED:
        if required not in columns:
            word = _SYNONYMS[required][0]
            faults.append(RosterFault(0, _("缺少欄位「{word}」，請在標題列補上。").format(word=word)))
    return columns, unknown, faults


class _Checker:
    def __init__(self, columns: dict[str, int], pattern: re.Pattern[str], on: date) -> None:
        self.columns = columns
        self.pattern = pattern
        self.on = on
        self.faults: list[RosterFault] = []
        self.notes: list[RosterFault] = []
        self._numbers: dict[str, int] = {}
        self._ids: dict[str, int] = {}

    def _get(self, cells: tuple[str, ...], key: str) -> str:
        place = self.columns.get(key)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    def _fault(self, line: int, message: str) -> None:
        self.faults.append(RosterFault(line, message))

    def student(self, line: int, cells: tuple[str, ...]) -> StudentRow | None:
        """One row, or None with its faults noted."""
        before = len(self.faults)
        if not all(map(is_clean, cells)):
            self._fault(line, _("有看不見的控制字元，請重新輸入這一列。"))
            return None
        number = half_width(self._get(cells, "student_number")).upper()
        if not self.pattern.fullmatch(number):
            self._fault(line, _("學號的格式不對，請檢查是否少了前面的 0。"))
        elif number in self._numbers:
            self._fault(line, _("學號與第 {n} 列重複，請刪去一列。").format(n=self._numbers[number]))
        self._numbers.setdefault(number, line)
        name = self._name(line, self._get(cells, "name"), _("學生姓名"))
        class_name = half_width(self._get(cells, "class_name"))
        if not 1 <= len(class_name) <= _LONGEST_CLASS:
            self._fault(line, _("班級空白或太長。"))
        seat = half_width(self._get(cells, "seat_number"))
        if seat and not re.fullmatch(r"[0-9]{1,3}", seat, re.ASCII):
            self._fault(line, _("座號應為數字。"))
        national_id = self._national_id(line, self._get(cells, "national_id"))
        if national_id and national_id in self._ids:
            self._fault(line, _("身分證字號與第 {n} 列相同，請對照學籍資料。").format(n=self._ids[national_id]))
        self._ids.setdefault(national_id, line)
        birth_date = self._birth_date(line, self._get(cells, "birth_date"))
        guardians = tuple(row for role in _ROLES if (row := self._guardian(line, cells, role)) is not None)
        if len(self.faults) > before:
            return None
        lost = needs_manual_glyph(name)
        if lost or is_rare(name):
            self.notes.append(RosterFault(line, _("姓名有罕用字或遺失的字，需人工補字。")))
        return StudentRow(
            line, number, name, class_name, int(seat) if seat else None, national_id, birth_date, guardians, lost
        )

    def _name(self, line: int, text: str, label: str) -> str:
        try:
            return parse_name(text)
        except InvalidName:
            self._fault(line, _("{label}空白、太長或有不能用的字元。").format(label=label))
            return ""

    def _national_id(self, line: int, text: str) -> str:
        try:
            return parse_id(text, self.on).value
        except InvalidIdentity as error:
            if error.fault in (IdFault.EMPTY, IdFault.PERMIT_NUMBER):
                self.notes.append(RosterFault(line, _("沒有身分證字號或統一證號，改發櫃台登入碼。")))
            else:
                self._fault(line, _("學生身分證字號不對（格式或檢查碼），請對照學籍資料。"))
            return ""

    def _birth_date(self, line: int, text: str) -> date | None:
        if not text:
            return None
        try:
            return parse_date(text, latest=self.on)
        except InvalidDate:
            self._fault(line, _("出生年月日看不懂，請寫成 98年5月6日 或 2009-05-06。"))
            return None

    def _guardian(self, line: int, cells: tuple[str, ...], role: str) -> GuardianRow | None:
        values = {key: self._get(cells, f"{role}.{key}") for key in _DETAILS}
        if not any(values.values()):
            return None
        title = _ROLES[role]
        name = self._name(line, values["name"], _("{title}姓名").format(title=title)) if values["name"] else ""
        try:
            national_id = parse_id(values["national_id"], self.on).value if values["national_id"] else ""
        except InvalidIdentity:
            self._fault(line, _("{title}身分證字號不對，請更正或留空。").format(title=title))
            national_id = ""
        try:
            mobile = parse_mobile(_leading_zero(values["mobile"])) if values["mobile"] else ""
        except InvalidMobile:
            self._fault(line, _("{title}行動電話不對，請更正或留空。").format(title=title))
            mobile = ""
        try:
            email = parse_email(values["email"]) if values["email"] else ""
        except InvalidEmail:
            self._fault(line, _("{title}電子郵件不對，請更正或留空。").format(title=title))
            email = ""
        return GuardianRow(role, name, national_id, mobile, email)


def _leading_zero(mobile: str) -> str:
    """A spreadsheet's 912345678 is 0912345678."""
    return f"0{mobile}" if re.fullmatch(r"9[0-9]{8}", mobile, re.ASCII) else mobile
