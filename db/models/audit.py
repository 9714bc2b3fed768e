"""The audit chain: its entries and its head."""

from __future__ import annotations

from sqlalchemy import Column, Integer
from sqlmodel import Field, SQLModel

from db.models.columns import bytes_column, moment_column


class AuditEntry(SQLModel, table=True):
    """A row of the audit chain (:mod:`db.audit`); never changed or removed."""

    __tablename__ = "audit_entry"
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: int = Field(sa_column=moment_column())
    terminal: str = Field(max_length=64)
    actor: str = Field(max_length=64)
    action: str = Field(max_length=64)
    subject: str = Field(max_length=64)
    detail_hash: bytes = Field(sa_column=bytes_column())
    prev: bytes = Field(sa_column=bytes_column())
    mac: bytes = Field(sa_column=bytes_column())


class AuditHead(SQLModel, table=True):
    """The end of the audit chain: one row, which every writer locks on PostgreSQL."""

    __tablename__ = "audit_head"
    id: int = Field(default=1, primary_key=True)
    seq: int
    mac: bytes = Field(sa_column=bytes_column())
