"""Reads a spreadsheet from standard input and writes its rows to standard output, one JSON list a line.

It runs as a process of its own (see `kiosk.services.roster_file`): a hostile workbook can make the parser ask for any
amount of memory or panic, and then only this process ends. The first line is a list of the sheets that hold
something; the rows are of the first of those, every cell as text.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta

MOST_MEMORY = 768 * 1024 * 1024
MOST_SECONDS = 120
MOST_COLUMNS = 200
UNREADABLE = 3
TOO_WIDE = 4
_LARGEST_EXACT = 2**53  # whole numbers beyond it are not exact in a spreadsheet

Cell = int | float | str | bool | time | date | datetime | timedelta


def cell_text(cell: Cell) -> str:
    """Give a cell as text: whole numbers without a fraction, dates as ISO 8601 without a time of midnight."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_EXACT:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def main() -> int:
    """Read, write, and give the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        sheets = [sheet for name in workbook.sheet_names if (sheet := workbook.get_sheet_by_name(name)).total_height]
    except (CalamineError, OSError, ValueError):
        return UNREADABLE
    write = sys.stdout.write
    write(json.dumps([sheet.name for sheet in sheets]) + "\n")
    if not sheets:
        return 0
    sheet = sheets[0]
    if sheet.width > MOST_COLUMNS:
        return TOO_WIDE
    empty_rows = sheet.start[0] if sheet.start else 0
    write("[]\n" * empty_rows)
    for row in sheet.to_python(skip_empty_area=True):
        write(json.dumps([cell_text(cell) for cell in row]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
