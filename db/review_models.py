"""The tables of the staff: who they are, what they decide, and the parent accounts and mails that follow.

Conventions as in :mod:`db.models`, which holds what the lobby's kiosk needs at its start.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String
from sqlmodel import Field, SQLModel

from db.models import ID_LENGTH, bytes_column, id_column, moment_column, unique_where


class Staff(SQLModel, table=True):
    """A member of staff; their login is a credential of kind ``staff``.

    ``role``: homeroom_teacher, registrar, administrator. ``national_id_index``: so that nobody decides on their own
    child; the ID itself is not kept.
    """

    __tablename__ = "staff"
    id: str = Field(sa_column=id_column())
    account: str = Field(max_length=64, unique=True, repr=False)
    name: str = Field(max_length=64, repr=False)
    role: str = Field(max_length=24)
    active: bool = True
    national_id_index: bytes = Field(sa_column=bytes_column(), repr=False)
    added_at: int = Field(sa_column=moment_column())
    version: int = 1


class StaffClass(SQLModel, table=True):
    """A class that a homeroom teacher looks after."""

    __tablename__ = "staff_class"
    staff_id: str = Field(sa_column=Column(String(ID_LENGTH), ForeignKey("staff.id"), primary_key=True))
    class_name: str = Field(max_length=32, primary_key=True, index=True)


class HistoryEntry(SQLModel, table=True):
    """Something that happened to an application, for staff to read; the proof of it is the audit.

    ``staff_id``: None where a parent or the kiosk did it. ``action``: see
    :class:`kiosk.services.applications.history.Action`. ``sealed``: what was said with it (reason, note, fields), may be empty.
    """

    __tablename__ = "history_entry"
    id: str = Field(sa_column=id_column())
    application_id: str = Field(foreign_key="application.id", max_length=ID_LENGTH, index=True)
    staff_id: str | None = Field(default=None, foreign_key="staff.id", max_length=ID_LENGTH)
    action: str = Field(max_length=32)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    at: int = Field(sa_column=moment_column())


class Correction(SQLModel, table=True):
    """A field that was sent back to the parent (退件補正).

    ``position``: of the applicant, from 1. ``field``: a key of :class:`kiosk.domain.application_form.ApplicantEntry`.
    ``state``: open, answered, dropped (the application was withdrawn or decided). ``sealed``: reason.
    """

    __tablename__ = "correction"
    id: str = Field(sa_column=id_column())
    application_id: str = Field(foreign_key="application.id", max_length=ID_LENGTH, index=True)
    position: int
    field: str = Field(max_length=32)
    state: str = Field(default="open", max_length=16)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    returned_at: int = Field(sa_column=moment_column())
    answered_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))

    __table_args__ = (
        unique_where("uq_correction_open_field", "application_id", "position", "field", condition="state = 'open'"),
    )


class ParentAccount(SQLModel, table=True):
    """A parent, or a carer whom a parent let in: one person is one account by their ID, however many children.

    ``sealed``: national_id, mobile, email (or None), chosen_account (or None; may be missing). The login is a
    credential of kind ``parent``.
    """

    __tablename__ = "parent_account"
    id: str = Field(sa_column=id_column())
    name: str = Field(max_length=64, index=True, repr=False)
    national_id_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True), repr=False)
    email_index: bytes | None = Field(default=None, sa_column=Column(LargeBinary, unique=True), repr=False)
    mobile_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True), repr=False)
    chosen_account_index: bytes | None = Field(default=None, sa_column=bytes_column(nullable=True), repr=False)
    active: bool = True
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    opened_at: int = Field(sa_column=moment_column())
    version: int = 1

    __table_args__ = (Index("uq_parent_account_chosen", "chosen_account_index", unique=True),)


class Binding(SQLModel, table=True):
    """A parent account bound to a child.

    ``state``: active, ended. ``sealed``: reason, once ended (empty before).
    """

    __tablename__ = "binding"
    id: str = Field(sa_column=id_column())
    parent_account_id: str = Field(foreign_key="parent_account.id", max_length=ID_LENGTH, index=True)
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    application_id: str = Field(foreign_key="application.id", max_length=ID_LENGTH, index=True)
    relation: str = Field(max_length=32)
    state: str = Field(default="active", max_length=16)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    began_at: int = Field(sa_column=moment_column())
    ended_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    ended_by: str | None = Field(default=None, max_length=ID_LENGTH)
    version: int = 1

    __table_args__ = (
        unique_where("uq_binding_active", "parent_account_id", "student_id", condition="state = 'active'"),
    )


class OutboxMessage(SQLModel, table=True):
    """Something a parent is to be told, written in the transaction of the decision it tells.

    ``kind``: names the template. ``decision_key``: one message for one decision and person. ``channel``: mail, call.
    ``state``: waiting, sending, sent, failed (a dead letter), called. ``sealed``: address or mobile, and what the
    template wants.
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
