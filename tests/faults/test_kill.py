"""T20, T22: kill -9 loses nothing that was acknowledged or signed, and what was not can be sent again."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack
from uuid import uuid4

import pytest
from sqlmodel import col, select

from db import audit
from db.models.applications import Application
from db.models.documents import Document, Signature
from kiosk.config.settings import Settings
from kiosk.domain.documents import PaperState
from kiosk.services.documents.register import drawing_of
from kiosk.services.school import School
from tests.builders.documents import DRAWING
from tests.builders.filled_school import open_cheaply, submit, visitors_of
from tests.faults.worker import (
    Death,
    child,
    messages,
    sign_and_die,
    submit_and_acknowledge_too_early,
    submit_for_ever,
    submit_once,
)

_SERIALS_A_WRITER = 200


def kept(settings: Settings) -> set[str]:
    """The requests whose applications are whole in the database: with their applicant and their paper form."""
    with sqlite3.connect(settings.database_file) as connection:
        rows = connection.execute(
            "SELECT request_id FROM application a WHERE EXISTS (SELECT 1 FROM applicant WHERE application_id = a.id)"
            " AND EXISTS (SELECT 1 FROM signed_form WHERE application_id = a.id)"
        ).fetchall()
        total = connection.execute("SELECT count(*) FROM application").fetchone()[0]
        integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    assert (len(rows), integrity) == (total, "ok")
    return {row[0] for row in rows}


def audit_is_whole(school: School) -> bool:
    """Whether the chain verifies."""
    with school.store.read() as session:
        return audit.verify(session.connection(), school.store.keys).broken_at is None


def _kill_round(settings: Settings, first_serial: int, writers: int, chance: random.Random) -> set[str]:
    """Let the writers acknowledge a few applications, kill them at any moment; returns all acknowledged ones."""
    acknowledged: set[str] = set()
    with ExitStack() as stack:
        children = [
            stack.enter_context(child(submit_for_ever, settings, first_serial + place * _SERIALS_A_WRITER))
            for place in range(writers)
        ]
        for _pid, pipe in children:
            acknowledged.update(pipe.recv() for _ in range(chance.randint(1, 4)))
        for pid, _pipe in children:
            moment = time.perf_counter() + chance.uniform(0, 0.004)
            while time.perf_counter() < moment:
                pass
            os.kill(pid, signal.SIGKILL)
        for _pid, pipe in children:
            acknowledged.update(messages(pipe))
    return acknowledged


@pytest.mark.parametrize(
    ("writers", "rounds"),
    [(3, 5), pytest.param(1, 200, marks=pytest.mark.long), pytest.param(3, 200, marks=pytest.mark.long)],
)
def test_t20_nothing_acknowledged_is_lost(
    settings: Settings, writers: int, rounds: int, report: Callable[[str], None]
) -> None:
    chance = random.Random(rounds + writers)
    acknowledged: set[str] = set()
    for number in range(rounds):
        acknowledged |= _kill_round(settings, (number * writers + 1) * _SERIALS_A_WRITER, writers, chance)
    found = kept(settings)
    assert acknowledged <= found
    school = open_cheaply(settings)
    assert audit_is_whole(school)
    school.close()
    more = len(found) - len(acknowledged)
    report(f"T20: {writers} writer(s), {rounds} kills: {len(acknowledged)} acknowledged, 0 lost, {more} more committed")


def test_t20_an_acknowledgement_before_the_commit_is_found(settings: Settings) -> None:
    """The negative control: the same count must miss what was acknowledged too early."""
    acknowledged = []
    with child(submit_and_acknowledge_too_early, settings, 1, 3) as (pid, pipe):
        acknowledged += [pipe.recv() for _ in range(3)]
        os.kill(pid, signal.SIGKILL)
    assert len(set(acknowledged) - kept(settings)) == 1


@pytest.mark.parametrize("times", [5, pytest.param(100, marks=pytest.mark.long)])
def test_t22_sent_again_after_a_kill_it_is_the_same_application(settings: Settings, times: int) -> None:
    """The kill comes between the commit and the acknowledgement."""
    for serial in range(1, times + 1):
        request_id = uuid4().hex
        with child(submit_once, settings, serial, request_id, Death.AFTER_COMMIT) as (_pid, pipe):
            assert list(messages(pipe)) == [], "killed before it could acknowledge"
        with sqlite3.connect(settings.database_file) as connection:
            committed = connection.execute(
                "SELECT id, number, receipt_token FROM application WHERE request_id = ?", (request_id,)
            ).fetchall()
        connection.close()
        assert len(committed) == 1
        with child(submit_once, settings, serial, request_id, None) as (_pid, pipe):
            again = next(messages(pipe))
        assert (again.application_id, again.number, again.token) == committed[0]
    school = open_cheaply(settings)
    visitors = visitors_of(school)
    assert submit(school, visitors[serial % len(visitors)], serial, request_id) == again
    with school.store.read() as session:
        assert len(session.exec(select(col(Application.id))).all()) == times
    assert audit_is_whole(school)
    school.close()


def test_t22_killed_before_the_commit_nothing_is_there(settings: Settings) -> None:
    request_id = uuid4().hex
    with child(submit_once, settings, 1, request_id, Death.BEFORE_COMMIT) as (_pid, pipe):
        assert list(messages(pipe)) == []
    assert kept(settings) == set()
    with child(submit_once, settings, 1, request_id, None) as (_pid, pipe):
        assert next(messages(pipe)).number
    assert kept(settings) == {request_id}


def test_strokes_survive_a_kill_after_the_form_counts(settings: Settings) -> None:
    with child(sign_and_die, settings) as (_pid, pipe):
        assert list(messages(pipe)) == ["returned"]
    school = open_cheaply(settings)
    with school.store.read() as session:
        assert session.exec(select(Document.state)).one() == PaperState.RETURNED
        signature = session.exec(select(Signature)).one()
        assert signature.state == "checked"
        assert drawing_of(school.store.keys, signature) == DRAWING
    assert audit_is_whole(school)
    school.close()
