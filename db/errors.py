"""The errors of the database.

::

StoreError
├── StoreBusy
├── StoreUnavailable
├── StoreConflict
└── UnsafeFolder
UnauditedWrite    a programming error
"""

from __future__ import annotations


class StoreError(Exception):
    """The database refused an operation and changed nothing; the message holds no data."""


class StoreBusy(StoreError):
    """Another writer held the lock longer than :data:`db.store.BUSY_SECONDS`."""


class StoreUnavailable(StoreError):
    """The database cannot be read or written: disk full, disk error, server gone."""


class StoreConflict(StoreError):
    """A constraint or a column's width refused the change, and would refuse it again."""


class UnsafeFolder(StoreError):
    """The database file is on a network file system, where SQLite's locks do not hold."""


class UnauditedWrite(AssertionError):
    """A unit of work tried to commit without an audit row."""
