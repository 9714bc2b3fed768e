"""The database and the two ways to use it: ``read()`` and ``write()``.

SQLite by default, PostgreSQL by URL. A write is one transaction that takes the writers' lock first, so its reads stay
valid until it commits. Without an audit row it is refused.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import DataError, IntegrityError, StatementError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from db import audit
from db.errors import StoreBusy, StoreConflict, StoreError, StoreUnavailable, UnauditedWrite, UnsafeFolder
from db.keyring import KeyRing

MAIL_DUE = "mail_due"
"""The topic of a unit of work that adds a mail to the outbox (`UnitOfWork.announce`)."""
BUSY_SECONDS = 5.0
_READER_BUSY_MILLISECONDS = 5000
_FIRST_WAIT = (0.0005, 0.004)
_MAX_WAIT = 0.008
_GROWTH = 1.02
_NETWORK_FILE_SYSTEMS = frozenset(
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs", "davfs"]
)
_BUSY_SQLSTATES = frozenset({"55P03", "40P01", "40001"})  # lock not available, deadlock, serialization failure
_POSTGRESQL_OPTIONS = "-c lock_timeout=5000 -c synchronous_commit=on"
"""A commit waits for the disk, whatever the default of server or role."""
_READER_CACHE_KIBIBYTES = 128
"""The page cache of a reading connection. SQLite's default of two megabytes for each connection is too much for a
terminal; pages are found by indexes, and the system caches the file."""
_PRAGMAS: Mapping[str, tuple[str, object]] = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    "secure_delete": ("ON", 1),
    "trusted_schema": ("OFF", 0),
}


class UnitOfWork:
    """One write transaction, with its connection, session and audit rows."""

    def __init__(
        self, connection: Connection, keys: KeyRing, timestamp_ms: int, terminal: str, head: tuple[int, bytes]
    ) -> None:
        self.connection = connection
        self.session = Session(connection)
        self.keys = keys
        self.timestamp_ms = timestamp_ms
        self._terminal = terminal
        self._head = head
        self.audited = False
        self.topics: set[str] = set()

    def announce(self, topic: str) -> None:
        """Call the listener of a topic after the commit (`Store.listen`)."""
        self.topics.add(topic)

    def audit(self, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
        """Add an audit row; of ``detail`` only a keyed hash is kept."""
        self._head = audit.append(
            self.connection,
            self.keys,
            self._head,
            at=self.timestamp_ms,
            terminal=self._terminal,
            actor=actor,
            action=action,
            subject=subject,
            detail=detail or {},
        )
        self.audited = True


class Store:
    """An open database.

    Args:
        url: an SQLAlchemy URL: ``sqlite:///path`` or ``postgresql://…``.
        keys: to seal, index and audit with.
        now: returns whole milliseconds since 1970-01-01 UTC.
        terminal: this terminal's name, for audit rows.

    Raises:
        UnsafeFolder: the SQLite file lies on a network file system.
    """

    def __init__(self, url: str, keys: KeyRing, now: Callable[[], int], terminal: str) -> None:
        self.url = url
        self.keys = keys
        self.now = now
        self.terminal = terminal
        self._listeners: dict[str, Callable[[], None]] = {}
        if self.is_sqlite:
            _refuse_network_file_system(Path(url.removeprefix("sqlite:///")))
            self.reader = _sqlite_engine(url, writer=False)
            self.writer = _sqlite_engine(url, writer=True)
        else:
            self.writer = _postgresql_engine(url)
            # the same pool; all statements of a read share one snapshot, as on SQLite
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ")

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.url.startswith("sqlite")

    def listen(self, topic: str, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each commit of a unit of work that announced the topic; it must not raise."""
        self._listeners[topic] = listener

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session on one consistent snapshot.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        try:
            with Session(self.reader) as session:
                yield session
        except (StatementError, UnicodeError) as error:
            raise _translated(error) from None

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """Open one transaction, committed at the end of the block or rolled back.

        Raises:
            StoreBusy, StoreConflict, StoreUnavailable, UnauditedWrite: nothing was written.
        """
        try:
            with self.writer.connect() as connection:
                head = audit.lock_head(connection)
                unit = UnitOfWork(connection, self.keys, self.now(), self.terminal, head)
                with unit.session:
                    yield unit
                    unit.session.flush()
                    if not unit.audited:
                        raise UnauditedWrite
                    connection.commit()
        except (StatementError, UnicodeError) as error:
            raise _translated(error) from None
        for topic in unit.topics & self._listeners.keys():
            self._listeners[topic]()

    def close(self) -> None:
        """Close every connection; on SQLite the last one merges the write-ahead log into the database."""
        self.reader.dispose()
        self.writer.dispose()


