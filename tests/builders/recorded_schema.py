"""The migrations, run once in a process for each kind of database; later empty databases take what they made.

SQLite gets a copy of the pages. PostgreSQL gets the tables that an earlier test left behind, or else the statements.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from db import schema

_CHANGES_ROWS = ("INSERT", "UPDATE")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(1096111)")
_HAS_SCHEMA = text("SELECT count(*) FROM pg_namespace WHERE nspname = :name")
_PUT_AWAY = """
DO $$
DECLARE found record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%%I', found.tablename);
    END LOOP;
END $$;
ALTER SCHEMA public RENAME TO put_away;
CREATE SCHEMA public
"""
_TAKE_OUT = "DROP SCHEMA public; ALTER SCHEMA put_away RENAME TO public"


def put_tables_away(url: str) -> bool:
    """Empty a PostgreSQL database's tables and keep them where the kiosk finds none; False where none are kept.

    Two sets of tables, or those of an older schema, are not kept.
    """
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.begin() as connection:
            has_two = connection.execute(_HAS_SCHEMA, {"name": "put_away"}).scalar_one()
            if has_two or schema.current_revision(engine) != schema.HEAD:
                return False
            connection.exec_driver_sql(_PUT_AWAY)
        return True
    finally:
        engine.dispose()


class RecordedSchema:
    """Stands in for :func:`db.schema.upgrade`; a database that is not empty goes through the migrations themselves."""

    def __init__(self) -> None:
        self._migrate: Callable[[Engine], None] = schema.upgrade
        self._lock = threading.Lock()
        self._sqlite: sqlite3.Connection | None = None
        self._statements: list[tuple[str, Any]] = []

    def upgrade(self, engine: Engine) -> None:
        """Bring the schema to :data:`db.schema.HEAD`; of several threads one does the work."""
        if schema.current_revision(engine) is not None:
            self._migrate(engine)
        elif engine.dialect.name == "sqlite":
            self._copy_pages(engine)
        elif not self._statements:
            self._statements = self._record(engine)
        else:
            with engine.begin() as connection:
                connection.execute(_ONE_AT_A_TIME)
                if schema._revision(connection) is None:
                    _replay(connection, self._statements)

    def _copy_pages(self, engine: Engine) -> None:
        if self._sqlite is None:
            self._migrate(engine)
            self._sqlite = sqlite3.connect(":memory:", check_same_thread=False)
            with engine.connect() as connection:
                _driver(connection).backup(self._sqlite)
            return
        with self._lock, engine.connect() as connection:
            if schema._revision(connection) is None:
                connection.rollback()
                self._sqlite.backup(_driver(connection))

    def _record(self, engine: Engine) -> list[tuple[str, Any]]:
        statements: list[tuple[str, Any]] = []

        def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if not statement.lstrip().startswith("SELECT"):
                statements.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        try:
            self._migrate(engine)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return statements


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _replay(connection: Connection, statements: list[tuple[str, Any]]) -> None:
    if connection.execute(_HAS_SCHEMA, {"name": "put_away"}).scalar_one():
        connection.exec_driver_sql(_TAKE_OUT)
        statements = [one for one in statements if one[0].startswith(_CHANGES_ROWS)]
    together = ""  # a round trip for each statement is most of the time
    for statement, parameters in statements:
        if not parameters:
            together += f"{statement};\n"
            continue
        if together:
            connection.exec_driver_sql(together)
            together = ""
        connection.exec_driver_sql(statement, parameters)
    if together:
        connection.exec_driver_sql(together)
