"""Reading a roster file: CSV, XLSX or ODS, as rows of text; what the text means is `roster_check`'s business.

A CSV is read as UTF-8, else as cp950, whole and strictly, else refused with the lines that are neither: guessing
further (big5hkscs, replacement characters) would turn one person's name into another's. A workbook is measured before
it is opened and parsed in a process of its own, with a limit on memory and time.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from kiosk.i18n import _
from kiosk.rules.text_safety import scrub
from kiosk.services import spreadsheet_reader
from kiosk.services.errors import ServiceError

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MOST_ENTRIES = 500
MOST_RATIO = 100
_BAD_LINES_NAMED = 10
_CHUNK = 1 << 20
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = (",", "\t", ";")
_EXCEL_TEXT = ('="', '"')

NumberedRow = tuple[int, tuple[str, ...]]


class FileFault(Enum):
    """Why a file cannot be read as a roster."""

    MISSING = auto()
    UNREADABLE = auto()
    EMPTY = auto()
    TOO_LARGE = auto()
    KIND = auto()
    ENCODING = auto()
    QUOTES = auto()
    ZIP_BOMB = auto()
    DAMAGED = auto()


class RosterRefused(ServiceError):
    """The file cannot be read; ``line`` says why and what to do, in one line without anybody's data."""

    def __init__(self, fault: FileFault, line: str) -> None:
        super().__init__(line)
        self.fault = fault
        self.line = line


@dataclass(frozen=True)
class RosterFile:
    """A file as rows of text.

    Attributes:
        kind: ``CSV (UTF-8)``, ``CSV (cp950)``, ``XLSX`` or ``ODS``.
        sha256: of the file's bytes, in hexadecimal.
        about_rows: how many rows to expect, for a progress bar.
        rows: the rows with their numbers, counted from 1 as a spreadsheet shows them; can be gone through once, and
            raises :class:`RosterRefused` where the file is damaged further down.
    """

    kind: str
    sha256: str
    about_rows: int
    rows: Iterator[NumberedRow] = field(repr=False)


def read_roster(file: Path) -> RosterFile:
    """Open a roster file; its kind is told by its content, not by its name.

    Raises:
        RosterRefused: the file cannot be read; some faults come only with the rows.
    """
    content = _bytes_of(file)
    sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(_ZIP):
        kind, about = _look_into_archive(content)
        return RosterFile(kind, sha256, about, _limited(_workbook_rows(content)))
    if content.startswith(_OLD_OFFICE):
        raise RosterRefused(FileFault.KIND, _("這是舊的 XLS 檔，或設有密碼的檔案；請在試算表另存成沒有密碼的 XLSX。"))
    if content.startswith(_UTF16):
        raise RosterRefused(FileFault.ENCODING, _("這個檔案是 UTF-16 編碼；請另存成「CSV UTF-8」。"))
    encoding, text = _decode(content)
    return RosterFile(f"CSV ({encoding})", sha256, text.count("\n"), _limited(_csv_rows(text)))


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise RosterRefused(FileFault.MISSING, _("找不到檔案 {file}。").format(file=scrub(str(file)))) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else ""
        line = _("無法讀取檔案 {file}：{reason}").format(file=scrub(str(file)), reason=reason)
        raise RosterRefused(FileFault.UNREADABLE, line) from None
    if len(content) > MOST_BYTES:
        raise RosterRefused(FileFault.TOO_LARGE, _("檔案超過 50 MB；請只留學生名冊的工作表。"))
    if not content.strip():
        raise RosterRefused(FileFault.EMPTY, _("檔案是空的。"))
    return content


def _limited(rows: Iterator[NumberedRow]) -> Iterator[NumberedRow]:
    """Hand on rows up to the most there may be."""
    for number, row in rows:
        if number > MOST_ROWS:
            raise RosterRefused(FileFault.TOO_LARGE, _("名冊超過 {most} 列。").format(most=MOST_ROWS))
        yield number, row


