"""The kiosk's only clock, injected wherever time is read.

People read the wall clock (receipts, the audit). Waits (locks, idle limits) count seconds since the machine started, so
setting the wall clock changes no wait. Tests use `kiosk.testing.FakeClock`.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

TAIPEI = timezone(timedelta(hours=8))
"""Taiwan's time, without summer time since 1980."""
_BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """A source of time."""

    @property
    def boot_id(self) -> str:
        """The id of the machine's present run; `elapsed` values compare only within one run."""

    def now(self) -> datetime:
        """Return the wall clock's time, aware, in UTC."""

    def elapsed(self) -> float:
        """Return the seconds since the machine started, time asleep included; never goes back."""


class SystemClock:
    """The machine's own clock (Linux: ``CLOCK_BOOTTIME``, see clock_gettime(2))."""

    def __init__(self, boot_id_file: Path = _BOOT_ID_FILE) -> None:
        self._boot_id = _read_boot_id(boot_id_file)

    @property
    def boot_id(self) -> str:
        """The kernel's id of the machine's present run."""
        return self._boot_id

    def now(self) -> datetime:
        """Return the wall clock's time, aware, in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Return the seconds since the machine started, time asleep included."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


def _read_boot_id(file: Path) -> str:
    """Read the kernel's boot id; without one every start of the kiosk counts as a new run."""
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return os.urandom(16).hex()
