"""Inserts many rows at once, as tuples that go straight to the driver.

SQLAlchemy's ``executemany`` converts each value, which takes as long as the database itself. Here every value must be
text, bytes, an integer, a boolean or None.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table

Value = str | bytes | int | bool | None


class NewRows:
    """Collects rows of one table and inserts them."""

    def __init__(self, table: Table, *columns: str) -> None:
        """Take the columns of the rows; the table's other columns must be nullable."""
        self._table = table
        self._columns = columns
        self._rows: list[tuple[Value, ...]] = []

    def add(self, *values: Value) -> None:
        """Add a row, its values in the order of the columns."""
        self._rows.append(values)

    def write(self, connection: Connection) -> None:
        """Insert the collected rows and clear them."""
        if not self._rows:
            return
        quote = connection.dialect.identifier_preparer.quote
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        names = ", ".join(quote(column) for column in self._columns)
        marks = ", ".join(mark for _column in self._columns)
        statement = f"INSERT INTO {quote(self._table.name)} ({names}) VALUES ({marks})"
        rows, self._rows = self._rows, []
        connection.exec_driver_sql(statement, rows)
