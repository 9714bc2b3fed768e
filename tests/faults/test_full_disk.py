"""T19: the disk is full at each write; never a false success, sign-in fails closed, service resumes with room.

SQLite's own limit (FULL) is in ``tests/unit/db/test_store.py``.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from db.errors import StoreError
from kiosk.config.settings import Settings
from kiosk.services.school import School
from tests.builders.filled_school import CHOSEN, STUDENTS, give_consent, open_cheaply, submit, visitors_of
from tests.builders.school import TERMINAL
from tests.faults.test_kill import audit_is_whole
from tests.faults.worker import child

_MAX_STEPS = 400
_CHANGING = 2  # the place of the student whose password changes
_TABLES = ("application", "applicant", "signed_form", "consent", "student", "credential", "audit_entry")


@dataclass
class _Action:
    """One thing the kiosk does, and how to see from outside that it was done, whole."""

    name: str
    act: Callable[[int], Any]
    adds: dict[str, int]
    audit_actions: int


def _login(turn: int) -> tuple[str, str, str]:
    """Another account and terminal each time: an attempt whose success cannot be recorded counts as failed."""
    place = turn % STUDENTS
    return f"P{120001 + (place if place != _CHANGING else 0)}", CHOSEN, f"{TERMINAL}.{turn}"


def _actions(school: School) -> list[_Action]:
    visitors = visitors_of(school)

    def change_password(turn: int) -> None:
        visitors[_CHANGING] = school.sign_in.change_password(visitors[_CHANGING], f"Meadow{turn}rivers7")

    return [
        _Action(
            "submission",
            lambda turn: submit(school, visitors[turn % len(visitors)], 1 + turn),
            {"application": 1, "applicant": 1, "signed_form": 1},
            1,
        ),
        _Action("sign-in", lambda turn: school.sign_in.student(*_login(turn)), {}, 2),
        _Action("consent", lambda turn: give_consent(school, visitors[turn % len(visitors)]), {"consent": 1}, 1),
        _Action("confirmation", lambda turn: school.student_data.confirm(visitors[turn % len(visitors)]), {}, 1),
        _Action("password", change_password, {}, 1),
    ]


def _counts(school: School) -> dict[str, int]:
    tables = SQLModel.metadata.tables
    with school.store.read() as session:
        connection = session.connection()
        return {
            name: connection.execute(select(func.count()).select_from(tables[name])).scalar_one() for name in _TABLES
        }


def _difference(after: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in _TABLES if after[name] != before[name]}


def _attempt(school: School, action: _Action, turn: int) -> bool:
    """Act once: done whole, or refused and nothing changed but, for a sign-in, the attempt that was counted."""
    before = _counts(school)
    try:
        action.act(turn)
    except StoreError:
        changed = _difference(_counts(school), before)
        most = action.audit_actions - 1
        assert set(changed) <= {"audit_entry"}, f"{action.name} refused, and {changed}"
        assert changed.get("audit_entry", 0) <= most, f"{action.name} refused, and {changed}"
        return False
    changed = _difference(_counts(school), before)
    assert changed == action.adds | {"audit_entry": action.audit_actions}, f"{action.name} done, and {changed}"
    return True


def _log_size(settings: Settings) -> int:
    return os.stat(f"{settings.database_file}-wal").st_size


def _with_a_limit(pipe: Connection, settings: Settings, step: int) -> None:
    """Each action at each file size that the kernel allows, from none to enough; then all of them with room."""
    school = open_cheaply(settings)
    actions = _actions(school)
    turn, refused = 0, {}
    for action in actions:
        assert _attempt(school, action, turn)
        base, steps, rows = _log_size(settings), 0, _counts(school)
        while True:
            turn += 1
            resource.setrlimit(resource.RLIMIT_FSIZE, (base + steps * step, resource.RLIM_INFINITY))
            done = _attempt(school, action, turn)
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            if done:
                break
            steps += 1
            assert steps < _MAX_STEPS
            if _counts(school) != rows:  # the attempt itself was recorded: there is less room than there was
                base, rows = _log_size(settings), _counts(school)
        refused[action.name] = steps
    for action in actions:
        turn += 1
        assert _attempt(school, action, turn), "service resumes"
    assert audit_is_whole(school)
    pipe.send((refused, _counts(school)))
    pipe.recv()


@pytest.mark.parametrize("step", [8000, pytest.param(1030, marks=pytest.mark.long)])
def test_t19_no_room_in_the_file_system_is_never_success(
    settings: Settings, step: int, report: Callable[[str], None]
) -> None:
    with child(_with_a_limit, settings, step) as (_pid, pipe):
        refused, counts = pipe.recv()
    school = open_cheaply(settings)
    assert _counts(school) == counts, "what was said to be done outlives the process, killed"
    assert audit_is_whole(school)
    school.close()
    assert all(refused.values()), refused
    report(f"T19: file size limits, refusals before there was room enough: {refused}")
