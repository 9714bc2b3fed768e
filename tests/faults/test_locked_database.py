"""T23: another writer keeps the database; the visitor waits 5 seconds at most, and nothing is half done."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlmodel import col, func, select

import db.store
from db.errors import StoreBusy
from db.models.applications import Application
from kiosk.config.settings import Settings
from kiosk.services.school import School
from tests.builders.filled_school import CHOSEN, open_cheaply, submit, visitors_of
from tests.builders.school import TERMINAL

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


def _waits_and_goes_on(settings: Settings, prepare: Callable[[School], None]) -> float:
    """Submit and sign in against the lock, then again without; returns the longer wait."""
    keeper, school = open_cheaply(settings), open_cheaply(settings)
    prepare(school)
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
    return max(waits)


def test_t23_a_lock_that_stays_is_busy_and_what_was_typed_goes_in_afterwards(
    either_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.store, "BUSY_SECONDS", 0.2)

    def wait_less(school: School) -> None:
        if not school.store.is_sqlite:

            @event.listens_for(school.store.writer, "connect")
            def prepare(connection: Any, _record: Any) -> None:
                connection.execute("SET lock_timeout = 200")
                connection.commit()

            school.store.writer.dispose()

    _waits_and_goes_on(either_settings, wait_less)


@pytest.mark.long
def test_t23_the_wait_is_five_seconds_at_most(either_settings: Settings, report: Callable[[str], None]) -> None:
    wait = _waits_and_goes_on(either_settings, lambda _school: None)
    report(f"T23: the longest wait behind a lock that stays: {wait:.2f} s")
    assert wait <= _SECONDS_ALLOWED