def _translated(error: StatementError | UnicodeError) -> StoreError:
    """Return the error without statement or values, which may hold personal data.

    PostgreSQL's DETAIL quotes whole rows, and a UnicodeError holds the text.
    """
    if isinstance(error, UnicodeError):
        return StoreUnavailable(type(error).__name__)
    if isinstance(error, (IntegrityError, DataError)):
        return StoreConflict(type(error.orig).__name__)
    text = str(error.orig).lower()
    sqlstate = getattr(error.orig, "sqlstate", None)
    if "database is locked" in text or "database table is locked" in text or sqlstate in _BUSY_SQLSTATES:
        return StoreBusy("database busy")
    return StoreUnavailable(type(error.orig).__name__)


def _postgresql_engine(url: str) -> Engine:
    scheme, _, rest = url.partition("://")
    full = f"postgresql+psycopg://{rest}" if scheme in ("postgresql", "postgres") else url
    return create_engine(
        full,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=4,
        connect_args={"connect_timeout": 5, "options": _POSTGRESQL_OPTIONS},
    )


def _sqlite_engine(url: str, *, writer: bool) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=4,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        deadline = time.monotonic() + BUSY_SECONDS
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_READER_BUSY_MILLISECONDS}")
        for name, (value, expected) in _PRAGMAS.items():
            _pragma(cursor, name, value, expected, deadline)
        if writer:
            cursor.execute("PRAGMA busy_timeout=0")
        else:
            cursor.execute(f"PRAGMA cache_size=-{_READER_CACHE_KIBIBYTES}")
        cursor.close()

    # a "begin" event would call its listeners at every statement
    engine.dialect.do_begin = _begin_immediate if writer else _begin  # type: ignore[method-assign,assignment]  # each engine has its own dialect
    return engine


def _begin(connection: PoolProxiedConnection) -> None:
    """Begin a read; the driver would begin a transaction only at the first change."""
    connection.cursor().execute("BEGIN")


def _pragma(cursor: Any, name: str, value: str, expected: object, deadline: float) -> None:
    """Set a pragma and read it back; retry while another process opens the same new file."""
    while True:
        try:
            cursor.execute(f"PRAGMA {name}={value}")
            found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(*_FIRST_WAIT))
            continue
        if found != expected:
            raise StoreUnavailable(f"PRAGMA {name} is not {value}")
        return


def _begin_immediate(connection: PoolProxiedConnection) -> None:
    """Take the writers' lock, with random waits between tries; SQLite's own back-off starves a writer for seconds.

    The waits stay short, so that a long wait is no disadvantage. The call goes to the driver directly, because an error
    through SQLAlchemy costs more than the wait.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    execute = connection.cursor().execute
    low, high = _FIRST_WAIT
    while True:
        try:
            execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise StoreUnavailable(type(error).__name__) from None
            if time.monotonic() > deadline:
                raise StoreBusy("database busy") from None
            time.sleep(random.uniform(low, high))
            high = min(high * _GROWTH, _MAX_WAIT)
        else:
            return


def _refuse_network_file_system(file: Path) -> None:
    """Refuse a folder on a network mount (Linux only)."""
    mounts = Path("/proc/self/mountinfo")
    if not mounts.exists():
        return
    folder = file.resolve().parent
    deepest, kind = "", ""
    for line in mounts.read_text(errors="replace").splitlines():
        left, _, right = line.partition(" - ")
        point = left.split()[4].replace("\\040", " ")
        if len(point) >= len(deepest) and (folder == Path(point) or Path(point) in folder.parents):
            deepest, kind = point, right.split()[0]
    if kind in _NETWORK_FILE_SYSTEMS:
        raise UnsafeFolder(kind)
