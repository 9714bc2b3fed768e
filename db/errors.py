"""What the database refuses: busy, unavailable, conflicting, or an unsafe folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a sign-in does without models
    pass


class StoreError(Exception):
    """The database cannot do what was asked now; nothing was changed. The message names no data."""


class StoreBusy(StoreError):
    """Another writer kept the database for longer than :data:`BUSY_SECONDS`."""


class StoreUnavailable(StoreError):
    """The database cannot be reached or written: disk full, disk error, server gone."""


class StoreConflict(StoreError):
    """A constraint or a column's width refused the change, and would again; it was rolled back."""


class UnsafeFolder(StoreError):
    """The database file would lie on a network file system, where its locks do not hold."""


class UnauditedWrite(AssertionError):
    """A unit of work tried to commit without an audit row; a programming error."""
