"""The malformed rosters: what is wrong with each, where it must be named, and what must be said of it."""

from __future__ import annotations

import copy
import os
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from kiosk.cli.parser import main
from kiosk.services.files.spreadsheet_worker import MAX_ENTRIES
from kiosk.services.files.table_reader import LARGEST_FILE, MAX_FIELD_LENGTH
from tests.builders.roster_files import (
    FIRST,
    FIRST_ID,
    HEADER,
    MOTHER_ID,
    SECOND,
    SECOND_ID,
    cells,
    csv_file,
    ods_file,
    raw_file,
    xlsx_file,
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LONG_TEXT = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(MAX_FIELD_LENGTH + 1))
_SCHOOL_MADE = b"\xfa\x40"  # the first of the characters that each school may draw for itself in Big5


@dataclass(frozen=True)
class Malformed:
    """A file that must be refused whole.

    Attributes:
        make: writes it into a folder.
        place: what must be said of where: a row, a line, the header, or nothing.
        words: what must be said of what to do.
    """

    make: Callable[[Path], Path]
    place: str
    words: str


def _csv(*lines: str, encoding: str = "utf-8") -> Callable[[Path], Path]:
    return lambda folder: csv_file(folder / "roster.csv", *lines, encoding=encoding)


def _row(old: str, new: str) -> Callable[[Path], Path]:
    """A second student, of whom one thing is wrong, in the file's third row."""
    assert old in SECOND
    return _csv(HEADER, FIRST, SECOND.replace(old, new, 1))


def _mother(old: str, new: str) -> Callable[[Path], Path]:
    assert old in FIRST
    return _csv(HEADER, FIRST.replace(old, new, 1), SECOND)


def _bytes(name: str, *pieces: bytes) -> Callable[[Path], Path]:
    return lambda folder: raw_file(folder / name, b"".join(pieces))


def _text(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join([*lines, ""]).encode(encoding)


def _xlsx(*lines: str) -> Callable[[Path], Path]:
    return lambda folder: xlsx_file(folder / "roster.xlsx", map(cells, lines))


def _ods(*lines: str) -> Callable[[Path], Path]:
    return lambda folder: ods_file(folder / "roster.ods", map(cells, lines))


def _cut(folder: Path) -> Path:
    file = xlsx_file(folder / "roster.xlsx", [cells(HEADER), cells(FIRST)])
    return raw_file(file, file.read_bytes()[:-200])


def _one_bit(folder: Path) -> Path:
    """A workbook one byte of whose packed sheet has changed."""
    file = xlsx_file(folder / "roster.xlsx", [cells(HEADER), cells(FIRST)])
    with zipfile.ZipFile(file) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(file.read_bytes())
    content[entry.header_offset + 30 + len(entry.filename) + 5] ^= 0xFF
    return raw_file(file, bytes(content))


def _archive(*entries: tuple[str, bytes]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        file = folder / "roster.xlsx"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries:
                archive.writestr(name, content)
        return file

    return make


def _sheet(xml: bytes) -> Callable[[Path], Path]:
    """A workbook of which the sheet is this."""

    def make(folder: Path) -> Path:
        whole = xlsx_file(folder / "whole.xlsx", [cells(HEADER), cells(FIRST)])
        file = folder / "roster.xlsx"
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in old.infolist():
                is_sheet = entry.filename == "xl/worksheets/sheet1.xml"
                new.writestr(entry.filename, xml if is_sheet else old.read(entry))
        return file

    return make


def _bomb_that_lies(folder: Path) -> Path:
    """Thirty megabytes of zeros that say of themselves that they are ten bytes."""
    file = _archive(("xl/worksheets/sheet1.xml", b"0" * 30_000_000))(folder)
    return raw_file(file, file.read_bytes().replace(struct.pack("<L", 30_000_000), struct.pack("<L", 10)))


def _bomb_of_one_entry_many_times(folder: Path) -> Path:
    """Small in the file, and unpacked once for each of its thirty names."""
    file = folder / "roster.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet0.xml", (b"<c>%d</c>" % 7) * 100_000)
        for number in range(1, 30):
            again = copy.copy(archive.filelist[0])
            again.filename = f"sheet{number}.xml"
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
    return file


def _furthest_corner(folder: Path) -> Path:
    """One cell in the last row and column, for which the library behind asks for 500 GB."""
    book = openpyxl.Workbook()
    book.active.append(cells(HEADER))
    book.active["XFD1048576"] = "x"
    book.save(folder / "roster.xlsx")
    return folder / "roster.xlsx"


def _formula(folder: Path) -> Path:
    """A formula without a value, as openpyxl writes one and Excel only fills in when it opens it."""
    return xlsx_file(folder / "roster.xlsx", [cells(HEADER), ["110001", '="王"&"小明"', "科二智"]])


def _huge(folder: Path) -> Path:
    with (folder / "roster.csv").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    return folder / "roster.csv"


def _folder(folder: Path) -> Path:
    (folder / "roster.csv").mkdir()
    return folder / "roster.csv"


def _pipe(folder: Path) -> Path:
    """Whoever opens it to read would wait for ever."""
    os.mkfifo(folder / "roster.csv")
    return folder / "roster.csv"


_ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (c + 1, b"&%c;" % c * 10) for c in range(ord("a"), ord("j")))
    + b']><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    b'<c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row></sheetData></worksheet>'
)

