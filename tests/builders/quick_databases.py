"""Databases that share compiled statements and do not wait for the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from db import store


@contextmanager
def shared_statements() -> Iterator[None]:
    """Let engines of a kind share dialect and statement cache; else each test compiles every statement anew."""
    first: dict[object, Engine] = {}

    def sharing(make: Callable[..., Engine]) -> Callable[..., Engine]:
        def make_shared(url: str, **options: bool) -> Engine:
            engine, kind = make(url, **options), (make, *options.values())
            if kind in first:
                engine.dialect, engine._compiled_cache = first[kind].dialect, first[kind]._compiled_cache
            else:  # only a connection completes the dialect
                event.listen(engine, "connect", lambda *_: first.setdefault(kind, engine))
            return engine

        return make_shared

    with pytest.MonkeyPatch.context() as patched:
        for name in ("_sqlite_engine", "_postgresql_engine"):
            patched.setattr(store, name, sharing(getattr(store, name)))
        yield


@contextmanager
def no_waits_for_the_disk() -> Iterator[None]:
    """Leave it to the system when SQLite's files reach the disk."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "_PRAGMAS", {**store._PRAGMAS, "synchronous": ("OFF", 0)})
        yield
