"""The columns that tables share, and the conventions of all tables.

- ``*_at``: whole milliseconds since 1970-01-01 UTC.
- ``id``: a UUID made in Python, as 32 hexadecimal digits.
- ``sealed``: a row's personal data as JSON, sealed by :mod:`db.keyring`; each table's docstring lists its keys.
- ``*_index``: a blind index (:meth:`db.keyring.KeyRing.index`).
- ``*_by``: the id of a member of staff.
- ``version``: incremented by every change, for compare-and-set.

People's names are the only personal data in clear, because staff search them. ``table=True`` models do not validate:
services check values first. Each function returns a new column.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table
from sqlmodel import SQLModel

ID_LENGTH = 32


def table_of(model: type[SQLModel]) -> Table:
    """Return a model's table, for statements without a session."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel leaves __table__ untyped
    return table


def id_column() -> Column[str]:
    """Return the column of a row's id."""
    return Column(String(ID_LENGTH), primary_key=True)


def ordered_column(length: int, *, unique: bool = False) -> Column[str]:
    """Return a column for text that is sorted or searched by prefix.

    Both databases sort it by code points: in the language order of a PostgreSQL server no prefix is a range.
    """
    kind = String(length).with_variant(String(length, collation="C"), "postgresql")
    return Column(kind, nullable=False, unique=unique)


def unique_where(name: str, *columns: str, condition: str) -> Index:
    """Return a unique index over the rows that meet a condition in SQL.

    ``info`` keeps the condition for migrations: the dialects' own arguments would load both dialects at every start.
    """
    return Index(name, *columns, unique=True, info={"where": condition})


def moment_column(*, nullable: bool = False) -> Column[int]:
    """Return a column for a time."""
    return Column(BigInteger, nullable=nullable)


def bytes_column(*, nullable: bool = False) -> Column[bytes]:
    """Return a column for a sealed blob or a blind index."""
    return Column(LargeBinary, nullable=nullable)
