"""Parents' accounts: bindings, carers' access and deletion requests."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from db.models.columns import ID_LENGTH, bytes_column, id_column, moment_column, unique_where


class CarerAccess(SQLModel, table=True):
    """A carer's access to a child, granted by a bound parent.

    ``account_id``: the carer's account. ``granted_by``: the parent's account. ``scope``: values of
    :class:`kiosk.services.accounts.visible_children.Scope`, joined by commas. ``last_day``: ISO, inclusive. ``state``:
    active, or revoked by a parent or with the parent's binding; an expired access stays active.
    """

    __tablename__ = "carer_access"
    id: str = Field(sa_column=id_column())
    account_id: str = Field(foreign_key="parent_account.id", max_length=ID_LENGTH, index=True)
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    granted_by: str = Field(foreign_key="parent_account.id", max_length=ID_LENGTH, index=True)
    scope: str = Field(max_length=64)
    last_day: str = Field(max_length=10)
    state: str = Field(default="active", max_length=16)
    granted_at: int = Field(sa_column=moment_column())
    ended_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    version: int = 1

    __table_args__ = (unique_where("uq_carer_access_active", "account_id", "student_id", condition="state = 'active'"),)


class DeletionRequest(SQLModel, table=True):
    """A parent's request for deletion of their data (Personal Data Protection Act, art. 3).

    ``state``: open, deleted, declined, taken_back. ``sealed``: reason (the parent's), answer (the school's, optional).
    """

    __tablename__ = "deletion_request"
    id: str = Field(sa_column=id_column())
    account_id: str = Field(foreign_key="parent_account.id", max_length=ID_LENGTH, index=True)
    state: str = Field(default="open", max_length=16, index=True)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    requested_at: int = Field(sa_column=moment_column())
    decided_by: str | None = Field(default=None, max_length=ID_LENGTH)
    decided_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    version: int = 1

    __table_args__ = (unique_where("uq_deletion_request_open", "account_id", condition="state = 'open'"),)


class ParentAccount(SQLModel, table=True):
    """The account of a parent or carer; one for each national ID, for all children.

    ``sealed``: national_id, mobile, email (or None), chosen_account (or None, optional). The login is a credential of
    kind ``parent``.
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

    ``state``: active, ended. ``sealed``: reason, once ended.
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
