"""The audit chain: append-only rows, each written in the transaction of its change and chained to the previous row.

``mac`` is HMAC-SHA256 over the row's length-prefixed fields and the previous ``mac``. So :func:`verify` finds a
changed, removed or moved row at its number. Rows removed from the end leave no trace in the database. The anchor shows
them: 40 hexadecimal digits of the last number and its mac, kept elsewhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from db.keyring import KeyRing, detail_hash
from db.models.audit import AuditEntry, AuditHead
from db.models.columns import table_of

_entry, _head = table_of(AuditEntry), table_of(AuditHead)
_READ_HEAD = select(_head.c.seq, _head.c.mac).where(_head.c.id == 1)
_LOCK_HEAD = _READ_HEAD.with_for_update()
_ADD_ENTRY = insert(_entry)
_MOVE_HEAD = update(_head).where(_head.c.id == 1).values(seq=bindparam("new_seq"), mac=bindparam("new_mac"))
_FIRST_MAC = bytes(32)
_ANCHOR_MAC_DIGITS = 32


@dataclass(frozen=True)
class Verification:
    """The result of a verification; ``broken_at`` is the number of the first bad row, None for an intact chain."""

    rows: int
    broken_at: int | None
    anchor: str


def _mac(keys: KeyRing, row: Mapping[str, Any] | RowMapping, prev: bytes) -> bytes:
    parts = [str(row[field]).encode() for field in ("seq", "at", "terminal", "actor", "action", "subject")]
    parts += [row["detail_hash"], prev]
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.digest(keys.audit_key, message, "sha256")


def lock_head(connection: Connection) -> tuple[int, bytes]:
    """Return the chain's end; on PostgreSQL lock it until the transaction ends."""
    row = connection.execute(_LOCK_HEAD).one()
    return row.seq, row.mac


def append(
    connection: Connection,
    keys: KeyRing,
    head: tuple[int, bytes],
    *,
    at: int,
    terminal: str,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
) -> tuple[int, bytes]:
    """Append a row to ``head`` and return the new head; of ``detail`` only a keyed hash is kept."""
    seq, prev = head
    row: dict[str, Any] = {
        "seq": seq + 1,
        "at": at,
        "terminal": terminal,
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail_hash": detail_hash(keys, detail),
        "prev": prev,
    }
    row["mac"] = _mac(keys, row, prev)
    connection.execute(_ADD_ENTRY, row)
    connection.execute(_MOVE_HEAD, {"new_seq": row["seq"], "new_mac": row["mac"]})
    return row["seq"], row["mac"]


def anchor_code(seq: int, mac: bytes) -> str:
    """Return the anchor: eight digits of the number and 32 of the mac."""
    return f"{seq:08x}{mac.hex()[:_ANCHOR_MAC_DIGITS]}"


def verify(connection: Connection, keys: KeyRing, anchor: str | None = None) -> Verification:
    """Check every row of the chain, the head, and an anchor if one is given."""
    expected_seq, prev = 1, _FIRST_MAC
    anchored = (int(anchor[:8], 16), anchor[8:].lower()) if anchor else None
    rows = connection.execution_options(yield_per=5000).execute(select(_entry).order_by(_entry.c.seq))
    for row in rows.mappings():
        is_intact = (
            row["seq"] == expected_seq
            and row["prev"] == prev
            and hmac.compare_digest(row["mac"], _mac(keys, row, prev))
        )
        if is_intact and anchored and row["seq"] == anchored[0]:
            is_intact = row["mac"].hex()[:_ANCHOR_MAC_DIGITS] == anchored[1]
        if not is_intact:
            rows.close()
            return Verification(expected_seq - 1, expected_seq, anchor_code(expected_seq - 1, prev))
        prev, expected_seq = row["mac"], expected_seq + 1
    count = expected_seq - 1
    head = connection.execute(_READ_HEAD).one()
    head_matches = (head.seq, head.mac) == (count, prev)
    cut = not head_matches or (anchored is not None and anchored[0] > count)
    return Verification(count, expected_seq if cut else None, anchor_code(count, prev))