FILES: dict[str, Malformed] = {
    "missing": Malformed(lambda folder: folder / "missing.csv", "", "找不到檔案"),
    "a folder": Malformed(_folder, "", "不是檔案"),
    "a pipe": Malformed(_pipe, "", "不是檔案"),
    "a device without end": Malformed(lambda _folder: Path("/dev/zero"), "", "不是檔案"),
    "unreadable": Malformed(lambda _folder: Path("/proc/self/mem"), "", "權限"),
    "beyond 50 MB": Malformed(_huge, "", "50 MB"),
    "a PDF": Malformed(_bytes("roster.pdf", b"%PDF-1.7"), "", "只接受"),
    "no suffix": Malformed(_bytes("roster", _text(HEADER, FIRST)), "", "只接受"),
    "a workbook of 1997": Malformed(_bytes("roster.xls", _OLE, bytes(600)), "", ".xlsx"),
    "a workbook with a password": Malformed(_bytes("roster.xlsx", _OLE, bytes(600)), "", "密碼"),
    "a workbook called CSV": Malformed(
        lambda folder: xlsx_file(folder / "roster.csv", [cells(HEADER), cells(FIRST)]), "", "副檔名"
    ),
    "a CSV called workbook": Malformed(_bytes("roster.xlsx", _text(HEADER, FIRST)), "", "不是試算表"),
    "empty": Malformed(_bytes("roster.csv"), "", "空的"),
    "blank lines": Malformed(_bytes("roster.csv", b"\r\n,,,\r\n \r\n"), "", "空的"),
    "an empty workbook": Malformed(lambda folder: xlsx_file(folder / "roster.xlsx", []), "", "空的"),
    "an empty ODS": Malformed(lambda folder: ods_file(folder / "roster.ods", []), "", "空的"),
    "more lines than a spreadsheet has": Malformed(
        _bytes("roster.csv", _text(HEADER, FIRST), b"\n" * 1_100_000, _text(SECOND)), "", "列數"
    ),
    "NUL": Malformed(_bytes("roster.csv", _text(HEADER, FIRST), b"110002,\0,\n"), "第 3 行", "NUL"),
    "an open quote": Malformed(_csv(HEADER, FIRST, '110002,"李大同,科二智', SECOND), "第 3 行", "引號"),
    "text after a quote": Malformed(_csv(HEADER, FIRST, '110002,"李"大同,科二智'), "第 3 行", "引號"),
    "a field too long": Malformed(_csv(HEADER, FIRST, "1,甲," + "乙" * (MAX_FIELD_LENGTH + 1)), "第 3 行", "131,072"),
    "a line too long": Malformed(_csv(HEADER, FIRST, "a" * 5_000_000 + "𠮷"), "第 3 行", "太長"),
    "a cell too long": Malformed(_ods(HEADER, FIRST, f"110002,李大同,{_LONG_TEXT}"), "第 3 行", "太長"),
    "UTF-16": Malformed(_csv(HEADER, FIRST, encoding="utf-16"), "", "CSV UTF-8"),
    "Latin-1": Malformed(_bytes("roster.csv", b"a,b\n\xe9\xff,c\n"), "第 2 行", "CSV UTF-8"),
    "a line of Big5 within UTF-8": Malformed(
        _bytes("roster.csv", _text(HEADER, FIRST), _text(SECOND, encoding="cp950")), "第 3 行", "CSV UTF-8"
    ),
    "a line of UTF-8 within Big5": Malformed(
        _bytes("roster.csv", _text(HEADER, FIRST, encoding="cp950"), _text("110002,𠮷大同,科")), "第 3 行", "CSV UTF-8"
    ),
    "a school's own character in Big5": Malformed(
        _bytes("roster.csv", _text(HEADER, FIRST, encoding="cp950"), b"110002,", _SCHOOL_MADE, b",\n"),
        "第 3 行",
        "造字",
    ),
    "Big5 behind the mark of UTF-8": Malformed(
        _bytes("roster.csv", b"\xef\xbb\xbf", _text(HEADER, FIRST, encoding="cp950")), "第 1、2 行", "CSV UTF-8"
    ),
    "not an archive": Malformed(_bytes("roster.ods", b"\x00\x01" * 300), "", "不是試算表"),
    "an archive cut short": Malformed(_cut, "", "損壞"),
    "an archive with a byte changed": Malformed(_one_bit, "", "損壞"),
    "an archive of something else": Malformed(_archive(("readme.txt", b"hello")), "", "不是試算表"),
    "a bomb": Malformed(_archive(("xl/worksheets/sheet1.xml", b"0" * 30_000_000)), "", "異常地大"),
    "a bomb that lies": Malformed(_bomb_that_lies, "", "異常地大"),
    "a bomb of one entry many times": Malformed(_bomb_of_one_entry_many_times, "", "異常地大"),
    "too many entries": Malformed(
        _archive(*((f"entry{number}", b"") for number in range(MAX_ENTRIES + 1))), "", "異常地大"
    ),
    "a cell in the furthest corner": Malformed(_furthest_corner, "", "異常地大"),
    "a cell a thousand million times": Malformed(
        lambda folder: ods_file(folder / "roster.ods", [["x"]], repeated=1_000_000), "", "試算表"
    ),
    "entities within entities": Malformed(_sheet(_ENTITIES), "", ""),
    "a sheet that is no XML": Malformed(_sheet(b"<worksheet><sheetData><row"), "", ""),
}
"""What cannot be read at all."""

