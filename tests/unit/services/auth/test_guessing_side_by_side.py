"""T12: kiosks that guess at once verify no more than one alone; in processes, it is in tests/faults."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import pytest
from argon2 import PasswordHasher

from db.models.logins import Credential
from kiosk.clock import SystemClock
from kiosk.config.settings import Settings
from kiosk.domain.errors import SignInRefused
from kiosk.services.auth.lockout import FAILURES_TO_LOCK
from kiosk.services.school import open_school
from tests.builders.accounts import Families
from tests.builders.school import (
    ACCOUNT,
    CHOSEN,
    NATIONAL_ID,
    STUDENT_NUMBER,
    TERMINAL,
    CountingHasher,
    add_student,
    only_row,
    staff_member,
)

WRONG = "B123456780"


class _VerificationCounter(CountingHasher):
    """Counts what is verified against the student's own hash; the one nobody has is not worth counting."""

    def __init__(self, own_hash: str) -> None:
        super().__init__()
        self.own_hash = own_hash

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified += hash == self.own_hash
        return PasswordHasher.verify(self, hash, password)


@dataclass(frozen=True)
class Target:
    """A school one of whose logins has a chosen password, the names that lead to it, and the hash of it."""

    settings: Settings
    login: str
    names: tuple[str, ...]
    own_hash: str


def _guess(target: Target, guesses: int, start: threading.Barrier) -> int:
    """Guess from a kiosk of one's own; returns how many guesses were verified."""
    hasher = _VerificationCounter(target.own_hash)
    school = open_school(target.settings, SystemClock(), hasher)
    sign_in = getattr(school.sign_in, target.login)
    start.wait()
    for guess in range(guesses):
        with contextlib.suppress(SignInRefused):
            sign_in(target.names[guess % len(target.names)], WRONG, TERMINAL)
    school.close()
    return hasher.verified


@pytest.fixture(params=["student", "staff", "parent"])
def target(request: pytest.FixtureRequest, settings: Settings) -> Target:
    school = open_school(settings, SystemClock(), CountingHasher())
    if request.param == "staff":
        names: tuple[str, ...] = (staff_member(school).account,)
    elif request.param == "parent":
        Families(school).signed_on()
        names = ("flower@example.com", "0910100200")
    else:
        add_student(school, STUDENT_NUMBER)
        names = (ACCOUNT,)
        school.sign_in.change_password(school.sign_in.student(ACCOUNT, NATIONAL_ID, TERMINAL).visitor, CHOSEN)
    own_hash = only_row(school, Credential, kind=request.param).password_hash
    school.close()
    assert own_hash
    return Target(settings, request.param, names, own_hash)


@pytest.mark.both_databases
def test_t12_parallel_guesses_are_limited_together(target: Target) -> None:
    start = threading.Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        kiosks = [pool.submit(_guess, target, 5, start) for _ in range(8)]
        assert sum(kiosk.result() for kiosk in kiosks) == FAILURES_TO_LOCK
