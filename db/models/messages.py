"""Messages to parents: the outbox."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from db.models.columns import ID_LENGTH, bytes_column, id_column, moment_column


class OutboxMessage(SQLModel, table=True):
    """A message to a parent, written in the transaction of its decision.

    ``kind``: names the template. ``decision_key``: unique for decision and person. ``channel``: mail, call. ``state``:
    waiting, sending, sent, failed (a dead letter), called. ``sealed``: name, mobile, email (or None), and words, the
    template's values.
    """

    __tablename__ = "outbox_message"
    id: str = Field(sa_column=id_column())
    kind: str = Field(max_length=32)
    decision_key: str = Field(max_length=96, unique=True)
    application_id: str | None = Field(default=None, foreign_key="application.id", max_length=ID_LENGTH)
    channel: str = Field(max_length=8)
    state: str = Field(default="waiting", max_length=16)
    attempts: int = 0
    last_fault: str = Field(default="", max_length=32)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    written_at: int = Field(sa_column=moment_column())
    due_at: int = Field(sa_column=moment_column())
    done_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    done_by: str | None = Field(default=None, max_length=ID_LENGTH)
    version: int = 1

    __table_args__ = (Index("ix_outbox_message_due", "channel", "state", "due_at"),)
