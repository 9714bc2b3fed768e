"""Rotating the sealing key: a new one becomes active, and every sealed row is sealed anew with it.

The earlier keys stay in the key file: peppers of passwords and old backups need them. A kiosk that runs meanwhile
does not know the new key: stop it before, start it after. A rotation that was cut short goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Table, bindparam, select, update
from sqlmodel import SQLModel

from db.key_file import write_keys
from db.keyring import with_new_key
from db.store import Store
from kiosk.services.administration.key_checks import make_keys_known

_BATCH = 500
_SEALED = (
    "student",
    "guardian",
    "ticket",
    "draft",
    "applicant",
    "history_entry",
    "correction",
    "parent_account",
    "binding",
    "outbox_message",
    "document",
    "signature",
    "deletion_request",
)


def rotate(store: Store, key_file: Path) -> int:
    """Make a new sealing key active and seal every row with it; finishes a rotation that was cut short instead.

    Args:
        store: the open database; uses the new key from here on.
        key_file: where the keys of ``store`` came from; replaced whole before the first row is.

    Returns:
        How many rows were sealed anew.

    Raises:
        SealBroken: a row does not open; the rows before it are done.
        StoreError: the database cannot be written; the batches before are done.
        OSError: the key file cannot be replaced; nothing was changed.
    """
    finished = _reseal(store)
    if finished:
        return finished
    keys = with_new_key(store.keys)
    write_keys(key_file, keys, replace=True)
    store.keys = keys
    make_keys_known(store)
    return _reseal(store)


def _reseal(store: Store) -> int:
    """Seal with the active key whatever another key sealed, in batches; returns the number of rows."""
    import db.models.all_tables  # noqa: F401  # registers the tables; here, because no start of the kiosk needs them

    return sum(_reseal_table(store, SQLModel.metadata.tables[name]) for name in _SEALED)


def _reseal_table(store: Store, table: Table) -> int:
    last, rows_done = "", 0
    while True:
        with store.read() as session:
            page = session.connection().execute(
                select(table.c.id, table.c.sealed).where(table.c.id > last).order_by(table.c.id).limit(_BATCH)
            )
            rows = page.all()
        if not rows:
            return rows_done
        last = rows[-1].id
        outdated = [row.id for row in rows if not store.keys.is_current(row.sealed)]
        if outdated:
            rows_done += _reseal_rows(store, table, outdated)


def _reseal_rows(store: Store, table: Table, ids: Sequence[str]) -> int:
    """Seal these rows anew in one unit of work; they are read again under the writers' lock."""
    with store.write() as unit:
        rows = unit.connection.execute(select(table.c.id, table.c.sealed).where(table.c.id.in_(ids))).all()
        fresh = [
            {
                "row_id": row.id,
                "blob": unit.keys.seal(table.name, row.id, unit.keys.open(table.name, row.id, row.sealed)),
            }
            for row in rows
        ]
        if fresh:  # a row may have gone since it was listed
            statement = update(table).where(table.c.id == bindparam("row_id")).values(sealed=bindparam("blob"))
            unit.connection.execute(statement, fresh)
        unit.audit("system", "keys.resealed", table.name, {"rows": len(fresh)})
    return len(fresh)
