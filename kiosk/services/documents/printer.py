"""Prints a PDF through CUPS, or without a printer saves it as a file for staff.

A PDF goes to ``lp`` through a pipe and leaves no file of the kiosk. :func:`purge` removes the files for staff after a
day.
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
from kiosk.rules.fault_error import FaultError

KEEP = timedelta(hours=24)
_LP_TIMEOUT_SECONDS = 30
_PASSED_VARIABLES = ("PATH", "HOME", "CUPS_SERVER")


class PrintFault(Enum):
    """Why a print failed."""

    NO_PRINTER = auto()
    NO_COMMAND = auto()
    REFUSED = auto()
    TOO_SLOW = auto()


class PrintFailed(FaultError[PrintFault], ServiceError):
    """Nothing was printed; another try may succeed."""

    @property
    def line(self) -> str:
        """One line for people: the cause and what to do."""
        return {
            PrintFault.NO_PRINTER: _("沒有設定印表機，請洽服務台列印。"),
            PrintFault.NO_COMMAND: _("這台電腦沒有安裝列印程式（CUPS），請洽資訊人員。"),
            PrintFault.REFUSED: _("印表機沒有接受列印，請檢查印表機後再試一次。"),
            PrintFault.TOO_SLOW: _("印表機沒有回應，請檢查印表機後再試一次。"),
        }[self.fault]


def send_to_printer(printer: str, pdf: bytes, title: str) -> None:
    """Send a PDF to a CUPS printer.

    ``title`` is the print job's and readable by others: ASCII without personal data.

    Raises:
        PrintFailed: CUPS is missing, refuses, or does not answer in 30 seconds.
    """
    command = shutil.which("lp")
    if command is None:
        raise PrintFailed(PrintFault.NO_COMMAND)
    environment = {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ} | {"LC_ALL": "C"}
    try:
        done = subprocess.run(
            [command, "-d", printer, "-t", title, "-o", "media=A4", "-"],
            input=pdf,
            env=environment,
            capture_output=True,
            timeout=_LP_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PrintFailed(PrintFault.TOO_SLOW) from None
    if done.returncode != 0:
        raise PrintFailed(PrintFault.REFUSED)


def job_title(numbers: list[str]) -> str:
    """Return a print job's title: the document's number, or the number of documents."""
    return f"kiosk {numbers[0]}" if len(numbers) == 1 else f"kiosk {len(numbers)} forms"


def save_for_staff(settings: Settings, pdf: bytes) -> Path:
    """Write a PDF of mode 0600 and random name into the home's ``print`` folder, and return its path."""
    folder = settings.print_folder
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{uuid4().hex}.pdf"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(pdf)
    return file


def purge(settings: Settings, now: datetime, keep: timedelta = KEEP) -> int:
    """Remove the saved PDF files older than ``keep``, and return their number; ``now`` is aware."""
    removed = 0
    oldest = (now - keep).timestamp()
    for file in settings.print_folder.glob("*.pdf"):
        if file.stat().st_mtime <= oldest:
            file.unlink(missing_ok=True)
            removed += 1
    return removed
