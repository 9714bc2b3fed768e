"""Exports: the roster with its parents, the city's sheet, the consent evidence, and the report.

Only the registrar and the administrator may export. The file is written whole under another name, then its record is
committed, then it takes its name: a recorded export is on the disk, and a failed one is not recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from db.store import Store, UnitOfWork
from kiosk.clock import TAIPEI, Clock
from kiosk.config.settings import Settings
from kiosk.domain.school_calendar import today
from kiosk.services.auth.staff_session import Role, StaffGate, StaffMember
from kiosk.services.exports.export_log import ExportedFile, ExportKind, last_exported_states, record
from kiosk.services.files.atomic_file import PendingFile

if TYPE_CHECKING:  # the staff's mode starts without the modules that make the files
    from kiosk.services.imports.oneroster_format import Version

HANDING_OVER = frozenset({Role.REGISTRAR, Role.ADMINISTRATOR})
SYSTEM_NAME = "parent-binding-kiosk"

_Done = TypeVar("_Done")
_SHEET_NAME = "親子綁定"


@dataclass(frozen=True)
class RosterDone:
    """An exported OneRoster zip; ``new_states`` counts the bindings whose state no earlier zip reported.

    ``left_out`` counts the unreported bindings that changed before the delta's day.
    """

    file: ExportedFile
    new_states: int
    left_out: int


@dataclass(frozen=True)
class ConsentsDone:
    """Exported consent evidence; ``missing``: the versions of texts without a file."""

    file: ExportedFile
    missing: tuple[str, ...]


class HandOver:
    """Writes and records exports; an existing file is overwritten only with ``replace``.

    Each export raises:
        Denied, PasswordChangeRequired: see :class:`StaffGate`.
        FileRefused: nothing was recorded, unless the fault is LEFT_BESIDE.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._gate = StaffGate(store)
        self._settings = settings
        self._clock = clock

    def oneroster(
        self, member: StaffMember, target: Path, version: Version, *, since: date | None = None, replace: bool = False
    ) -> RosterDone:
        """Write the school as OneRoster; with ``since`` only changes from that day (Taipei) on.

        A delta leaves out each binding's state that an earlier file, whole or delta, reported.
        """
        from kiosk.services.exports.oneroster_writer import gather
        from kiosk.services.imports.oneroster_format import pack

        start = None if since is None else _milliseconds(since)

        def make(unit: UnitOfWork, pending: PendingFile) -> RosterDone:
            exported = last_exported_states(unit.connection, ExportKind.ONEROSTER)
            day = today(self._clock)
            found = gather(unit.connection, unit.keys, self._settings, version, exported, day, unit.timestamp_ms, start)
            content = pack(found.package, SYSTEM_NAME)
            pending.write(content)
            rows, states = found.package.rows, found.states
            file = record(unit, member, ExportKind.ONEROSTER, content, rows, since=start, states=states)
            return RosterDone(file, len(states), found.left_out)

        return self._hand_over(member, ExportKind.ONEROSTER, target, make, replace=replace)

    def office(
        self, member: StaffMember, target: Path, *, as_workbook: bool, only_new: bool = False, replace: bool = False
    ) -> ExportedFile:
        """Write the sheet for the city's batch upload, as XLSX or CSV, or only the bindings of no earlier sheet.

        A sheet with identity numbers gets a second audit row.
        """
        from kiosk.services.exports.active_bindings import read_bindings
        from kiosk.services.exports.city_upload import holds_national_ids, office_rows
        from kiosk.services.files.csv_writer import spreadsheet_csv
        from kiosk.services.files.xlsx_writer import workbook

        def make(unit: UnitOfWork, pending: PendingFile) -> ExportedFile:
            exported = last_exported_states(unit.connection, ExportKind.OFFICE)
            bindings = read_bindings(unit.connection)
            wanted = [one for one in bindings if one.holds and (not only_new or one.is_unreported(exported))]
            rows = office_rows(unit.connection, unit.keys, self._settings, wanted)
            content = workbook(rows, _SHEET_NAME) if as_workbook else spreadsheet_csv(rows)
            pending.write(content)
            states = {one.id: one.state for one in wanted if one.is_unreported(exported)}
            file = record(unit, member, ExportKind.OFFICE, content, len(rows) - 1, states=states)
            if holds_national_ids(self._settings):
                unit.audit(member.credential_id, "export.national_ids", "office", {"sha256": file.sha256})
            return file

        return self._hand_over(member, ExportKind.OFFICE, target, make, replace=replace)

    def consents(self, member: StaffMember, target: Path, *, replace: bool = False) -> ConsentsDone:
        """Write the evidence of every consent, with the texts, as a zip."""
        from kiosk.services.exports.consent_evidence import evidence

        def make(unit: UnitOfWork, pending: PendingFile) -> ConsentsDone:
            found = evidence(unit.connection, self._settings.text_folder)
            pending.write(found.content)
            return ConsentsDone(record(unit, member, ExportKind.CONSENTS, found.content, found.rows), found.missing)

        return self._hand_over(member, ExportKind.CONSENTS, target, make, replace=replace)

    def report(self, member: StaffMember, target: Path, *, as_pdf: bool, replace: bool = False) -> ExportedFile:
        """Write the report, as PDF or CSV.

        Raises:
            FormRefused: the pages cannot be typeset.
        """
        from kiosk.services.exports.progress_report import make_report, report_pdf, report_table
        from kiosk.services.files.csv_writer import spreadsheet_csv

        def make(unit: UnitOfWork, pending: PendingFile) -> ExportedFile:
            found = make_report(unit, today(self._clock))
            name = self._settings.school_name
            content = report_pdf(found, name) if as_pdf else spreadsheet_csv(report_table(found))
            pending.write(content)
            return record(unit, member, ExportKind.REPORT, content, found.rows)

        return self._hand_over(member, ExportKind.REPORT, target, make, replace=replace)

    def _hand_over(
        self,
        member: StaffMember,
        kind: ExportKind,
        target: Path,
        make: Callable[[UnitOfWork, PendingFile], _Done],
        *,
        replace: bool,
    ) -> _Done:
        """Write file and record in one unit of work of the member, then publish the file."""
        with PendingFile(target, replace=replace) as pending:
            with self._gate.write(member, f"export.{kind.value}", HANDING_OVER) as (unit, _acting):
                done = make(unit, pending)
            pending.publish()
            return done


def _milliseconds(day: date) -> int:
    """Return the start of a day in Taipei, in milliseconds since 1970-01-01 UTC."""
    return int(datetime.combine(day, time(), TAIPEI).timestamp() * 1000)
