"""Printing: a PDF to the school's printer through CUPS, or, where there is none, to a file for the staff.

A PDF goes to ``lp`` through a pipe, so nothing of it is left in a file of the kiosk's. Files are made only where no
printer is set; :func:`purge` removes them after a day.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from uuid import uuid4

from kiosk.config.settings import Settings
from kiosk.domain.errors import ServiceError
from kiosk.i18n import _

KEEP = timedelta(hours=24)
_SECONDS_FOR_LP = 30
_PASSED_ON = ("PATH", "HOME", "CUPS_SERVER")


class PrintFault(Enum):
    """Why nothing was printed."""

    NO_PRINTER = auto()
    NO_COMMAND = auto()
    REFUSED = auto()
    TOO_SLOW = auto()


class PrintFailed(ServiceError):
    """Nothing was printed; it can be tried again. ``line`` says why in words for the staff."""

    def __init__(self, fault: PrintFault) -> None:
        super().__init__(fault.name)
        self.fault = fault

    @property
    def line(self) -> str:
        """One line that says what to do."""
        return {
            PrintFault.NO_PRINTER: _("沒有設定印表機，請洽服務台列印。"),
            PrintFault.NO_COMMAND: _("這台電腦沒有安裝列印程式（CUPS），請洽資訊人員。"),
            PrintFault.REFUSED: _("印表機沒有接受列印，請檢查印表機後再試一次。"),
            PrintFault.TOO_SLOW: _("印表機沒有回應，請檢查印表機後再試一次。"),
        }[self.fault]


def send_to_printer(printer: str, pdf: bytes, title: str) -> None:
    """Hand a PDF to a CUPS printer.

    Args:
        printer: its name in CUPS.
        pdf: what to print.
        title: of the print job, which others can read: ASCII, nothing of a person.

    Raises:
        PrintFailed: CUPS is not there, does not know the printer, or does not answer.
    """
    command = shutil.which("lp")
    if command is None:
        raise PrintFailed(PrintFault.NO_COMMAND)
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"LC_ALL": "C"}
    try:
        done = subprocess.run(
            [command, "-d", printer, "-t", title, "-o", "media=A4", "-"],
            input=pdf,
            env=environment,
            capture_output=True,
            timeout=_SECONDS_FOR_LP,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PrintFailed(PrintFault.TOO_SLOW) from None
    if done.returncode != 0:
        raise PrintFailed(PrintFault.REFUSED)


def job_title(numbers: list[str]) -> str:
    """The title of a print job: the document's number, or how many there are."""
    return f"kiosk {numbers[0]}" if len(numbers) == 1 else f"kiosk {len(numbers)} forms"


def save_for_staff(settings: Settings, pdf: bytes) -> Path:
    """Write a PDF that only this user can read into the home's ``print`` folder; its name tells nothing."""
    folder = settings.print_folder
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{uuid4().hex}.pdf"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(pdf)
    return file


def purge(settings: Settings, now: datetime, keep: timedelta = KEEP) -> int:
    """Remove the PDF files that are older than a day; returns how many.

    Args:
        settings: whose files.
        now: the present; aware.
        keep: how long a file may stay.
    """
    removed = 0
    oldest = (now - keep).timestamp()
    for file in settings.print_folder.glob("*.pdf"):
        if file.stat().st_mtime <= oldest:
            file.unlink(missing_ok=True)
            removed += 1
    return removed
