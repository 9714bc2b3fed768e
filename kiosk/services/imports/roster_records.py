"""A roster as a file has it, unchecked: the records of a sheet, or of OneRoster's tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kiosk.i18n import _
from kiosk.services.files.table_reader import Sheet
from kiosk.services.imports.cell_text import RowFault, extra_cells
from kiosk.services.imports.roster_columns import DETAILS, ROLES, STUDENT_KEYS, Columns, read_header


@dataclass(frozen=True, slots=True)
class GuardianRow:
    """A guardian of the file; empty where the file says nothing."""

    role: str
    name: str = field(repr=False)
    national_id: str = field(default="", repr=False)
    mobile: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RosterRecord:
    """A student as row ``line`` of the file writes them, with guardians by role; empty where it says nothing."""

    line: int
    student_number: str = field(repr=False)
    name: str = field(repr=False)
    class_name: str
    seat_number: str = ""
    national_id: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    guardians: Mapping[str, GuardianRow] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class RosterFile:
    """The records of a file.

    Attributes:
        headings: the heading of each column by its key, in the file's order.
        records: read while iterated, once; a :class:`RowFault` stands for an unreadable row.
        expected_rows: about how many records there are, for a progress bar.
        faults: of the header; with any, there are no records.
        notes: on the whole file.
        unknown_columns: the headings that are not used.
        entry: the file within a zip that the records' lines count in; empty where there is one file.
    """

    headings: Mapping[str, str] = field(repr=False)
    records: Iterable[RosterRecord | RowFault] = field(repr=False)
    expected_rows: int = 0
    faults: tuple[RowFault, ...] = ()
    notes: tuple[RowFault, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    entry: str = ""


def sheet_records(sheet: Sheet) -> RosterFile:
    """Return the records of a sheet; its rows are read while the records are."""
    columns = read_header(sheet.header)
    faults = tuple(RowFault(0, message) for message in columns.faults)
    if faults:
        return RosterFile({}, (), faults=faults, unknown_columns=columns.unknown)
    notes: tuple[RowFault, ...] = ()
    if sheet.sheets_left_out:
        notes = (RowFault(0, _("只讀第一張工作表，另外 {n} 張沒有讀。").format(n=sheet.sheets_left_out)),)
    records = _records(sheet, columns)
    return RosterFile(columns.headings, records, sheet.expected_rows, notes=notes, unknown_columns=columns.unknown)


def _records(sheet: Sheet, columns: Columns) -> Iterator[RosterRecord | RowFault]:
    places = columns.places
    roles = [role for role in ROLES if any(f"{role}.{detail}" in places for detail in DETAILS)]
    for line, cells in sheet.rows:
        message = extra_cells(cells, len(sheet.header))
        if message:
            yield RowFault(line, message)
            continue
        found = {key: cells[place] for key, place in places.items() if place < len(cells)}
        guardians = {
            role: GuardianRow(role, *(found.get(f"{role}.{detail}", "") for detail in DETAILS)) for role in roles
        }
        student = {key: found.get(key, "") for key in STUDENT_KEYS}
        yield RosterRecord(line, guardians=guardians, **student)
