"""Reads a table (CSV, XLSX, ODS) as rows of text, without guesses and never in part."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

from kiosk.services.files import spreadsheet_worker

LARGEST_FILE = 50 * 1024 * 1024
MAX_FIELD_LENGTH = 131_072
"""The most characters of a field, as the ``csv`` module has it too."""

LAST_ROW = 1_048_576
"""The last row of a spreadsheet."""

_MAX_LINE_LENGTH = 4 * 1024 * 1024
_MAX_LINES_NAMED = 5
_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # MS-CFB: an old .xls, or a workbook with a password
_CSV_SUFFIXES = frozenset({".csv", ".txt"})
_ENCODINGS = ("utf-8", "cp950")
_SHEET_SUFFIXES = frozenset({".xlsx", ".ods"})

Row = tuple[int, tuple[str, ...]]
"""A row's number as spreadsheets show it, from 1, and its cells."""


class FileFault(Enum):
    """Why a file cannot be read."""

    MISSING = auto()
    NOT_A_FILE = auto()
    FORBIDDEN = auto()
    TOO_LARGE = auto()
    TOO_MANY_ROWS = auto()
    KIND = auto()
    OLD_OR_LOCKED = auto()
    MISNAMED = auto()
    UNSAFE_ARCHIVE = auto()
    UNREADABLE = auto()
    ENCODING = auto()
    NUL = auto()
    QUOTES = auto()
    LONG_FIELD = auto()
    EMPTY = auto()
    NOT_A_ZIP = auto()
    NO_MANIFEST = auto()
    TWICE = auto()


class UnreadableFile(Exception):
    """The file cannot be read; ``lines`` are the first with the fault, from 1, or none.

    ``entry`` is the file within an archive; empty without an archive.
    """

    def __init__(self, fault: FileFault, *lines: int, entry: str = "") -> None:
        super().__init__(fault.name)
        self.fault = fault
        self.lines = lines
        self.entry = entry


@dataclass(frozen=True)
class Sheet:
    """A header and the rows below it, blank rows left out.

    Attributes:
        header: the first row; personal data in a file without a header.
        rows: a file's rows are decoded while iterated, once; each may raise :class:`UnreadableFile`.
        expected_rows: about how many rows there are, for a progress bar.
        sheets_left_out: the number of further, unread sheets of the workbook.
        sha256: of the file, in hexadecimal.
    """

    header: tuple[str, ...] = field(repr=False)
    rows: Iterable[Row] = field(repr=False)
    expected_rows: int = 0
    sheets_left_out: int = 0
    sha256: str = ""


def read_sheet(file: Path) -> Sheet:
    """Read a file of at most 50 MB, whose suffix must match its content.

    Raises:
        UnreadableFile: also while the rows are iterated.
    """
    content = read_content(file)
    suffix = file.suffix.lower()
    if content.startswith(_OLE):
        raise UnreadableFile(FileFault.OLD_OR_LOCKED)
    if suffix not in _CSV_SUFFIXES | _SHEET_SUFFIXES:
        raise UnreadableFile(FileFault.KIND)
    if not content.strip():
        raise UnreadableFile(FileFault.EMPTY)
    if content.startswith(_ZIP) and suffix in _CSV_SUFFIXES:
        raise UnreadableFile(FileFault.MISNAMED)
    sheets_left_out = 0
    if suffix in _SHEET_SUFFIXES:
        values = _spreadsheet_values(content)
        expected_rows, sheets_left_out = next(values)
        found: Iterator[Row] = ((number, tuple(cells)) for number, cells in values)
    else:
        expected_rows = content.count(b"\n")
        found = _csv_rows(content, _ENCODINGS)
    rows = _checked(found)
    header = next(rows, None)
    if header is None:
        raise UnreadableFile(FileFault.EMPTY)
    return Sheet(header[1], rows, expected_rows, sheets_left_out, hashlib.sha256(content).hexdigest())


