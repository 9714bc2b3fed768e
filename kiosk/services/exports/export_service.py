"""Handing over: the roster with its parents, the city's sheet, the proof of consents, and the report.

The registrar and the administrator may. A file is written whole beside its place before the record of it is committed,
and takes its place after: so what is recorded as handed over is on the disk, and what failed was not handed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.school_calendar import TAIPEI, today
from kiosk.services.auth.staff_session import Role, StaffGate, StaffMember
from kiosk.services.exports.export_log import ExportedFile, ExportKind, last_exported_states, record
from kiosk.services.files.atomic_file import PendingFile

if TYPE_CHECKING:  # the staff's mode starts without what makes the files
    from kiosk.services.imports.oneroster_format import Version

HANDING_OVER = frozenset({Role.REGISTRAR, Role.ADMINISTRATOR})
SYSTEM_NAME = "parent-binding-kiosk"

_Done = TypeVar("_Done")
_SHEET_NAME = "親子綁定"


@dataclass(frozen=True)
class RosterDone:
    """A OneRoster zip was handed over.

    Attributes:
        file: it.
        told: how many bindings it tells of that no such file told before.
        left_out: how many others there are, which changed before the delta's day.
    """

    file: ExportedFile
    told: int
    left_out: int


@dataclass(frozen=True)
class ConsentsDone:
    """The proof of consents was handed over; ``missing``: versions of texts of which there is no file any more."""

    file: ExportedFile
    missing: tuple[str, ...]


class HandOver:
    """The service. Each method writes a file that may stand there already only with ``replace``.

    Args:
        store: the database.
        settings: the school's name, code and columns.
        clock: the kiosk's clock.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._gate = StaffGate(store)
        self._settings = settings
        self._clock = clock

    def oneroster(
        self, member: StaffMember, target: Path, version: Version, *, since: date | None = None, replace: bool = False
    ) -> RosterDone:
        """Write the school as OneRoster has it; with ``since`` only what changed from that day (Taipei) on.

        A binding's state goes into one delta only, and into none where an earlier file, a whole one too, told it.

        Raises:
            Denied, PasswordChangeRequired: see :class:`StaffGate`.
            FileRefused: the file cannot be written; nothing was recorded, unless its fault is LEFT_BESIDE.
        """
        from kiosk.services.exports.oneroster_writer import gather
        from kiosk.services.imports.oneroster_format import pack

        moment = None if since is None else _milliseconds(since)

        def make(unit: UnitOfWork, pending: PendingFile) -> RosterDone:
            told = last_exported_states(unit.connection, ExportKind.ONEROSTER)
            day = today(self._clock)
            found = gather(unit.connection, unit.keys, self._settings, version, told, day, unit.timestamp_ms, moment)
            content = pack(found.package, SYSTEM_NAME)
            pending.write(content)
            rows, states = found.package.rows, found.states
            file = record(unit, member, ExportKind.ONEROSTER, content, rows, since=moment, states=states)
            return RosterDone(file, len(states), found.left_out)

        return self._hand_over(member, ExportKind.ONEROSTER, target, make, replace=replace)

    def office(
        self,
        member: StaffMember,
        target: Path,
        *,
        as_workbook: bool,
        only_new: bool = False,
        replace: bool = False,
    ) -> ExportedFile:
        """Write the sheet for the city's batch upload, as CSV or XLSX; identity numbers in it are an audit row more.

        Args:
            member: who hands over.
            target: the file.
            as_workbook: XLSX instead of CSV.
            only_new: leave out what an earlier sheet had already.
            replace: whether a file that stands there may go.

        Raises:
            Denied, PasswordChangeRequired: see :class:`StaffGate`.
            FileRefused: see :meth:`oneroster`.
        """
        from kiosk.services.exports.active_bindings import read_links
        from kiosk.services.exports.city_upload import holds_national_ids, office_rows
        from kiosk.services.files.csv_writer import spreadsheet_csv
        from kiosk.services.files.xlsx_writer import workbook

        def make(unit: UnitOfWork, pending: PendingFile) -> ExportedFile:
            told = last_exported_states(unit.connection, ExportKind.OFFICE)
            links = read_links(unit.connection)
            wanted = [link for link in links if link.holds and (not only_new or link.is_news(told))]
            rows = office_rows(unit.connection, unit.keys, self._settings, wanted)
            content = workbook(rows, _SHEET_NAME) if as_workbook else spreadsheet_csv(rows)
            pending.write(content)
            states = {link.id: link.state for link in wanted if link.is_news(told)}
            file = record(unit, member, ExportKind.OFFICE, content, len(rows) - 1, states=states)
            if holds_national_ids(self._settings):
                unit.audit(member.credential_id, "export.national_ids", "office", {"sha256": file.sha256})
            return file

        return self._hand_over(member, ExportKind.OFFICE, target, make, replace=replace)

    def consents(self, member: StaffMember, target: Path, *, replace: bool = False) -> ConsentsDone:
        """Write the proof of every consent, with the texts, as a zip.

        Raises:
            Denied, PasswordChangeRequired: see :class:`StaffGate`.
            FileRefused: see :meth:`oneroster`.
        """
        from kiosk.services.exports.consent_evidence import evidence

        def make(unit: UnitOfWork, pending: PendingFile) -> ConsentsDone:
            found = evidence(unit.connection, self._settings.text_folder)
            pending.write(found.content)
            return ConsentsDone(record(unit, member, ExportKind.CONSENTS, found.content, found.rows), found.missing)

        return self._hand_over(member, ExportKind.CONSENTS, target, make, replace=replace)

    def report(self, member: StaffMember, target: Path, *, as_pdf: bool, replace: bool = False) -> ExportedFile:
        """Write the report, as PDF or CSV.

        Raises:
            Denied, PasswordChangeRequired: see :class:`StaffGate`.
            FileRefused: see :meth:`oneroster`.
            FormRefused: the pages cannot be made.
        """
        from kiosk.services.exports.progress_report import make_report, report_table
        from kiosk.services.exports.progress_report_pdf import report_pdf
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
        """Let the member in, make the file and its record in one unit of work, and put the file in its place."""
        with PendingFile(target, replace=replace) as pending:
            with self._gate.write(member, f"export.{kind.value}", HANDING_OVER) as (unit, _acting):
                done = make(unit, pending)
            pending.publish()
            return done


def _milliseconds(day: date) -> int:
    """The first moment of a day in Taipei, since 1970-01-01 UTC."""
    return int(datetime.combine(day, time(), TAIPEI).timestamp() * 1000)
