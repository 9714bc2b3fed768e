"""Writes a file whole or not at all, readable by its owner only.

It is written and synced beside its target under another name, then renamed. So neither a full disk nor a power loss
leaves half a file under the target's name.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from types import TracebackType

from kiosk.domain.errors import ServiceError


class WriteFault(Enum):
    """Why a file could not take its name."""

    EXISTS = auto()
    NOT_A_FILE = auto()
    UNWRITABLE = auto()
    LEFT_BESIDE = auto()


class FileRefused(ServiceError):
    """The file cannot take its name; with LEFT_BESIDE the whole file has the name ``beside``, empty otherwise."""

    def __init__(self, fault: WriteFault, beside: str = "") -> None:
        super().__init__(fault.name)
        self.fault = fault
        self.beside = beside


class PendingFile:
    """A file before it takes its name; a context manager that removes an unpublished one."""

    def __init__(self, target: Path, *, replace: bool) -> None:
        self._target = target
        self._replace = replace
        self._beside: Path | None = None

    def __enter__(self) -> PendingFile:
        """Touch nothing yet: the member's access is checked first."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._beside is not None:
            with suppress(OSError):
                self._beside.unlink()

    def write(self, content: bytes) -> None:
        """Write and sync the whole file beside the target.

        Raises:
            FileRefused: the target exists, or the file cannot be written.
        """
        try:
            if self._target.is_dir():
                raise FileRefused(WriteFault.NOT_A_FILE)
            if not self._replace and os.path.lexists(self._target):
                raise FileRefused(WriteFault.EXISTS)
            beside = self._target.with_name(f"{self._target.name}.{secrets.token_hex(4)}.part")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            self._beside = beside
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except (OSError, ValueError):  # ValueError: a name with NUL, or an empty one
            raise FileRefused(WriteFault.UNWRITABLE) from None

    def publish(self) -> None:
        """Give the written file its name.

        Raises:
            FileRefused: LEFT_BESIDE, if the name can no longer be taken.
        """
        if self._beside is None:
            raise ValueError("nothing was written")
        beside, self._beside = self._beside, None
        try:
            os.replace(beside, self._target)
        except OSError:
            raise FileRefused(WriteFault.LEFT_BESIDE, beside.name) from None
        with suppress(OSError):  # a folder with write but no read permission; the file has its name
            folder = os.open(self._target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
