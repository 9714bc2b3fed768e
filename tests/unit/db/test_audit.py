"""T26, T27: the chain does not fork, names the first bad row, and an unaudited or unaudit-able change is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from db import audit
from db.errors import StoreError, UnauditedWrite
from db.keyring import KeyRing, new_keys
from db.store import Store


def _fill(store: Store, rows: int) -> None:
    for number in range(rows):
        with store.write() as unit:
            unit.audit("actor", "test.action", str(number), {"n": number})


def _verify(store: Store, anchor: str | None = None, keys: KeyRing | None = None) -> audit.Verification:
    with store.read() as session:
        return audit.verify(session.connection(), keys or store.keys, anchor)


def _tamper(store: Store, statement: str) -> None:
    with store.writer.begin() as connection:
        connection.execute(text(statement))


class _Undo(Exception):
    pass


def test_four_writers_with_rollbacks_keep_one_chain(store: Store) -> None:
    def write(writer: int) -> int:
        kept = 0
        for number in range(25):
            try:
                with store.write() as unit:
                    unit.audit(f"writer{writer}", "test.action", str(number))
                    if number % 5 == 0:
                        raise _Undo
                kept += 1
            except _Undo:
                continue
        return kept

    with ThreadPoolExecutor(4) as pool:
        kept = sum(pool.map(write, range(4)))
    found = _verify(store)
    assert kept == 80
    assert (found.rows, found.broken_at) == (kept, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'other' WHERE seq = 4",
        "DELETE FROM audit_entry WHERE seq = 4",
        "UPDATE audit_entry SET at = at + 1 WHERE seq = 4",
        "UPDATE audit_entry SET seq = CASE seq WHEN 4 THEN 1005 ELSE 1004 END WHERE seq IN (4, 5)",
    ],
)
def test_verification_names_the_first_changed_row(store: Store, statement: str) -> None:
    _fill(store, 8)
    assert _verify(store).broken_at is None
    _tamper(store, statement)
    assert _verify(store).broken_at == 4


def test_verification_fails_with_another_key(store: Store) -> None:
    _fill(store, 3)
    assert _verify(store, keys=new_keys()).broken_at == 1


def test_the_anchor_shows_that_the_last_rows_were_deleted(store: Store) -> None:
    _fill(store, 5)
    anchor = _verify(store).anchor
    assert len(anchor) == 40
    with store.read() as session:
        mac = session.connection().execute(text("SELECT mac FROM audit_entry WHERE seq = 3")).scalar_one()
    with store.writer.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry WHERE seq > 3"))
        connection.execute(text("UPDATE audit_head SET seq = 3, mac = :mac"), {"mac": mac})
    assert _verify(store).broken_at is None, "inside the database nothing shows"
    assert _verify(store, anchor).broken_at == 4


def test_a_write_without_an_audit_row_is_refused(store: Store) -> None:
    with pytest.raises(UnauditedWrite), store.write() as unit:
        unit.connection.execute(text("INSERT INTO setting (name, value) VALUES ('a', 'b')"))
    with store.read() as session:
        assert session.connection().execute(text("SELECT count(*) FROM setting")).scalar_one() == 0


def test_a_write_whose_audit_row_cannot_be_written_is_rolled_back(store: Store) -> None:
    _tamper(store, "ALTER TABLE audit_entry RENAME TO audit_gone")

    def change() -> None:
        with store.write() as unit:
            unit.connection.execute(text("INSERT INTO setting (name, value) VALUES ('a', 'b')"))
            unit.audit("actor", "test.action", "subject")

    try:
        with pytest.raises(StoreError):
            change()
    finally:
        _tamper(store, "ALTER TABLE audit_gone RENAME TO audit_entry")
    with store.read() as session:
        assert session.connection().execute(text("SELECT count(*) FROM setting")).scalar_one() == 0
