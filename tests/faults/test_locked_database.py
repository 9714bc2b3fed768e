"""T23: another writer keeps the database; the visitor waits 5 seconds at most, and nothing is half done."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import col, func, select

import db.store
from db.errors import StoreBusy
from db.models.applications import Application
from kiosk.config.settings import Settings
from kiosk.services.school import School
from tests.builders.filled_school import CHOSEN, open_cheaply, submit, visitors_of
from tests.builders.school import TERMINAL
from tests.faults.conftest import name_of

_SECONDS_ALLOWED = 5.5  # the promise is 5 s; the rest is the machine's


@contextmanager
def _kept(school: School) -> Iterator[None]:
    """Keep the writers' lock, as another program would."""
    if school.store.is_sqlite:
        other = sqlite3.connect(school.settings.database_file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()
        return
    with school.store.writer.connect() as connection:
        connection.execute(text("SELECT seq FROM audit_head FOR UPDATE"))
        yield


def _applications(school: School, request_id: str) -> int:
    with school.store.read() as session:
        statement = select(func.count()).select_from(Application).where(col(Application.request_id) == request_id)
        return session.exec(statement).one()


@pytest.mark.parametrize("seconds", [0.2, pytest.param(5.0, marks=pytest.mark.long)])
def test_t23_a_lock_that_stays_is_busy_and_what_was_typed_goes_in_afterwards(
    either_settings: Settings, monkeypatch: pytest.MonkeyPatch, seconds: float, report: Callable[[str], None]
) -> None:
    """Submit and sign in against the lock, then again without."""
    if seconds < 5.0:
        monkeypatch.setattr(db.store, "BUSY_SECONDS", seconds)
        monkeypatch.setattr(db.store, "_POSTGRESQL_OPTIONS", "-c lock_timeout=200")
    keeper, school = open_cheaply(either_settings), open_cheaply(either_settings)
    visitor, request_id, waits = visitors_of(school)[0], uuid4().hex, []
    actions: list[Callable[[], Any]] = [
        lambda: submit(school, visitor, 1, request_id),
        lambda: school.sign_in.student("P120001", CHOSEN, TERMINAL),
    ]
    with _kept(keeper):
        for action in actions:
            began = time.monotonic()
            with pytest.raises(StoreBusy):
                action()
            waits.append(time.monotonic() - began)
        assert school.student_data.hub(visitor).applications == ()
    assert _applications(school, request_id) == 0
    for action in actions:
        action()
    assert _applications(school, request_id) == 1
    school.close()
    keeper.close()
    report(f"T23: {name_of(either_settings)}: the longest wait behind a lock that stays: {max(waits):.2f} s")
    if seconds == 5.0:
        assert max(waits) <= _SECONDS_ALLOWED
