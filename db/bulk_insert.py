"""Inserts many rows at once, as tuples that go straight to the driver.

SQLAlchemy's ``executemany`` converts each value, which takes as long as the database itself. Here every value must be
text, bytes, an integer, a boolean or None.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table

Value = str | bytes | int | bool | None

_ROWS_AT_ONCE = 2000
_CACHE_KIBIBYTES = 32 * 1024
"""SQLite's page cache during an insert. Ids are random, so with the usual two megabytes most index pages of a hundred
thousand rows are written again and again."""
_UUID_BITS = ~(0xF000 << 64 | 0xC000 << 48)
_UUID_VERSION_4 = 0x4000 << 64 | 0x8000 << 48


class NewRows:
    """Collects rows of one table, packed so that a hundred thousand fit in memory, and inserts them."""

    def __init__(self, table: Table, *columns: str) -> None:
        """Take the columns of the rows; the table's other columns must be nullable, or given to :meth:`write`."""
        self._table = table
        self._columns = columns
        self._rows: list[tuple[Value, ...]] = []
        self._packed: list[bytes] = []

    def add(self, *values: Value) -> None:
        """Add a row, its values in the order of the columns."""
        self._rows.append(values)
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._pack()

    def _pack(self) -> None:
        self._packed.append(marshal.dumps(self._rows))
        self._rows = []

    def write(self, connection: Connection, **same: int) -> None:
        """Insert the collected rows and clear them; ``same`` are further columns, equal in all rows."""
        if self._rows:
            self._pack()
        quote = connection.dialect.identifier_preparer.quote
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        names = ", ".join(quote(column) for column in (*self._columns, *same))
        values = ", ".join((*(mark for _column in self._columns), *(f"{number:d}" for number in same.values())))
        statement = f"INSERT INTO {quote(self._table.name)} ({names}) VALUES ({values})"
        packed, self._packed = self._packed, []
        with _large_cache(connection):
            for rows in packed:
                connection.exec_driver_sql(statement, marshal.loads(rows))


@contextmanager
def _large_cache(connection: Connection) -> Iterator[None]:
    if connection.dialect.name != "sqlite":
        yield
        return
    usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KIBIBYTES}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={usual}")


def new_row_id() -> str:
    """Return a random UUID (RFC 9562, version 4) as 32 hexadecimal digits, in a third of the time of :mod:`uuid`."""
    return f"{int.from_bytes(os.urandom(16)) & _UUID_BITS | _UUID_VERSION_4:032x}"
