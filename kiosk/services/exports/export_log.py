"""The record of exports: each file, and each binding's state that it reported."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select

from db.models.columns import table_of
from db.models.exports import ExportedBinding, ExportRun
from db.store import UnitOfWork
from kiosk.services.auth.staff_session import StaffMember

ACTIVE, ENDED = "active", "ended"

_AT_ONCE = 500
_exported = table_of(ExportedBinding)


class ExportKind(StrEnum):
    """The kinds of export, as the database keeps them."""

    ONEROSTER = "oneroster"
    OFFICE = "office"
    CONSENTS = "consents"
    REPORT = "report"


@dataclass(frozen=True)
class ExportedFile:
    """The rows of an exported file, and its SHA-256 in hexadecimal."""

    rows: int
    sha256: str


def last_exported_states(connection: Connection, kind: ExportKind) -> dict[str, str]:
    """Return the state, :data:`ACTIVE` or :data:`ENDED`, that this kind of export last reported of each binding."""
    rows = connection.execute(select(_exported.c.binding_id, _exported.c.state).where(_exported.c.kind == kind.value))
    states: dict[str, str] = {}
    for binding_id, state in rows:
        if states.get(binding_id) != ENDED:
            states[binding_id] = state
    return states


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
    """Record and audit an export in the unit of work that made its file.

    ``since`` is that of a delta, in milliseconds since 1970-01-01 UTC. ``states`` are those of bindings, by id, that
    differ from the last exported ones.
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
    """Keep the reported states; a binding that is active again loses its earlier ones."""
    active = [binding_id for binding_id, state in states.items() if state == ACTIVE]
    for start in range(0, len(active), _AT_ONCE):
        part = active[start : start + _AT_ONCE]
        connection.execute(delete(_exported).where(_exported.c.kind == kind.value, _exported.c.binding_id.in_(part)))
    rows = [
        {"id": uuid4().hex, "export_id": run_id, "kind": kind.value, "binding_id": binding_id, "state": state}
        for binding_id, state in states.items()
    ]
    if rows:
        connection.execute(insert(_exported), rows)
