"""Rotation of the sealing key: a new key becomes active and seals every row again.

The key file keeps the earlier keys for password peppers and old backups. A running kiosk does not know the new key:
stop it first. An interrupted rotation resumes.
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


def rotate(store: Store, key_file: Path) -> int:
    """Activate a new sealing key and reseal every row, or finish an interrupted rotation; return the number of rows.

    The key file is replaced before the first row.

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
    """Reseal the rows of earlier keys in batches; return their number."""
    import db.models.all_tables  # noqa: F401  # registers the tables, which no start of the kiosk needs

    return sum(_reseal_table(store, table) for table in SQLModel.metadata.sorted_tables if "sealed" in table.c)


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
    """Reseal these rows in one unit of work, which reads them again under the writers' lock."""
    with store.write() as unit:
        rows = unit.connection.execute(select(table.c.id, table.c.sealed).where(table.c.id.in_(ids))).all()
        fresh = [
            {
                "row_id": row.id,
                "blob": unit.keys.seal(table.name, row.id, unit.keys.open(table.name, row.id, row.sealed)),
            }
            for row in rows
        ]
        if fresh:  # a listed row may be deleted meanwhile
            statement = update(table).where(table.c.id == bindparam("row_id")).values(sealed=bindparam("blob"))
            unit.connection.execute(statement, fresh)
        unit.audit("system", "keys.resealed", table.name, {"rows": len(fresh)})
    return len(fresh)
