"""Opening a OneRoster zip that anyone may have made: within limits, strictly UTF-8, its tables by column name."""

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
from kiosk.services.imports.oneroster_format import ABSENT, BULK, MANIFEST, Version
from kiosk.services.imports.roster_check import MAX_FAULTS, RosterFault

LARGEST_UNPACKED = 50 * 1024 * 1024
_SUFFIX = ".csv"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What a broken archive does to the library; RuntimeError: it is locked, or packed in a way that is not known."""


@dataclass(frozen=True)
class Line:
    """A row of a table: its number in the file, and its cells by column."""

    number: int
    cells: dict[str, str] = field(repr=False)

    def __getitem__(self, column: str) -> str:
        """A cell; blank where the file has no such column."""
        return self.cells.get(column, "")

    def items(self, column: str) -> tuple[str, ...]:
        """The parts of a cell that holds a list."""
        return tuple(part for part in (one.strip() for one in self[column].split(",")) if part)


class Archive:
    """An open OneRoster zip; what is wrong with it is collected in ``faults``.

    Attributes:
        faults: the first :data:`~kiosk.services.imports.roster_check.MAX_FAULTS`.
        version: what the manifest says; None where that is no version known here.
    """

    def __init__(self, file: Path) -> None:
        """Open it and read its manifest.

        Raises:
            UnreadableFile: it is none, or unpacks to more than a school's.
        """
        self.content = read_content(file)
        self.faults: list[RosterFault] = []
        self._archive = _open(self.content)
        self._entries = self._at_the_top()
        self._manifest = self._read_manifest()
        self.version = self._known_version()

    def fault(self, file: str, line: int, message: str) -> None:
        """Note a fault; of more than a person reads, none."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(RosterFault(line, message, f"{file}{_SUFFIX}"))

    def require_bulk(self, *names: str) -> None:
        """Note where one of these files is missing, or holds changes only."""
        for name in names:
            said = self._manifest.get(f"file.{name}", ABSENT)
            if said != BULK:
                text = _("manifest.csv 說 {file} 是「{said}」；匯入要完整的檔案（bulk），差異檔不能當作全校名冊。")
                self.fault(MANIFEST, 0, text.format(file=f"{name}{_SUFFIX}", said=said[:20]))
            elif name not in self._entries:
                self.fault(name, 0, _("manifest.csv 說有這個檔案，壓縮檔裡卻沒有。"))

    def rows(self, name: str, *needed: str) -> Iterator[Line]:
        """The rows of a table, blanks stripped; none where there is no such file, or a column is missing.

        Args:
            name: of the file, without ``.csv``.
            needed: columns that must be there.

        Raises:
            UnreadableFile: it is no CSV in UTF-8; ``entry`` names it.
        """
        if name not in self._entries:
            return
        try:
            lines = utf8_csv_rows(self._read(name))
            _number, header = next(lines, (0, ()))
            columns = [cell.strip() for cell in header]
            missing = [column for column in needed if column not in columns]
            for column in missing:
                self.fault(name, 0, _("缺少欄位「{word}」，請在標題列補上。").format(word=column))
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

    def _at_the_top(self) -> dict[str, zipfile.ZipInfo]:
        """The CSV files that lie in no folder, by name; what else there is does not matter."""
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

    def _read_manifest(self) -> dict[str, str]:
        return {line["propertyName"]: line["value"] for line in self.rows(MANIFEST, "propertyName", "value")}

    def _known_version(self) -> Version | None:
        said = self._manifest.get("oneroster.version", "")
        for version in Version:
            if said == version.value or said.startswith(f"{version.value}."):
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
