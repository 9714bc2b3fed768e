"""CSV in UTF-8, its cells safe from the formulas of spreadsheet programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from kiosk.rules.spreadsheet_cells import neutral_cell

_BOM = "\ufeff"


def spreadsheet_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Write the rows by RFC 4180, after a byte order mark."""
    return _BOM.encode() + plain_csv(rows)


def plain_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Write the rows by RFC 4180."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([neutral_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
