"""T12: kiosks that guess at once verify no more than one that guesses alone; the full form is in tests/faults."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Literal, Protocol

import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from db.models import Credential
from kiosk.clock import SystemClock
from kiosk.services.errors import SignInRefused
from kiosk.services.lockout import FAILURES_TO_LOCK
from kiosk.services.school import open_school
from kiosk.settings import Settings
from tests.unit.services.conftest import (
    ACCOUNT,
    CHOSEN,
    NATIONAL_ID,
    STUDENT_NUMBER,
    TERMINAL,
    CountingHasher,
    add_student,
)

WRONG = "B123456780"


class Barrier(Protocol):
    """What the barriers of threading and multiprocessing share."""

    def wait(self) -> int: ...


class _VerificationCounter(CountingHasher):
    """Counts what is verified against the student's own hash; the one nobody has is not worth counting."""

    def __init__(self, own_hash: str) -> None:
        super().__init__()
        self.own_hash = own_hash

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified += hash == self.own_hash
        return PasswordHasher.verify(self, hash, password)


def _guess(settings: Settings, own_hash: str, guesses: int, start: Barrier) -> int:
    """Guess from a kiosk of one's own; returns how many guesses were verified."""
    hasher = _VerificationCounter(own_hash)
    school = open_school(settings, SystemClock(), hasher)
    start.wait()
    for _ in range(guesses):
        with contextlib.suppress(SignInRefused):
            school.sign_in.student(ACCOUNT, WRONG, TERMINAL)
    school.close()
    return hasher.verified


def _guess_in_process(
    settings: Settings, own_hash: str, guesses: int, start: Barrier, verified: multiprocessing.Queue[int]
) -> None:
    verified.put(_guess(settings, own_hash, guesses, start))


@pytest.fixture
def chosen_school(settings: Settings, database_url: str | None) -> tuple[Settings, str]:
    """The settings of a school whose student has chosen a password, and the hash of it."""
    settings = replace(settings, database_url=database_url)
    school = open_school(settings, SystemClock(), CountingHasher())
    add_student(school, STUDENT_NUMBER)
    first = school.sign_in.student(ACCOUNT, NATIONAL_ID, TERMINAL).visitor
    school.sign_in.change_password(first, CHOSEN)
    with school.store.read() as session:
        own_hash = session.exec(select(Credential.password_hash)).one()
    school.close()
    assert own_hash
    return settings, own_hash


def test_t12_guesses_side_by_side_in_threads(chosen_school: tuple[Settings, str]) -> None:
    start = threading.Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        kiosks = [pool.submit(_guess, *chosen_school, 20, start) for _ in range(8)]
        assert sum(kiosk.result() for kiosk in kiosks) == FAILURES_TO_LOCK


def test_t12_guesses_side_by_side_in_processes(chosen_school: tuple[Settings, str]) -> None:
    context = multiprocessing.get_context("spawn")
    start, verified = context.Barrier(4), context.Queue()
    kiosks = [context.Process(target=_guess_in_process, args=(*chosen_school, 10, start, verified)) for _ in range(4)]
    for kiosk in kiosks:
        kiosk.start()
    total = sum(verified.get(timeout=120) for _ in kiosks)
    for kiosk in kiosks:
        kiosk.join()
    assert total == FAILURES_TO_LOCK
