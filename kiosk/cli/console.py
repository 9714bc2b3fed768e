"""What the commands share: opening the school, a refusal, a progress bar, a table."""

from __future__ import annotations

import argparse
import getpass
import sys
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.services.files.table_reader import FileFault, UnreadableFile
from kiosk.services.school import School, open_school

_BAR_CELLS = 30
_WIDEST_COLUMN = 16


class CommandRefused(Exception):
    """One clear line for the person at the command line; exit code 1."""


class AddCommand(Protocol):
    """Adds a command with the options every command has."""

    def __call__(
        self, commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, help_text: str
    ) -> argparse.ArgumentParser:
        """Add it."""


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[School]:
    """The school of ``--home``, closed afterwards."""
    school = open_school(load_settings(arguments.home), SystemClock())
    try:
        yield school
    finally:
        school.close()


def ask_secret(prompt: str) -> str:
    """Ask at the terminal without showing what is typed.

    Raises:
        Refused: the terminal cannot hide it, or what was typed is no text.
        KeyboardInterrupt: also where the input ended.
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


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[int] = ()) -> str:
    """Columns that stand one below the other, by the cells that characters take on a terminal.

    Args:
        header: a word for each column.
        rows: as many cells each; what is wider than a column may be is cut.
        numbers: the places of the columns that stand at the right.
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
    """A bar on standard error; silent where that is no terminal."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            filled = _BAR_CELLS * done // max(1, total)
            end = "\n" if done >= total else ""
            sys.stderr.write(f"\r{label} [{'#' * filled}{'.' * (_BAR_CELLS - filled)}] {done}/{total}{end}")
            sys.stderr.flush()

    return show


def file_line(error: UnreadableFile, what: str) -> str:
    """The line.

    Args:
        error: as it was raised.
        what: the kind of file that was wanted, such as 名冊.
    """
    place = f"（第 {'、'.join(map(str, error.lines))} 行）" if error.lines else ""
    entry = f"{error.entry}：" if error.entry else ""
    return entry + _LINES[error.fault].format(what=what) + place


_LINES = {
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