HEADERS: dict[str, Malformed] = {
    "header only": Malformed(_csv(HEADER), "標題列", "沒有學生"),
    "header only in a workbook": Malformed(_xlsx(HEADER), "標題列", "沒有學生"),
    "no student number": Malformed(_csv("姓名,班級", "王小明,科二智"), "標題列", "缺少欄位「學號」"),
    "no class in a workbook": Malformed(_xlsx("姓名,學號", "王小明,110001"), "標題列", "缺少欄位「班級」"),
    "a header twice": Malformed(_csv("學號,姓名,班級,姓名", "110001,王小明,科,王小明"), "標題列", "「姓名」出現兩次"),
    "two headers for one thing": Malformed(
        _ods("學號,姓名,班級,身分證字號,統一證號", "110001,王小明,科,,"), "標題列", "「身分證字號」和「統一證號」"
    ),
    "no header": Malformed(_csv(FIRST, SECOND), "標題列", "第一列不是標題"),
    "a title above the header": Malformed(_csv("某校 115 學年度名冊", HEADER, FIRST), "標題列", "第一列不是標題"),
    "semicolons": Malformed(_csv(HEADER.replace(",", ";"), FIRST.replace(",", ";")), "標題列", "逗號"),
}
"""What has no usable header."""

ROWS: dict[str, Malformed] = {
    "a number twice": Malformed(_row("110002", "110001"), "第 3 列", "第 2 列重複"),
    "a number twice, in full width": Malformed(_row("110002", "１１０００１"), "第 3 列", "第 2 列重複"),
    "a number twice in a workbook": Malformed(_xlsx(HEADER, FIRST, SECOND, FIRST), "第 4 列", "第 2 列重複"),
    "an ID twice": Malformed(_row(SECOND_ID, FIRST_ID), "第 3 列", "第 2 列相同"),
    "an ID twice, in lower case": Malformed(_row(SECOND_ID, FIRST_ID.lower()), "第 3 列", "第 2 列相同"),
    "a wrong check digit": Malformed(_row(SECOND_ID, "A123456788"), "第 3 列", "檢查碼"),
    "a wrong check digit in an ODS": Malformed(
        _ods(HEADER, FIRST.replace(FIRST_ID, "A123456788")), "第 2 列", "檢查碼"
    ),
    "an ID of nine": Malformed(_row(SECOND_ID, "A12345678"), "第 3 列", "十碼"),
    "an ID that is none": Malformed(_row(SECOND_ID, "1234567890"), "第 3 列", "格式"),
    "the guide's own sample": Malformed(_mother(MOTHER_ID, "B200300400"), "第 2 列", "母親身分證字號的檢查碼"),
    "no number": Malformed(_row("110002", ""), "第 3 列", "學號是空白"),
    "a number too short": Malformed(_row("110002", "2"), "第 3 列", "少了前面的 0"),
    "Arabic digits": Malformed(_row("110002", "11٠٠٠2"), "第 3 列", "學號"),
    "half a number": Malformed(
        lambda folder: xlsx_file(folder / "roster.xlsx", [cells(HEADER), [110001.5, "王小明", "科"]]), "第 2 列", "學號"
    ),
    "no such day": Malformed(_row("099/05/07", "99年2月30日"), "第 3 列", "沒有這一天"),
    "a month too many": Malformed(_row("099/05/07", "0991305"), "第 3 列", "出生年月日"),
    "born tomorrow": Malformed(_row("099/05/07", "2999-01-01"), "第 3 列", "出生年月日"),
    "a day in words": Malformed(_row("099/05/07", "下個月"), "第 3 列", "98年5月6日"),
    "a seat in words": Malformed(_row("科二智,2", "科二智,二"), "第 3 列", "座號"),
    "a seat too far": Malformed(_row("科二智,2", "科二智,1000"), "第 3 列", "座號"),
    "no name": Malformed(_row("李大同", " "), "第 3 列", "姓名是空白"),
    "a formula for a name": Malformed(_formula, "第 2 列", "公式"),
    "a digit in a name": Malformed(_row("李大同", "李2同"), "第 3 列", "不能用的字元"),
    "a name too long": Malformed(_row("李大同", "李" * 61), "第 3 列", "太長"),
    "a formula to run": Malformed(_row("李大同", "=cmd|' /C calc'!A0"), "第 3 列", "姓名"),
    "a terminal's command": Malformed(_row("李大同", "李\x1b]52;c;eA==\x07同"), "第 3 列", "「姓名」有看不見"),
    "a reading order turned round": Malformed(_row("李大同", "李\u202e大同"), "第 3 列", "看不見"),
    "a blank of no width": Malformed(_row("110002", "11\u200b0002"), "第 3 列", "看不見"),
    "two files one after the other": Malformed(_csv(HEADER, FIRST, f"\ufeff{SECOND}"), "第 3 列", "看不見"),
    "a line break in a name": Malformed(_row("李大同", '"李\n大同"'), "第 3 列", "換行"),
    "no class": Malformed(_row("科二智", ""), "第 3 列", "班級是空白"),
    "a class too long": Malformed(_row("科二智", "科" * 21), "第 3 列", "班級太長"),
    "a formula for a class": Malformed(_row("科二智", "=A2"), "第 3 列", "班級是公式"),
    "a comma too many": Malformed(_row("李大同", "李,大同"), "第 3 列", ""),
    "cells beyond the header": Malformed(_csv("學號,姓名,班級", "110001,王小明,科二智,x"), "第 2 列", "欄數"),
    "a telephone that is no mobile": Malformed(_mother("0910100200", "02-27226616"), "第 2 列", "行動電話"),
    "no address": Malformed(_mother("flower@example.org", "flower"), "第 2 列", "電子郵件"),
    "a mother with a digit": Malformed(_mother("林小花", "林3花"), "第 2 列", "母親姓名"),
}
"""What has a row that cannot be taken."""

ALL = FILES | HEADERS | ROWS

_PERSONAL = re.compile(r"[A-Z][12][0-9]{8}|09[0-9]{8}|@example")


def assert_refused_whole(
    command: Sequence[str], home: Path, place: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Import a malformed file: place and fault are named, nothing personal is, and no file of the home changes."""
    before = {file.name: file.read_bytes() for file in home.iterdir()}
    capsys.readouterr()
    assert main([*command, "--yes", "--home", str(home)]) == 1
    printed, refusal = capsys.readouterr()
    faults = [line for line in printed.splitlines() if line.startswith("錯誤")] or refusal.splitlines()
    assert any(place in line and words in line for line in faults), (printed, refusal)
    assert len(refusal.splitlines()) <= 1
    assert not any(_PERSONAL.search(line) for line in faults)
    assert {file.name: file.read_bytes() for file in home.iterdir()} == before
