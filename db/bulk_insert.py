"""Adding many rows at once: plain tuples straight to the driver.

SQLAlchemy's own ``executemany`` turns every value over once more, which takes as long as the database's work on it;
here values must be what the drivers take as they are: text, bytes, whole numbers, booleans, None.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table

Value = str | bytes | int | bool | None


class NewRows:
    """Rows of one table, collected and then added."""

    def __init__(self, table: Table, *columns: str) -> None:
        """Rows of ``table`` that give these columns; the others must be nullable."""
        self._table = table
        self._columns = columns
        self._rows: list[tuple[Value, ...]] = []

    def add(self, *values: Value) -> None:
        """Collect a row, its values in the order of the columns."""
        self._rows.append(values)

    def write(self, connection: Connection) -> None:
        """Add what was collected, and forget it."""
        if not self._rows:
            return
        quote = connection.dialect.identifier_preparer.quote
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        names = ", ".join(quote(column) for column in self._columns)
        marks = ", ".join(mark for _column in self._columns)
        statement = f"INSERT INTO {quote(self._table.name)} ({names}) VALUES ({marks})"
        rows, self._rows = self._rows, []
        connection.exec_driver_sql(statement, rows)
