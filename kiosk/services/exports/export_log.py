"""What was handed over: the file of each export, and each binding's state that went out with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select

from db.models.columns import table_of
from db.models.exports import ExportedBinding, ExportRun
from db.store import UnitOfWork
from kiosk.services.auth.staff_session import StaffMember

ACTIVE, ENDED = "active", "ended"

_exported = table_of(ExportedBinding)


class ExportKind(StrEnum):
    """The files there are; the value is what the database keeps."""

    ONEROSTER = "oneroster"
    OFFICE = "office"
    CONSENTS = "consents"
    REPORT = "report"


@dataclass(frozen=True)
class ExportedFile:
    """A file that was handed over: how many rows, and its SHA-256 in hexadecimal."""

    rows: int
    sha256: str


def last_exported_states(connection: Connection, kind: ExportKind) -> dict[str, str]:
    """What was last told of each binding by this kind of export: :data:`ACTIVE` or :data:`ENDED`."""
    rows = connection.execute(select(_exported.c.binding_id, _exported.c.state).where(_exported.c.kind == kind.value))
    told: dict[str, str] = {}
    for binding_id, state in rows:
        if told.get(binding_id) != ENDED:
            told[binding_id] = state
    return told


def record(
    unit: UnitOfWork,
    member: StaffMember,
    kind: ExportKind,
    content: bytes,
    rows: int,
    *,
    since: int | None = None,
    states: Mapping[str, str] | None = None,
) -> ExportedFile:
    """Record an export and audit it, in the unit of work that the file was made in.

    Args:
        unit: that unit.
        member: who hands over.
        kind: which file.
        content: all of it.
        rows: how many rows it has, headings aside.
        since: of a delta, milliseconds since 1970-01-01 UTC.
        states: of bindings, by id: what is told of them now, and was not the last that was told.
    """
    run_id, sha256 = uuid4().hex, hashlib.sha256(content).hexdigest()
    run = {"id": run_id, "kind": kind.value, "since": since, "rows": rows, "file_sha256": sha256}
    unit.connection.execute(
        insert(table_of(ExportRun)).values(**run, staff_id=member.staff_id, exported_at=unit.timestamp_ms),
    )
    _keep(unit.connection, run_id, kind, states or {})
    unit.audit(member.credential_id, f"export.{kind.value}", run_id, {"sha256": sha256, "rows": rows, "since": since})
    return ExportedFile(rows, sha256)


def _keep(connection: Connection, run_id: str, kind: ExportKind, states: Mapping[str, str]) -> None:
    """Keep what is told now; a binding that is told to be active again begins anew."""
    anew = [binding_id for binding_id, state in states.items() if state == ACTIVE]
    for part in _parts(anew):
        connection.execute(delete(_exported).where(_exported.c.kind == kind.value, _exported.c.binding_id.in_(part)))
    rows = [
        {"id": uuid4().hex, "export_id": run_id, "kind": kind.value, "binding_id": binding_id, "state": state}
        for binding_id, state in states.items()
    ]
    if rows:
        connection.execute(insert(_exported), rows)


def _parts(ids: list[str], size: int = 500) -> Iterable[list[str]]:
    """The ids in parts that a database takes as parameters."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
