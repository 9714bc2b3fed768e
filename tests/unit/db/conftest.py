from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import schema
from db.keyring import new_keys
from db.store import Store
from tests.builders.databases import postgresql_url, sqlite_url


def _open(url: str) -> Store:
    store = Store(url, new_keys(), lambda: time.time_ns() // 1_000_000, "test")
    schema.upgrade(store.writer)
    return store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = _open(sqlite_url(tmp_path))
        yield opened
        opened.close()
        return
    with postgresql_url() as url:
        opened = _open(url)
        yield opened
        opened.close()
