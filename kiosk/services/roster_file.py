"""Reading a roster file (CSV, XLSX, ODS) into rows of text: never guessed, never half."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, auto
from pathlib import Path

_LARGEST_FILE = 50 * 1024 * 1024
_LARGEST_RATIO = 100
_MOST_ENTRIES = 2000
_LONGEST_FIELD = 1024
_BOM = b"\xef\xbb\xbf"
_SHEET_SUFFIXES = frozenset({".xlsx", ".ods"})


class FileFault(Enum):
    """Why a file cannot be read."""

    MISSING = auto()
    TOO_LARGE = auto()
    UNSAFE_ARCHIVE = auto()
    KIND = auto()
    ENCODING = auto()
    NUL = auto()
    UNREADABLE = auto()
    EMPTY = auto()
    QUOTES = auto()


class UnreadableFile(Exception):
    """The file cannot be taken; ``line`` is the line at fault, from 1, where one can be named."""

    def __init__(self, fault: FileFault, line: int | None = None) -> None:
        super().__init__(fault.name)
        self.fault = fault
        self.line = line


@dataclass(frozen=True)
class Sheet:
    """The header and the rows; ``rows`` holds (line number, cells)."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(repr=False)


def read_sheet(file: Path) -> Sheet:
    """Read a whole file.

    Raises:
        UnreadableFile: with the fault.
    """
    try:
        size = file.stat().st_size
        content = file.read_bytes() if size <= _LARGEST_FILE else b""
    except OSError:
        raise UnreadableFile(FileFault.MISSING) from None
    if size > _LARGEST_FILE:
        raise UnreadableFile(FileFault.TOO_LARGE)
    suffix = file.suffix.lower()
    if suffix in _SHEET_SUFFIXES:
        lines = _spreadsheet(content)
    elif suffix in (".csv", ".txt"):
        lines = _csv(content)
    else:
        raise UnreadableFile(FileFault.KIND)
    lines = [(number, cells) for number, cells in lines if any(cell.strip() for cell in cells)]
    if not lines:
        raise UnreadableFile(FileFault.EMPTY)
    return Sheet(lines[0][1], tuple(lines[1:]))


def _decode(content: bytes) -> str:
    """BOM, then strict UTF-8, then strict cp950; what is neither is not guessed (a guess makes another person)."""
    has_bom = content.startswith(_BOM)
    content = content.removeprefix(_BOM)
    encodings = ["utf-8"] if has_bom else ["utf-8", "cp950"]
    fault_at = 0
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            fault_at = error.start
    raise UnreadableFile(FileFault.ENCODING, content[:fault_at].count(b"\n") + 1)


def _csv(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    if b"\0" in content:
        raise UnreadableFile(FileFault.NUL, content[: content.index(b"\0")].count(b"\n") + 1)
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(_decode(content), newline=""), strict=True)
    lines = []
    try:
        for cells in reader:
            lines.append((reader.line_num, tuple(cells)))
    except csv.Error:
        raise UnreadableFile(FileFault.QUOTES, reader.line_num) from None
    return lines


def _spreadsheet(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    import python_calamine

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            packed = max(1, sum(entry.compress_size for entry in entries))
    except zipfile.BadZipFile:
        raise UnreadableFile(FileFault.UNREADABLE) from None
    if len(entries) > _MOST_ENTRIES or unpacked > 4 * _LARGEST_FILE or unpacked / packed > _LARGEST_RATIO:
        raise UnreadableFile(FileFault.UNSAFE_ARCHIVE)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError):
        raise UnreadableFile(FileFault.UNREADABLE) from None
    return [(number, tuple(map(_cell, row))) for number, row in enumerate(rows, 1)]


def _cell(value: object) -> str:
    """A cell as text: whole numbers without the ``.0`` a spreadsheet gives them, dates in ISO form."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
