"""T12, T14 in full: guesses side by side, and every kind of account alike in words, work and time.

For the logins of students, of staff and of parents. The short forms stand in ``test_guessing_side_by_side.py`` and
``test_every_login.py`` of ``tests/unit/services``.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.connection import Connection
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlmodel import col, select, update

from db.models.logins import Credential
from kiosk.clock import SystemClock
from kiosk.config.settings import Settings
from kiosk.domain.errors import SignInRefused
from kiosk.services.administration.staff_accounts import StaffAccounts
from kiosk.services.auth.lockout import DAY_SECONDS, FAILURES_TO_LOCK
from kiosk.services.auth.password_hashing import HASHER
from kiosk.services.auth.staff_session import CommandLine, Role
from kiosk.services.imports.roster_import import import_roster
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.builders.filled_school import (
    CHOSEN,
    STUDENTS,
    add_staff,
    approved_parent,
    cheap_hasher,
    checked_roster,
    open_cheaply,
    signed_on_parent,
)
from tests.builders.school import TERMINAL
from tests.faults.worker import child

_WRONG = "B123456780"
_ATTEMPTS = 200
_ATTEMPTS_A_DAY = 10  # five up to the lock, five past it
_KINDS = {
    "student": {
        "unknown": "P777777",
        "initial": f"P{120001 + STUDENTS}",
        "chosen": "P120002",
        "disabled": "P120003",
    },
    "staff": {"unknown": "NOBODY", "initial": "FIRST.ONE", "chosen": "CHOSEN.ONE", "disabled": "DISABLED.ONE"},
    "parent": {
        "unknown": "nobody@example.org",
        "initial": "applicant2@example.org",
        "chosen": "applicant1@example.org",
        "disabled": "0900000003",
    },
}
_NAMES = {"parent": ("applicant1@example.org", "0900000001")}
"""The names that lead to the chosen account, where it has several."""


class _Counted(PasswordHasher):
    """Counts the verifications, all and those against one hash."""

    def __init__(self, hasher: PasswordHasher, own_hash: str = "") -> None:
        super().__init__(hasher.time_cost, hasher.memory_cost, hasher.parallelism)
        self.own_hash = own_hash
        self.verified = self.verified_own = self.hashed = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.hashed += 1
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified += 1
        self.verified_own += hash == self.own_hash
        return super().verify(hash, password)


def _sign_in(school: School, login: str) -> Callable[[str, str, str], object]:
    return {
        "student": school.sign_in.student,
        "staff": school.sign_in.staff,
        "parent": school.sign_in.parent,
    }[login]


def _guess(pipe: Connection, settings: Settings, login: str, own_hash: str, guesses: int) -> None:
    hasher = _Counted(cheap_hasher(), own_hash)
    school = open_school(settings, SystemClock(), hasher)
    pipe.recv()
    names = _NAMES.get(login, (_KINDS[login]["chosen"],))
    for number in range(guesses):
        with contextlib.suppress(SignInRefused):
            _sign_in(school, login)(names[number % len(names)], f"{_WRONG}{number}", TERMINAL)
    pipe.send((hasher.verified_own, hasher.verified))


@pytest.mark.long
@pytest.mark.parametrize("login", _KINDS)
def test_t12_eight_kiosks_guess_at_once(either_settings: Settings, login: str, report: Callable[[str], None]) -> None:
    account = _KINDS[login]["chosen"]
    school = open_cheaply(either_settings)
    if login == "staff":
        add_staff(school, account, Role.REGISTRAR)
    if login == "parent":
        account = signed_on_parent(school, 1).account_id
    with school.store.read() as session:
        own_hash = session.exec(select(Credential.password_hash).where(Credential.account == account)).one()
    school.close()
    with ExitStack() as stack:
        pipes = [stack.enter_context(child(_guess, either_settings, login, own_hash, 20))[1] for _ in range(8)]
        for pipe in pipes:
            pipe.send("go")
        counts = [pipe.recv() for pipe in pipes]
    own, every = (sum(count) for count in zip(*counts, strict=True))
    database = _database(either_settings)
    report(f"T12: {login}, {database}: 8 processes x 20 guesses: {own} verified against the account's hash")
    assert own == FAILURES_TO_LOCK
    assert every == 8 * 20, "those refused cost one verification too"


def _database(settings: Settings) -> str:
    return "PostgreSQL" if settings.database_url else "SQLite"


def _four_students(school: School) -> None:
    """The accounts as :data:`_KINDS` names them, the chosen password hashed as a real kiosk does."""
    kinds = _KINDS["student"]
    import_roster(school.store, checked_roster(school, STUDENTS + 1), "1" * 64, "test", lambda _done, _all: None)
    for account in (kinds["chosen"], kinds["disabled"]):
        school.sign_in.student(account, CHOSEN, "kiosk-2")
    with school.store.write() as unit:
        unit.session.exec(update(Credential).where(col(Credential.account) == kinds["disabled"]).values(active=False))
        unit.audit("test", "login.disabled", "school")


def _four_parents(school: School) -> None:
    """The same of the parents."""
    signed_on_parent(school, 1)
    approved_parent(school, 2)
    holder = signed_on_parent(school, 3)
    (child,) = school.accounts.children(holder)
    school.accounts.end_binding(holder, child.binding_id or "", "轉學")


def _four_of_the_staff(school: School) -> None:
    """The same of the staff."""
    kinds, accounts = _KINDS["staff"], StaffAccounts(school.store, school.clock)
    for kind in ("initial", "chosen", "disabled"):
        add_staff(school, kinds[kind], Role.REGISTRAR)
    row = accounts.find(CommandLine(), kinds["disabled"])
    accounts.disable(CommandLine(), row.id, row.version)
    row = accounts.find(CommandLine(), kinds["initial"])
    accounts.reset(CommandLine(), row.id, row.version)


@pytest.mark.long
@pytest.mark.timeout(900)  # eight hundred real verifications
@pytest.mark.parametrize("login", _KINDS)
def test_t14_two_hundred_wrong_sign_ins_of_each_kind_are_alike(
    either_settings: Settings, login: str, report: Callable[[str], None]
) -> None:
    clock, hasher = FakeClock(), _Counted(HASHER)
    school = open_school(either_settings, clock, hasher)
    {"student": _four_students, "staff": _four_of_the_staff, "parent": _four_parents}[login](school)
    kinds, sign_in = _KINDS[login], _sign_in(school, login)
    words: dict[str, list[tuple[str, int | None, int | None]]] = {kind: [] for kind in kinds}
    seconds: dict[str, list[float]] = {kind: [] for kind in [*kinds, "locked", "not locked"]}
    hashed = hasher.hashed
    for attempt in range(_ATTEMPTS):
        if attempt and attempt % _ATTEMPTS_A_DAY == 0:
            clock.advance(DAY_SECONDS + 1)
        for kind, account in kinds.items():
            verified, began = hasher.verified, time.perf_counter()
            with pytest.raises(SignInRefused) as refused:
                sign_in(account, _WRONG, TERMINAL)
            took = time.perf_counter() - began
            assert hasher.verified == verified + 1
            words[kind].append((str(refused.value), refused.value.minutes_left, refused.value.wait_seconds))
            seconds[kind].append(took)
            locked = attempt % _ATTEMPTS_A_DAY >= FAILURES_TO_LOCK
            seconds["locked" if locked else "not locked"].append(took)
    school.close()
    assert hasher.hashed == hashed
    assert all(said == words["unknown"] for said in words.values())
    assert sum(minutes is not None for _text, minutes, _wait in words["unknown"]) >= _ATTEMPTS // 2
    medians = {kind: statistics.median(times) for kind, times in seconds.items()}
    spread = max(medians.values()) / min(medians.values()) - 1
    shown = ", ".join(f"{kind} {median * 1000:.1f}" for kind, median in medians.items())
    database = _database(either_settings)
    report(f"T14: {login}, {database}: medians of {_ATTEMPTS} wrong sign-ins in ms: {shown}; spread {spread:.1%}")
    assert spread < 0.05
