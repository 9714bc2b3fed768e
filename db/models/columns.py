"""Kinds of columns that the tables share; each call gives a fresh column."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table
from sqlmodel import SQLModel

ID_LENGTH = 32


def table_of(model: type[SQLModel]) -> Table:
    """A model's table, for statements that are written without the session."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel leaves __table__ untyped
    return table


def id_column() -> Column[str]:
    """A column for a row's id; a fresh one each time."""
    return Column(String(ID_LENGTH), primary_key=True)


def ordered_column(length: int, *, unique: bool = False) -> Column[str]:
    """A column for text that is sorted by, or searched by its beginning; a fresh one each time.

    In the order of code points on both databases: PostgreSQL's own order follows the language of its server, by which
    no beginning is a range.
    """
    kind = String(length).with_variant(String(length, collation="C"), "postgresql")
    return Column(kind, nullable=False, unique=unique)


def unique_where(name: str, *columns: str, condition: str) -> Index:
    """A unique index over those rows only that meet a condition in SQL.

    The condition waits in ``info`` until a migration is made from it: naming a database here would load its dialect,
    PostgreSQL's as well as SQLite's, at every start of a kiosk.
    """
    return Index(name, *columns, unique=True, info={"where": condition})


def moment_column(*, nullable: bool = False) -> Column[int]:
    """A column for a moment; a fresh one each time."""
    return Column(BigInteger, nullable=nullable)


def bytes_column(*, nullable: bool = False) -> Column[bytes]:
    """A column for a sealed blob or a blind index; a fresh one each time."""
    return Column(LargeBinary, nullable=nullable)
