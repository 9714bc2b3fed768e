"""Exports: each file, and the bindings in it."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import ID_LENGTH, id_column, moment_column


class ExportRun(SQLModel, table=True):
    """An exported file.

    ``kind``: oneroster, office, consents, report. ``since``: the start of a delta, as an ``*_at``; None for a
    full export.
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
    """A binding's state in an export, so that no delta repeats it.

    ``kind``: the export's. ``state``: the binding's, active or ended.
    """

    __tablename__ = "exported_binding"
    id: str = Field(sa_column=id_column())
    export_id: str = Field(foreign_key="export_run.id", max_length=ID_LENGTH, index=True)
    kind: str = Field(max_length=16)
    binding_id: str = Field(foreign_key="binding.id", max_length=ID_LENGTH)
    state: str = Field(max_length=16)

    __table_args__ = (UniqueConstraint("kind", "binding_id", "state", name="uq_exported_binding"),)
