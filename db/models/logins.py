"""Logins: passwords of every kind, and the counters of failed attempts."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import ID_LENGTH, bytes_column, id_column, moment_column


class Credential(SQLModel, table=True):
    """The login of a student, a member of staff or a parent account.

    ``kind``: student, staff, parent. ``account``: the normalised account name; for a parent the account's id, because
    no e-mail is kept in clear. Until the first change of password only ``initial_code`` is set, valid until
    ``initial_expires_at`` (None: without end); afterwards ``password_hash``, made with the pepper ``pepper_id``.
    ``earlier_hashes``: JSON list of [pepper id, hash], newest first.
    """

    __tablename__ = "credential"
    id: str = Field(sa_column=id_column())
    kind: str = Field(max_length=16)
    account: str = Field(max_length=64, repr=False)
    subject_id: str = Field(max_length=ID_LENGTH, index=True)
    active: bool = True
    initial_code: bytes | None = Field(default=None, sa_column=bytes_column(nullable=True), repr=False)
    initial_kind: str | None = Field(default=None, max_length=16)
    initial_failures: int = 0
    initial_expires_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    password_hash: str | None = Field(default=None, max_length=256, repr=False)
    pepper_id: str | None = Field(default=None, max_length=16)
    earlier_hashes: str = Field(default="[]", sa_column=Column(Text, nullable=False), repr=False)
    changed_at: int = Field(sa_column=moment_column())
    version: int = 1

    __table_args__ = (UniqueConstraint("kind", "account", name="uq_credential_kind_account"),)


class SignInCounter(SQLModel, table=True):
    """Failed sign-ins of one account name, which need not exist.

    ``*_boot`` and ``*_elapsed`` (milliseconds since that boot) are times of :mod:`kiosk.clock`, which a change of the
    wall clock does not move.
    """

    __tablename__ = "sign_in_counter"
    account_index: bytes = Field(sa_column=Column(LargeBinary, primary_key=True), repr=False)
    failures: int = 0
    day_failures: int = 0
    day_boot: str = Field(default="", max_length=64)
    day_elapsed: int = Field(default=0, sa_column=moment_column())
    day_at: int = Field(default=0, sa_column=moment_column())
    lock_seconds: int = 0
    lock_boot: str = Field(default="", max_length=64)
    lock_elapsed: int = Field(default=0, sa_column=moment_column())
    lock_at: int = Field(default=0, sa_column=moment_column())


class TerminalFailure(SQLModel, table=True):
    """A failed sign-in at a terminal; many different names in ten minutes slow the terminal down."""

    __tablename__ = "terminal_failure"
    id: str = Field(sa_column=id_column())
    terminal: str = Field(max_length=64, index=True)
    account_index: bytes = Field(sa_column=bytes_column(), repr=False)
    boot: str = Field(max_length=64)
    elapsed: int = Field(sa_column=moment_column())
    at: int = Field(sa_column=moment_column())