def _decode(content: bytes) -> tuple[str, str]:
    """Decode a whole CSV: a byte order mark, else strict UTF-8, else strict cp950, else refuse."""
    try:
        return "UTF-8", content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if not content.startswith(codecs.BOM_UTF8):
        try:
            return "cp950", content.decode("cp950")
        except UnicodeDecodeError:
            pass
    lines = content.removeprefix(codecs.BOM_UTF8).split(b"\n")
    encodings = ("utf-8",) if content.startswith(codecs.BOM_UTF8) else ("utf-8", "cp950")
    bad = min((_bad_lines(lines, encoding) for encoding in encodings), key=len)
    named = "、".join(map(str, bad[:_BAD_LINES_NAMED])) + ("…" if len(bad) > _BAD_LINES_NAMED else "")
    line = _("檔案不是完整的 UTF-8，也不是完整的 Big5（cp950）：第 {lines} 行有無法辨認的字，請修正後另存成 UTF-8。")
    raise RosterRefused(FileFault.ENCODING, line.format(lines=named))


def _bad_lines(lines: list[bytes], encoding: str) -> list[int]:
    bad = []
    for number, line in enumerate(lines, 1):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            bad.append(number)
    return bad


def _csv_rows(text: str) -> Iterator[NumberedRow]:
    place = text.find("\x00")
    if place >= 0:
        number = text.count("\n", 0, place) + 1
        line = _("第 {line} 行有空字元（NUL），這不是文字檔；請從試算表重新匯出。").format(line=number)
        raise RosterRefused(FileFault.DAMAGED, line)
    head = text[:2000].split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            yield number, tuple(map(_plain_cell, row))
    except csv.Error:
        line = _("第 {row} 列之後的引號不成對，或有一格超過 131,072 個字；請檢查該列的「\"」。").format(row=number)
        raise RosterRefused(FileFault.QUOTES, line) from None


def _plain_cell(cell: str) -> str:
    """Take off what spreadsheets put around a number to keep it a text: ="0012" or a leading apostrophe."""
    first, last = _EXCEL_TEXT
    if cell.startswith(first) and cell.endswith(last) and len(cell) > len(first):
        return cell[len(first) : -len(last)]
    return cell.removeprefix("'")


def _look_into_archive(content: bytes) -> tuple[str, int]:
    """Measure a workbook before anything parses it; gives its kind and about how many rows it has.

    Every entry is unpacked and counted, because the sizes that an archive declares may be lies.
    """
    bomb = RosterRefused(
        FileFault.ZIP_BOMB, _("檔案解壓縮後過大，不像學生名冊；請把名冊複製到新的工作表，另存成 CSV UTF-8 再試。")
    )
    total = rows = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            kind = "XLSX" if "xl/workbook.xml" in names else "ODS" if {"mimetype", "content.xml"} <= names else ""
            if not kind:
                raise RosterRefused(FileFault.KIND, _("這不是 CSV、XLSX 或 ODS 檔。"))
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise bomb
            for entry in entries:
                unpacked = 0
                with archive.open(entry) as stream:
                    while chunk := stream.read(_CHUNK):
                        unpacked += len(chunk)
                        total += len(chunk)
                        rows += chunk.count(b"</row>") + chunk.count(b"</table:table-row>")
                        if total > MOST_BYTES or (unpacked > _CHUNK and unpacked > MOST_RATIO * entry.compress_size):
                            raise bomb
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise _damaged() from None
    return kind, rows


def _damaged() -> RosterRefused:
    return RosterRefused(FileFault.DAMAGED, _("檔案已損壞或設有密碼，無法開啟；請在試算表重新另存成 XLSX 或 CSV UTF-8。"))


def _workbook_rows(content: bytes) -> Iterator[NumberedRow]:
    """Let the reader's process parse the workbook, and hand on its rows."""
    with tempfile.TemporaryFile() as packed:
        packed.write(content)
        packed.seek(0)
        with subprocess.Popen(
            [sys.executable, "-I", str(Path(spreadsheet_reader.__file__))],
            stdin=packed,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as reader:
            assert reader.stdout is not None
            try:
                for number, line in enumerate(reader.stdout):
                    if number:
                        yield number, tuple(json.loads(line))
                code = reader.wait()
            except json.JSONDecodeError:  # the process ended in the middle of a line
                code = spreadsheet_reader.UNREADABLE
            finally:
                reader.kill()
    if code == spreadsheet_reader.TOO_WIDE:
        most = spreadsheet_reader.MOST_COLUMNS
        raise RosterRefused(FileFault.TOO_LARGE, _("工作表超過 {most} 欄。").format(most=most))
    if code != 0:
        raise _damaged()