def read_content(file: Path) -> bytes:
    """Return a regular file's content; it is opened once, so that the checked file is the one read.

    Raises:
        UnreadableFile: for a missing, irregular or forbidden file, or one larger than :data:`LARGEST_FILE`.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as opened:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFile(FileFault.NOT_A_FILE)
            content = opened.read(LARGEST_FILE + 1) if status.st_size <= LARGEST_FILE else b""
    except FileNotFoundError:
        raise UnreadableFile(FileFault.MISSING) from None
    except IsADirectoryError:
        raise UnreadableFile(FileFault.NOT_A_FILE) from None
    except (OSError, ValueError):  # ValueError: a name with NUL
        raise UnreadableFile(FileFault.FORBIDDEN) from None
    if max(status.st_size, len(content)) > LARGEST_FILE:
        raise UnreadableFile(FileFault.TOO_LARGE)
    return content


def is_filled(cells: Sequence[str]) -> bool:
    """Return whether any cell has more than blanks."""
    return any(cell and not cell.isspace() for cell in cells)


def _checked(rows: Iterator[Row]) -> Iterator[Row]:
    """Yield the filled rows; refuse rows and fields beyond a spreadsheet's limits."""
    for number, cells in rows:
        if number > LAST_ROW:
            raise UnreadableFile(FileFault.TOO_MANY_ROWS)
        if is_filled(cells):
            if any(len(cell) > MAX_FIELD_LENGTH for cell in cells):
                raise UnreadableFile(FileFault.LONG_FIELD, number)
            yield number, cells


def utf8_csv_rows(content: bytes) -> Iterator[Row]:
    """Yield the filled rows of a CSV in UTF-8.

    Raises:
        UnreadableFile: see :func:`read_sheet`.
    """
    return _checked(_csv_rows(content, _ENCODINGS[:1]))


def _csv_rows(content: bytes, encodings: Sequence[str]) -> Iterator[Row]:
    encoding = _encoding(content, encodings)
    text = io.TextIOWrapper(io.BytesIO(content.removeprefix(_BOM)), encoding, newline="")
    reader = csv.reader(text, strict=True)
    first_line = 1
    try:
        for number, cells in enumerate(reader, 1):
            yield number, tuple(cells)
            first_line = reader.line_num + 1
    except csv.Error:
        raise UnreadableFile(FileFault.QUOTES, first_line) from None


def _encoding(content: bytes, encodings: Sequence[str]) -> str:
    """Return the encoding: by BOM, else strict UTF-8, else strict cp950; a guess could make another person's name.

    The error names the undecodable lines of the best encoding.
    """
    if content.startswith(_UTF16_BOMS):
        raise UnreadableFile(FileFault.ENCODING)
    if b"\0" in content:
        raise UnreadableFile(FileFault.NUL, content[: content.index(b"\0")].count(b"\n") + 1)
    faults: list[list[int]] = []
    for encoding in _ENCODINGS[:1] if content.startswith(_BOM) else encodings:
        lines = _undecodable_lines(content.removeprefix(_BOM), encoding)
        if not lines:
            return encoding
        faults.append(lines)
    raise UnreadableFile(FileFault.ENCODING, *min(faults, key=len)[:_MAX_LINES_NAMED])


def _undecodable_lines(content: bytes, encoding: str) -> list[int]:
    """Return the numbers of the undecodable lines; no character of either encoding contains a line feed."""
    lines = []
    for number, line in enumerate(io.BytesIO(content), 1):
        if len(line) > _MAX_LINE_LENGTH:
            raise UnreadableFile(FileFault.LONG_FIELD, number)
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            lines.append(number)
    return lines


def _spreadsheet_values(content: bytes) -> Iterator[Any]:
    """Yield [rows, sheets left out], then the rows, as :mod:`~kiosk.services.files.spreadsheet_worker` read them."""
    command = [sys.executable, "-I", spreadsheet_worker.__file__]
    reader = subprocess.run(command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    end = reader.stdout.rfind(b"\n", 0, -1) + 1
    verdict = json.loads(reader.stdout[end:]) if reader.returncode == 0 else spreadsheet_worker.DAMAGED
    if verdict == spreadsheet_worker.UNSAFE or reader.returncode < 0:
        raise UnreadableFile(FileFault.UNSAFE_ARCHIVE)
    if verdict != spreadsheet_worker.END:
        raise UnreadableFile(FileFault.UNREADABLE)
    return map(json.loads, itertools.islice(io.BytesIO(reader.stdout), reader.stdout.count(b"\n") - 1))
