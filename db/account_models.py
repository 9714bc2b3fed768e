"""The tables behind the parents' accounts and the hand-over: carers, requests, fees, and what was exported.

Conventions as in :mod:`db.models`.
"""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models import ID_LENGTH, bytes_column, id_column, moment_column, unique_where


class CarerAccess(SQLModel, table=True):
    """What a bound parent lets a carer see of a child, until when.

    ``account_id``: the carer's own account. ``granted_by``: the parent's account. ``scope``: keys of
    :class:`kiosk.services.accounts.carers.Scope`, joined by commas. ``last_day``: the last day it holds, ISO. ``state``: active,
    revoked (by a parent, or with the binding it came from); whether the last day is over is asked of the clock.
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
    """A parent's request that the school deletes what it holds on them (Personal Data Protection Act, art. 3).

    ``state``: open, deleted, declined, taken_back. ``sealed``: reason of the parent, answer of the school (may be
    missing). ``decided_by``: a member of staff's id.
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


class Fee(SQLModel, table=True):
    """One item of the school's fee list for a student; each list that is imported replaces the one before.

    ``amount``: whole New Taiwan dollars. ``due_date``: ISO. ``place``: the row's in the file, from 1.
    """

    __tablename__ = "fee"
    id: str = Field(sa_column=id_column())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    item: str = Field(max_length=64)
    amount: int
    due_date: str = Field(max_length=10)
    paid: bool = False
    place: int
    imported_at: int = Field(sa_column=moment_column())

    __table_args__ = (UniqueConstraint("student_id", "item", "due_date", name="uq_fee_student_item_due"),)


class ExportRun(SQLModel, table=True):
    """A file that was handed over.

    ``kind``: oneroster, office, consents, report. ``since``: of a delta; None where all was written. ``staff_id``: who.
    """

    __tablename__ = "export_run"
    id: str = Field(sa_column=id_column())
    kind: str = Field(max_length=16)
    since: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    rows: int
    file_sha256: str = Field(max_length=64)
    staff_id: str = Field(foreign_key="staff.id", max_length=ID_LENGTH)
    exported_at: int = Field(sa_column=moment_column())


class ExportedBinding(SQLModel, table=True):
    """A binding that was handed over, and as what, so that no delta tells it twice.

    ``kind``: the export's. ``state``: the binding's at that moment: active, ended.
    """

    __tablename__ = "exported_binding"
    id: str = Field(sa_column=id_column())
    export_id: str = Field(foreign_key="export_run.id", max_length=ID_LENGTH, index=True)
    kind: str = Field(max_length=16)
    binding_id: str = Field(foreign_key="binding.id", max_length=ID_LENGTH)
    state: str = Field(max_length=16)

    __table_args__ = (UniqueConstraint("kind", "binding_id", "state", name="uq_exported_binding"),)
