"""T23 and SECURITY part 4: pragmas, fair writers, a full disk, a lock that does not go away."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

import db.store
from db import schema
from db.errors import StoreBusy, StoreConflict, StoreError, StoreUnavailable
from db.keyring import new_keys
from db.models.school import Setting
from db.store import _PRAGMAS, Store  # the pragmas themselves, not what the other tests take for them
from tests.builders.databases import sqlite_url


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Store:
    store = Store(sqlite_url(tmp_path), new_keys(), lambda: 0, "test")
    schema.upgrade(store.writer)
    return store


@pytest.mark.parametrize("engine", ["reader", "writer"])
def test_every_connection_has_the_pragmas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setattr(db.store, "_PRAGMAS", _PRAGMAS)
    opened = Store(sqlite_url(tmp_path), new_keys(), lambda: 0, "test")
    with getattr(opened, engine).connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
    }


def test_no_update_is_lost_between_writers(store: Store) -> None:
    with store.write() as unit:
        unit.connection.execute(text("INSERT INTO number_counter (name, value) VALUES ('n', 0)"))
        unit.audit("a", "b", "c")

    def count(_: int) -> None:
        for _number in range(20):
            with store.write() as unit:
                value = unit.connection.execute(text("SELECT value FROM number_counter")).scalar_one()
                unit.connection.execute(text("UPDATE number_counter SET value = :v"), {"v": value + 1})
                unit.audit("a", "b", "c")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    with store.read() as session:
        assert session.connection().execute(text("SELECT value FROM number_counter")).scalar_one() == 80


def test_a_lock_that_stays_raises_store_busy(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.store, "BUSY_SECONDS", 0.2)
    other = sqlite3.connect(tmp_path / "kiosk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy), sqlite_store.write() as unit:
        unit.audit("a", "b", "c")
    other.execute("ROLLBACK")
    with sqlite_store.write() as unit:
        unit.audit("a", "b", "c")


def test_a_lock_that_goes_away_is_waited_for(sqlite_store: Store, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "kiosk.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.2, lambda: other.execute("ROLLBACK"))
    timer.start()
    with sqlite_store.write() as unit:
        unit.audit("a", "b", "c")
    timer.join()


def test_a_full_disk_is_never_success_and_service_resumes(sqlite_store: Store) -> None:
    with sqlite_store.writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def fill() -> None:
        with sqlite_store.write() as unit:
            for number in range(200):
                unit.audit("a", "b" * 60, f"{number:060}")

    with pytest.raises(StoreUnavailable):
        fill()
    with sqlite_store.read() as session:
        assert session.connection().execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == 0
    with sqlite_store.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    with sqlite_store.write() as unit:
        unit.audit("a", "b", "c")


def test_a_database_error_hides_its_values(sqlite_store: Store) -> None:
    with pytest.raises(StoreError) as caught, sqlite_store.write() as unit:
        unit.connection.execute(text("INSERT INTO nowhere VALUES (:v)"), {"v": "A123456789"})
    assert "A123456789" not in repr(caught.value)
    assert caught.value.__suppress_context__


def test_a_violated_constraint_or_width_is_a_conflict(store: Store) -> None:
    """It would be refused again, so nobody must be asked to wait and try again."""

    def add(name: str) -> None:
        with store.write() as unit:
            unit.connection.execute(text("INSERT INTO number_counter (name, value) VALUES (:n, 0)"), {"n": name})
            unit.audit("a", "b", "c")

    add("taken")
    with pytest.raises(StoreConflict):
        add("taken")
    if not store.is_sqlite:  # SQLite looks at no width
        with pytest.raises(StoreConflict):
            add("n" * 33)


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    schema.upgrade(store.writer)
    assert schema.current_revision(store.reader) == schema.HEAD


def test_a_read_keeps_one_snapshot_during_writes(store: Store) -> None:
    count = text("SELECT count(*) FROM setting")
    with store.read() as session:
        before = session.connection().execute(count).scalar_one()
        with store.write() as unit:
            unit.session.add(Setting(name="meanwhile", value="1"))
            unit.audit("test", "setting.added", "meanwhile")
        assert session.connection().execute(count).scalar_one() == before
    with store.read() as session:
        assert session.connection().execute(count).scalar_one() == before + 1
