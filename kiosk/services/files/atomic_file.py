"""Writing a file that people wait for: whole or not at all, readable by its owner only.

It is written beside its place under another name, waits for the disk, and takes its place in one step, so that neither
a full disk nor a lost power leaves half of it under the name that was asked for.
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
    """Why a file is not there."""

    EXISTS = auto()
    NOT_A_FILE = auto()
    UNWRITABLE = auto()
    LEFT_BESIDE = auto()


class FileRefused(ServiceError):
    """The file cannot be put in its place.

    Attributes:
        fault: why. LEFT_BESIDE: it is whole, but stands under the name ``beside``.
        beside: that name; empty otherwise.
    """

    def __init__(self, fault: WriteFault, beside: str = "") -> None:
        super().__init__(fault.name)
        self.fault = fault
        self.beside = beside


class PendingFile:
    """A file on its way to its place; a context manager that takes away what did not get there.

    Args:
        target: where it belongs.
        replace: whether a file that stands there may go.
    """

    def __init__(self, target: Path, *, replace: bool) -> None:
        self._target = target
        self._replace = replace
        self._beside: Path | None = None

    def __enter__(self) -> PendingFile:
        """Nothing is looked at yet: whoever asks may not be let in."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take away what was written and never published."""
        if self._beside is not None:
            with suppress(OSError):
                self._beside.unlink()

    def write(self, content: bytes) -> None:
        """Write all of it beside the target, and wait for the disk.

        Raises:
            FileRefused: a file stands there and may not go, or this one cannot be written.
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
        except (OSError, ValueError):  # ValueError: a name with NUL in it, or none at all
            raise FileRefused(WriteFault.UNWRITABLE) from None

    def publish(self) -> None:
        """Put what was written in its place.

        Raises:
            FileRefused: LEFT_BESIDE, where the name cannot be taken any more.
        """
        if self._beside is None:
            raise ValueError("nothing was written")
        beside, self._beside = self._beside, None
        try:
            os.replace(beside, self._target)
        except OSError:
            raise FileRefused(WriteFault.LEFT_BESIDE, beside.name) from None
        with suppress(OSError):  # a folder that may be written and not read; the file is in its place
            folder = os.open(self._target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
