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
from kiosk.services.school import School, open_school

_BAR_CELLS = 30
_WIDEST_COLUMN = 16


class Refused(Exception):
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
            raise Refused("這個終端機無法隱藏輸入的內容，沒有讀取任何資料。") from None
        except UnicodeDecodeError:
            raise Refused("輸入的內容不是 UTF-8 編碼。") from None
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
