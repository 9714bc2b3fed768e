"""The one clock of the kiosk, injected wherever time is read.

Two times are kept apart: the wall clock, for what people read (receipts, the audit), and the seconds since
the machine started, for everything that measures a wait (locks, idle limits). Setting the wall clock neither
clears nor lengthens a wait. Tests use `kiosk.testing.FakeClock`.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

_BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """What the kiosk asks of a clock."""

    @property
    def boot_id(self) -> str:
        """Name the machine's present run; `elapsed` values compare only within the same run."""

    def now(self) -> datetime:
        """Give the wall clock's time, aware, in UTC."""

    def elapsed(self) -> float:
        """Give the seconds since the machine started, time asleep included; never goes back."""


class SystemClock:
    """The machine's own clock (Linux: ``CLOCK_BOOTTIME``, see clock_gettime(2))."""

    def __init__(self, boot_id_file: Path = _BOOT_ID_FILE) -> None:
        self._boot_id = _read_boot_id(boot_id_file)

    @property
    def boot_id(self) -> str:
        """Name the machine's present run, as the kernel names it."""
        return self._boot_id

    def now(self) -> datetime:
        """Give the wall clock's time, aware, in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Give the seconds since the machine started, time asleep included."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


def _read_boot_id(file: Path) -> str:
    """Read the kernel's name for this run; where it has none, every start of the kiosk counts as a new run."""
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return os.urandom(16).hex()
