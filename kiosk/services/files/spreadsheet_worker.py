"""Reads a spreadsheet within limits; a program that :mod:`kiosk.services.files.table_reader` starts.

A spreadsheet is a packed archive of unknown origin. A cell in its last corner makes the library request 500 GB, which
ends the process: therefore it is not the kiosk's, and its memory and time are limited.

Standard input is the file. Standard output is UTF-8, one JSON value a line: first the number of rows and of unread
sheets, then ``[row, [cell, …]]`` for each filled row, last :data:`END`, :data:`UNSAFE` or :data:`DAMAGED`.

It imports nothing of the kiosk, so that it runs isolated (``python -I``) and starts in hundredths of a second.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

END, UNSAFE, DAMAGED = "END", "UNSAFE", "DAMAGED"
LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_RATIO = 100
MAX_ENTRIES = 2000
MAX_TEXT_LENGTH = 50 * 1024 * 1024
MAX_MEMORY = 256 * 1024 * 1024
_MAX_SECONDS = 120
_PIECE = 1 << 14
_LOCAL_HEADER = struct.Struct("<26xHH")  # APPNOTE 4.3.7: 30 bytes, then a name and an extra field of these lengths


class UnsafeArchive(Exception):
    """The archive unpacks to more than the limits."""


def main() -> int:
    """Write the rows of the spreadsheet on standard input."""
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_MAX_SECONDS, _MAX_SECONDS))
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="\n")
    try:
        content = sys.stdin.buffer.read()
        refuse_bombs(content)
        written = 0
        for value in _values(content):
            written += out.write(json.dumps(value, ensure_ascii=False) + "\n")
            if written > MAX_TEXT_LENGTH:
                raise UnsafeArchive
        verdict = END
    except (UnsafeArchive, MemoryError):
        verdict = UNSAFE
    except Exception:  # the library's errors on a broken file are unknown
        verdict = DAMAGED
    out.write(json.dumps(verdict) + "\n")
    out.flush()
    return 0


def refuse_bombs(content: bytes, largest: int = LARGEST_UNPACKED) -> None:
    """Measure every entry by unpacking it, for an archive's stated sizes may be false.

    Raises:
        UnsafeArchive: it unpacks to over ``largest`` bytes, over a hundred times its size, or too many entries.
        zipfile.BadZipFile, zlib.error, struct.error: the archive is broken.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnsafeArchive
    most = min(largest, LARGEST_RATIO * len(content))
    for entry in entries:
        most -= _unpacked_size(memoryview(content), entry, most)


def _unpacked_size(content: memoryview, entry: zipfile.ZipInfo, most: int) -> int:
    name_length, extra_length = _LOCAL_HEADER.unpack_from(content, entry.header_offset)
    start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = content[start : start + entry.compress_size]
    if len(packed) < entry.compress_size or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile
    size = len(packed)
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        unpacker, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
        for place in range(0, len(packed), _PIECE):
            size += len(unpacker.decompress(packed[place : place + _PIECE]))
            if size > most:
                raise UnsafeArchive
        if not unpacker.eof:
            raise zipfile.BadZipFile
    if size > most:
        raise UnsafeArchive
    return size


def _values(content: bytes) -> Iterator[Any]:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    shown = [
        one.name
        for one in book.sheets_metadata
        if one.visible == python_calamine.SheetVisibleEnum.Visible
        and one.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    sheet = book.get_sheet_by_name(shown[0])
    yield [sheet.total_height, len(shown) - 1]
    left_of_table = [""] * (sheet.start[1] if sheet.start else 0)
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield [number, left_of_table + cells]


def _text(value: object) -> str:
    """Return a cell as text: whole numbers without ``.0``, days in ISO form."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
