"""Helpers of the commands: their parsers, the open school, questions and input, refusals, a table, a progress bar."""

from __future__ import annotations

import argparse
import getpass
import sys
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.services.files.table_reader import FileFault, UnreadableFile
from kiosk.services.imports.cell_text import MAX_FAULTS, RowFault
from kiosk.services.school import School, open_school

_BAR_CELLS = 30
_WIDEST_COLUMN = 16
_MAX_LINE_LENGTH = 1000


class CommandRefused(Exception):
    """A refusal in one line for standard error; exit code 1."""


class Commands:
    """Adds commands to a parser."""

    def __init__(self, parser: argparse.ArgumentParser, dest: str, metavar: str) -> None:
        self._parsers = parser.add_subparsers(dest=dest, required=True, metavar=metavar)

    def add(
        self, name: str, help_text: str, handle: Callable[[argparse.Namespace], int | None] | None = None
    ) -> argparse.ArgumentParser:
        """Add a command with the options of every command; ``handle`` runs it and returns its exit code or None."""
        command = self._parsers.add_parser(name, help=help_text, description=help_text)
        command.add_argument("--home", type=Path, help="資料夾（預設 KIOSK_HOME）")
        command.set_defaults(handle=handle)
        return command

    def add_group(self, name: str, help_text: str) -> Commands:
        """Add a command of several actions."""
        return Commands(self.add(name, help_text), "action", "動作")


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[School]:
    """Open the school of ``--home``, and close it afterwards."""
    school = open_school(load_settings(arguments.home), SystemClock())
    try:
        yield school
    finally:
        school.close()


def ask_secret(prompt: str) -> str:
    """Ask at the terminal without showing the answer.

    Raises:
        CommandRefused: the terminal cannot hide the answer, or it is not UTF-8.
        KeyboardInterrupt: also at the end of the input.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except getpass.GetPassWarning:
            raise CommandRefused("這個終端機無法隱藏輸入的內容，沒有讀取任何資料。") from None
        except UnicodeDecodeError:
            raise CommandRefused("輸入的內容不是 UTF-8 編碼。") from None
        except EOFError:
            raise KeyboardInterrupt from None


def read_lines(count: int) -> list[str]:
    """Return the next lines of standard input, without their ends.

    Raises:
        CommandRefused: for input other than UTF-8.
    """
    try:
        return [sys.stdin.readline(_MAX_LINE_LENGTH).rstrip("\r\n") for _line in range(count)]
    except UnicodeDecodeError:
        raise CommandRefused("標準輸入不是 UTF-8 編碼。") from None


def require_answer(question: str, wanted: str, *, refusal: str, no_terminal: str) -> None:
    """Ask a question that only the ``wanted`` answer, in lower case, confirms.

    Raises:
        CommandRefused: for any other answer, or where standard input is no terminal.
    """
    if not sys.stdin.isatty():
        raise CommandRefused(f"{no_terminal}（不詢問請加 --yes）")
    try:
        answer = input(question)
    except EOFError:
        answer = ""
        print()
    if answer.strip().lower() != wanted:
        raise CommandRefused(refusal)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[int] = ()) -> str:
    """Return rows in aligned columns, measured in the cells of a terminal; a text wider than 16 cells is cut.

    ``numbers`` are the places of the right-aligned columns.
    """
    from rich.cells import cell_len

    widths = [min(_WIDEST_COLUMN, max(map(cell_len, column))) for column in zip(header, *rows, strict=True)]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(
            _in_width(text, width, right=place in numbers)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _in_width(text: str, width: int, *, right: bool) -> str:
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) > width:
        text = set_cell_size(text, width - 2).rstrip() + ".."
    blank = " " * (width - cell_len(text))
    return blank + text if right else text + blank


def progress_bar(label: str) -> Callable[[int, int], None]:
    """Return a function that draws a bar on standard error; silent where that is no terminal."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            filled = _BAR_CELLS * done // max(1, total)
            end = "\n" if done >= total else ""
            sys.stderr.write(f"\r{label} [{'#' * filled}{'.' * (_BAR_CELLS - filled)}] {done}/{total}{end}")
            sys.stderr.flush()

    return show


@contextmanager
def readable_file(kind: str) -> Iterator[None]:
    """Turn an unreadable file into a refusal; ``kind`` is the expected file, such as 名冊."""
    try:
        yield
    except UnreadableFile as error:
        place = f"（第 {'、'.join(map(str, error.lines))} 行）" if error.lines else ""
        entry = f"{error.entry}：" if error.entry else ""
        raise CommandRefused(entry + _FILE_FAULTS[error.fault].format(what=kind) + place) from None


def show_faults(faults: Sequence[RowFault]) -> None:
    """Print the faults of a file and their number; nothing if there are none."""
    for fault in faults:
        row = f"第 {fault.line} 列" if fault.line else "" if fault.file else "標題列"
        print(f"錯誤　　{' '.join(filter(None, (fault.file, row)))}：{fault.message}")
    if faults:
        count = f"至少 {MAX_FAULTS}" if len(faults) >= MAX_FAULTS else f"共 {len(faults)}"
        print(f"{count} 個錯誤，沒有寫入任何資料；請改正檔案後再試一次。")


_FILE_FAULTS = {
    FileFault.MISSING: "找不到檔案，請檢查檔名與資料夾。",
    FileFault.NOT_A_FILE: "這不是檔案，請指定一個 .csv、.xlsx 或 .ods 檔。",
    FileFault.FORBIDDEN: "檔案無法讀取，請檢查權限。",
    FileFault.TOO_LARGE: "檔案超過 50 MB，不是{what}；請只留需要的欄位後另存。",
    FileFault.TOO_MANY_ROWS: "檔案的列數超過試算表的上限，不是{what}。",
    FileFault.KIND: "只接受 .csv、.xlsx、.ods，請用試算表軟體另存。",
    FileFault.OLD_OR_LOCKED: "這是舊格式 .xls 或有密碼的試算表，請另存為沒有密碼的 .xlsx。",
    FileFault.MISNAMED: "副檔名是 CSV，內容卻是試算表；請把副檔名改成 .xlsx 或 .ods。",
    FileFault.UNSAFE_ARCHIVE: "試算表解開後異常地大，拒絕開啟；請把{what}的內容複製到新的檔案，或另存為 CSV。",
    FileFault.UNREADABLE: "試算表已損壞或不是試算表，請用試算表軟體開啟後重新另存。",
    FileFault.ENCODING: "文字不是 UTF-8 也不是 Big5（或有造字），請用試算表軟體另存為「CSV UTF-8」或 .xlsx。",
    FileFault.NUL: "檔案裡有 NUL 字元，不是 CSV 文字檔；請重新另存。",
    FileFault.QUOTES: "引號沒有成對，或一格超過 131,072 字；請改正後再試。",
    FileFault.LONG_FIELD: "一格或一行太長，不是{what}的內容；請改正後再試。",
    FileFault.EMPTY: "檔案是空的（試算表只讀第一張工作表）。",
    FileFault.NOT_A_ZIP: "這不是 OneRoster 的 .zip 檔，或已損壞、有密碼；請重新匯出或下載。",
    FileFault.NO_MANIFEST: "壓縮檔裡沒有 manifest.csv，不是 OneRoster；CSV 檔要直接放在壓縮檔裡，不要包在資料夾。",
    FileFault.TWICE: "壓縮檔裡有兩個同名的檔案，不知道該讀哪一個；請重新匯出。",
}
