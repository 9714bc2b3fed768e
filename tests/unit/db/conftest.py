from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import schema
from db.keyring import new_keys
from db.store import Store
from tests.builders.databases import DATABASES, database, sqlite_url


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Without tables, on each of the two databases."""
    with database(request.param) as url:
        opened = Store(url or sqlite_url(tmp_path), new_keys(), lambda: time.time_ns() // 1_000_000, "test")
        yield opened
        opened.close()


@pytest.fixture
def store(empty: Store) -> Store:
    schema.upgrade(empty.writer)
    return empty
