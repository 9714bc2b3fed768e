"""T12, T14 in full: guesses side by side, and the time of each kind of account's refusal.

For the logins of students, of staff and of parents. The short forms stand in ``test_guessing_side_by_side.py`` and
``test_every_login.py`` of ``tests/unit/services``.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from types import MethodType
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlmodel import col, select

from db.models.logins import Credential
from kiosk.clock import SystemClock
from kiosk.config.settings import Settings
from kiosk.domain.errors import SignInRefused
from kiosk.services.auth.lockout import DAY_SECONDS, FAILURES_TO_LOCK
from kiosk.services.auth.password_hashing import HASHER
from kiosk.services.school import open_school
from kiosk.testing.clock import FakeClock
from tests.builders.applications import FATHER
from tests.builders.school import TERMINAL, CountingHasher, Opened
from tests.faults.conftest import name_of
from tests.faults.worker import child
from tests.unit.services.auth.test_every_login import Login, login

__all__ = ["login"]

pytestmark = pytest.mark.long
_WRONG = "B123456780"
_ATTEMPTS = 200
_ATTEMPTS_A_DAY = 10  # five up to the lock, five past it
_KINDS = ("unknown", "initial", "chosen", "disabled")


class _RealHasher(CountingHasher):
    """As dear as the kiosk's own."""

    def __init__(self) -> None:
        super().__init__()
        PasswordHasher.__init__(self, HASHER.time_cost, HASHER.memory_cost, HASHER.parallelism)


class _OwnHashes(CountingHasher):
    """Counts the verifications against hashes that are on file."""

    def __init__(self, on_file: Sequence[str]) -> None:
        super().__init__()
        self._on_file = on_file
        self.verified_own = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified_own += hash in self._on_file
        return super().verify(hash, password)


@pytest.fixture
def opened(empty_settings: Settings) -> Iterator[Opened]:
    clock, hasher = FakeClock(), _RealHasher()
    school = open_school(empty_settings, clock, hasher)
    yield Opened(school, clock, hasher)
    school.close()


def _guess(
    pipe: Connection, settings: Settings, kind: str, names: Sequence[str], on_file: Sequence[str], guesses: int
) -> None:
    hasher = _OwnHashes(on_file)
    sign_in = getattr(open_school(settings, SystemClock(), hasher).sign_in, kind)
    pipe.recv()
    for number in range(guesses):
        with contextlib.suppress(SignInRefused):
            sign_in(names[number % len(names)], f"{_WRONG}{number}", TERMINAL)
    pipe.send((hasher.verified_own, hasher.verified))


def test_t12_eight_kiosks_guess_at_once(login: Login, empty_settings: Settings, report: Callable[[str], None]) -> None:
    assert isinstance(login.sign_in, MethodType)
    kind, chosen = login.sign_in.__name__, login.accounts[2]
    names = (chosen, FATHER.mobile) if kind == "parent" else (chosen,)
    with login.opened.school.store.read() as session:
        on_file = session.exec(select(Credential.password_hash).where(col(Credential.password_hash).is_not(None))).all()
    with ExitStack() as stack:
        pipes = [stack.enter_context(child(_guess, empty_settings, kind, names, on_file, 20))[1] for _kiosk in range(8)]
        for pipe in pipes:
            pipe.send("go")
        counts = [pipe.recv() for pipe in pipes]
    own, every = (sum(count) for count in zip(*counts, strict=True))
    report(f"T12: {kind}, {name_of(empty_settings)}: 8 processes x 20 guesses: {own} verified against the own hash")
    assert own == FAILURES_TO_LOCK
    assert every == 8 * 20, "those refused cost one verification too"


@pytest.mark.timeout(900)  # eight hundred real verifications
def test_t14_two_hundred_wrong_sign_ins_of_each_kind_take_the_same_time(
    login: Login, empty_settings: Settings, report: Callable[[str], None]
) -> None:
    hasher, kinds = login.opened.hasher, dict(zip(_KINDS, login.accounts, strict=False))
    said: dict[str, list[object]] = {kind: [] for kind in kinds}
    seconds: dict[str, list[float]] = {kind: [] for kind in [*kinds, "locked", "not locked"]}
    for attempt in range(_ATTEMPTS):
        if attempt and attempt % _ATTEMPTS_A_DAY == 0:
            login.opened.clock.advance(DAY_SECONDS + 1)
        for kind, account in kinds.items():
            verified, began = hasher.verified, time.perf_counter()
            said[kind].append(login.refusal(account, _WRONG))
            took = time.perf_counter() - began
            assert hasher.verified == verified + 1
            seconds[kind].append(took)
            locked = attempt % _ATTEMPTS_A_DAY >= FAILURES_TO_LOCK
            seconds["locked" if locked else "not locked"].append(took)
    assert all(words == said["unknown"] for words in said.values())
    medians = {kind: statistics.median(times) for kind, times in seconds.items()}
    spread = max(medians.values()) / min(medians.values()) - 1
    shown = ", ".join(f"{kind} {median * 1000:.1f}" for kind, median in medians.items())
    where = f"{login.accounts[2]}, {name_of(empty_settings)}"
    report(f"T14: {where}: medians of {_ATTEMPTS} wrong sign-ins in ms: {shown}; spread {spread:.1%}")
    assert spread < 0.05
