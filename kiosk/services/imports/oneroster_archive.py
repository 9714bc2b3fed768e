"""Opens a OneRoster zip of unknown origin: within limits, strictly UTF-8, its cells by column name."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.i18n import _
from kiosk.rules.spreadsheet_cells import original_cell
from kiosk.services.files.spreadsheet_worker import UnsafeArchive, refuse_bombs
from kiosk.services.files.table_reader import FileFault, UnreadableFile, read_content, utf8_csv_rows
from kiosk.services.imports.cell_text import MAX_FAULTS, RowFault, missing_column
from kiosk.services.imports.oneroster_format import ABSENT, BULK, MANIFEST, Version

LARGEST_UNPACKED = 50 * 1024 * 1024
_SUFFIX = ".csv"
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, OSError, ValueError)
"""Errors of :mod:`zipfile` on a broken archive; RuntimeError for a password or an unknown compression."""


@dataclass(frozen=True)
class Line:
    """A row of a table: its number in the file, and its cells by column."""

    number: int
    cells: dict[str, str] = field(repr=False)

    def __getitem__(self, column: str) -> str:
        """Return a cell; blank for a missing column."""
        return self.cells.get(column, "")

    def items(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell with a list."""
        return tuple(part for part in (one.strip() for one in self[column].split(",")) if part)


class Archive:
    """An open OneRoster zip.

    Attributes:
        faults: at most :data:`~kiosk.services.imports.cell_text.MAX_FAULTS`, collected while the tables are read.
        version: the manifest's; None for an unknown one.
    """

    def __init__(self, file: Path) -> None:
        """Open the zip and read its manifest.

        Raises:
            UnreadableFile: for a broken zip, or one that unpacks to more than :data:`LARGEST_UNPACKED`.
        """
        self.content = read_content(file)
        self.faults: list[RowFault] = []
        self._archive = _open(self.content)
        self._entries = self._top_level_files()
        manifest = self.rows(MANIFEST, "propertyName", "value")
        self._manifest = {line["propertyName"]: line["value"] for line in manifest}
        self.version = self._known_version()

    def fault(self, file: str, line: int, message: str) -> None:
        """Note a fault of a table."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(RowFault(line, message, f"{file}{_SUFFIX}"))

    def require_bulk(self, *names: str) -> None:
        """Note each of these files that is missing, or holds changes only."""
        for name in names:
            kind = self._manifest.get(f"file.{name}", ABSENT)
            if kind != BULK:
                text = _("manifest.csv 說 {file} 是「{said}」；匯入要完整的檔案（bulk），差異檔不能當作全校名冊。")
                self.fault(MANIFEST, 0, text.format(file=f"{name}{_SUFFIX}", said=kind[:20]))
            elif name not in self._entries:
                self.fault(name, 0, _("manifest.csv 說有這個檔案，壓縮檔裡卻沒有。"))

    def rows(self, name: str, *needed: str) -> Iterator[Line]:
        """Yield the rows of ``name``.csv, outer blanks removed; none for a missing file or ``needed`` column.

        Raises:
            UnreadableFile: for a file that is no CSV in UTF-8; ``entry`` names it.
        """
        if name not in self._entries:
            return
        try:
            lines = utf8_csv_rows(self._read(name))
            _number, header = next(lines, (0, ()))
            columns = [cell.strip() for cell in header]
            missing = [column for column in needed if column not in columns]
            for column in missing:
                self.fault(name, 0, missing_column(column))
            if len(set(columns)) < len(columns):
                self.fault(name, 0, _("標題列有重複的欄位。"))
            if missing or len(set(columns)) < len(columns):
                return
            for number, cells in lines:
                if len(cells) != len(columns):
                    self.fault(name, number, _("欄數和標題列不同，請檢查是否多了逗號或引號。"))
                else:
                    plain = (original_cell(cell.strip()) for cell in cells)
                    yield Line(number, dict(zip(columns, plain, strict=True)))
        except UnreadableFile as error:
            raise UnreadableFile(error.fault, *error.lines, entry=f"{name}{_SUFFIX}") from None

    def _read(self, name: str) -> bytes:
        try:
            return self._archive.read(self._entries[name])
        except _BROKEN:
            raise UnreadableFile(FileFault.NOT_A_ZIP) from None

    def _top_level_files(self) -> dict[str, zipfile.ZipInfo]:
        """Return the CSV files outside folders, by name; other files are ignored."""
        found: dict[str, zipfile.ZipInfo] = {}
        for entry in self._archive.infolist():
            if "/" in entry.filename or not entry.filename.endswith(_SUFFIX):
                continue
            name = entry.filename.removesuffix(_SUFFIX)
            if name in found:
                raise UnreadableFile(FileFault.TWICE)
            found[name] = entry
        if MANIFEST not in found:
            raise UnreadableFile(FileFault.NO_MANIFEST)
        return found

    def _known_version(self) -> Version | None:
        written = self._manifest.get("oneroster.version", "")
        for version in Version:
            if written == version.value or written.startswith(f"{version.value}."):
                return version
        if not self.faults:
            self.fault(MANIFEST, 0, _("oneroster.version 應為 1.1 或 1.2。"))
        return None


def _open(content: bytes) -> zipfile.ZipFile:
    try:
        refuse_bombs(content, LARGEST_UNPACKED)
        return zipfile.ZipFile(io.BytesIO(content))
    except UnsafeArchive:
        raise UnreadableFile(FileFault.UNSAFE_ARCHIVE) from None
    except _BROKEN:
        raise UnreadableFile(FileFault.NOT_A_ZIP) from None
