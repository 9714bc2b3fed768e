"""CSV for spreadsheet programs: UTF-8 with a byte order mark, cells safe from formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from kiosk.rules.spreadsheet_cells import neutral_cell

_BOM = "\ufeff"


def spreadsheet_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Write the rows by RFC 4180."""
    out = io.StringIO(newline="")
    out.write(_BOM)
    csv.writer(out).writerows([neutral_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
