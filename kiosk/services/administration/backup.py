"""Backup and restore of the embedded database by SQLite's backup API, also while the kiosk runs.

A backup never contains the key file, and is unreadable without it; docs/lobby.md says how to keep the key.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing
from enum import Enum, auto
from pathlib import Path

_ALL_PAGES = -1  # in one step: with several, each write restarts the backup, which might never end


class BackupFault(Enum):
    """The cause of a refused backup or restore."""

    EXISTS = auto()
    NO_DATABASE = auto()
    NOT_A_BACKUP = auto()
    IN_THE_WAY = auto()
    UNWRITABLE = auto()


class BackupRefused(Exception):
    """A backup or a restore is refused."""

    def __init__(self, fault: BackupFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


def back_up(database: Path, target: Path) -> None:
    """Write a consistent copy, whole or not at all.

    Raises:
        BackupRefused: the target exists, there is no database, or it cannot be written.
    """
    if target.exists():
        raise BackupRefused(BackupFault.EXISTS)
    if not database.exists():
        raise BackupRefused(BackupFault.NO_DATABASE)
    _copy(database, target)


def restore(source: Path, database: Path) -> None:
    """Copy a backup to a place without a database.

    Raises:
        BackupRefused: a database exists already, or the file is no intact backup.
    """
    if any(database.with_name(database.name + end).exists() for end in ("", "-wal")):
        raise BackupRefused(BackupFault.IN_THE_WAY)
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            known = connection.execute("SELECT count(*) FROM audit_head").fetchone()[0] == 1
    except sqlite3.Error:
        raise BackupRefused(BackupFault.NOT_A_BACKUP) from None
    if not whole or not known:
        raise BackupRefused(BackupFault.NOT_A_BACKUP)
    _copy(source, database)


def _copy(source: Path, target: Path) -> None:
    temporary = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        read_only = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=5)
        with closing(read_only) as reading, closing(sqlite3.connect(temporary)) as writing:
            reading.backup(writing, pages=_ALL_PAGES)
            writing.execute("PRAGMA journal_mode=DELETE")
        _wait_for_disk(temporary)
        os.replace(temporary, target)
        _wait_for_disk(target.parent)
    except (OSError, sqlite3.Error):
        temporary.unlink(missing_ok=True)
        raise BackupRefused(BackupFault.UNWRITABLE) from None


def _wait_for_disk(path: Path) -> None:
    """Flush a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
