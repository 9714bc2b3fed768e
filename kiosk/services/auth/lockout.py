"""Counters of failed sign-ins; each attempt is recorded before its verification, so parallel guesses count too.

Five failures lock an account name for 15 minutes, twenty failures a day for the rest of the day, whether the name
exists or not. Fifteen different names within ten minutes slow one terminal to an attempt in ten seconds. Time is
measured since the machine's boot, so setting the wall clock neither ends nor lengthens a wait. A wait from another boot
or machine is converted once by the wall clock, and never becomes longer.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from uuid import uuid4

from sqlalchemy import bindparam, delete, insert, select, update

from db.models.columns import table_of
from db.models.logins import SignInCounter, TerminalFailure
from db.store import UnitOfWork
from kiosk.clock import Clock
from kiosk.domain.errors import SignInRefused

FAILURES_TO_LOCK = 5
LOCK_SECONDS = 15 * 60
FAILURES_A_DAY = 20
DAY_SECONDS = 24 * 60 * 60
NAMES_AT_TERMINAL = 15
TERMINAL_WINDOW_SECONDS = 10 * 60
TERMINAL_WAIT_SECONDS = 10

_counter, _failure = table_of(SignInCounter), table_of(TerminalFailure)
_of_account = _counter.c.account_index == bindparam("account")
_at_terminal = _failure.c.terminal == bindparam("place")
_FIND_COUNTER = select(_counter).where(_of_account)
_ADD_COUNTER = insert(_counter)
_CHANGE_COUNTER = update(_counter).where(_of_account)
_FORGET_COUNTER = delete(_counter).where(_of_account)
_FIND_FAILURES = select(_failure.c.account_index, _failure.c.elapsed).where(_at_terminal)
_ADD_FAILURE = insert(_failure)
_FORGET_FAILURES = delete(_failure).where(_at_terminal, _failure.c.account_index == bindparam("account"))
_FORGET_OLD_FAILURES = delete(_failure).where(
    _at_terminal,
    (_failure.c.boot != bindparam("this_boot")) | (_failure.c.elapsed < bindparam("oldest")),
)


@dataclass
class _Counter:
    """A row of `db.models.logins.SignInCounter`."""

    account_index: bytes = field(repr=False)
    failures: int = 0
    day_failures: int = 0
    day_boot: str = ""
    day_elapsed: int = 0
    day_at: int = 0
    lock_seconds: int = 0
    lock_boot: str = ""
    lock_elapsed: int = 0
    lock_at: int = 0


class Lockout:
    """Reads and writes the counters within the caller's unit of work."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def reserve(self, unit: UnitOfWork, account_index: bytes, terminal: str) -> SignInRefused | None:
        """Record an attempt as failed before its verification; return a refusal where none is allowed."""
        slowed = self._slow_terminal(unit, account_index, terminal)
        if slowed is not None:
            return slowed
        left = self._count_attempt(unit, account_index)
        if left > 0:
            return SignInRefused(minutes_left=math.ceil(left / 60))
        boot, elapsed, at = self._stamp()
        unit.connection.execute(
            _ADD_FAILURE,
            {
                "id": uuid4().hex,
                "terminal": terminal,
                "account_index": account_index,
                "boot": boot,
                "elapsed": elapsed,
                "at": at,
            },
        )
        return None

    def reserve_behind(self, unit: UnitOfWork, account_index: bytes) -> bool:
        """Record an attempt under the account that several names lead to; return whether it is allowed.

        The visitor must not learn the reason, which would tell the names that belong together.
        """
        return self._count_attempt(unit, account_index) <= 0

    def _count_attempt(self, unit: UnitOfWork, account_index: bytes) -> float:
        """Count an attempt as failed unless the counter is locked; return the seconds of the lock."""
        found = _find(unit, account_index)
        counter = found or _Counter(account_index)
        self._carry_over(counter)
        left = self._lock_left(counter)
        if left <= 0:
            self._count(counter)
        if found is None:
            unit.connection.execute(_ADD_COUNTER, asdict(counter))
        else:
            _change(unit, counter)
        return left

    def _count(self, counter: _Counter) -> None:
        """Count one failure; the last allowed one locks."""
        if counter.lock_seconds:
            counter.failures, counter.lock_seconds = 0, 0
        if counter.day_failures == 0 or self._since(counter.day_elapsed) >= DAY_SECONDS:
            counter.day_failures = 0
            counter.day_boot, counter.day_elapsed, counter.day_at = self._stamp()
        counter.failures += 1
        counter.day_failures += 1
        if counter.day_failures >= FAILURES_A_DAY:
            rest_of_day = math.ceil(DAY_SECONDS - self._since(counter.day_elapsed))
            self._lock(counter, max(LOCK_SECONDS, rest_of_day))
        elif counter.failures >= FAILURES_TO_LOCK:
            self._lock(counter, LOCK_SECONDS)

    def minutes_left(self, unit: UnitOfWork, account_index: bytes) -> int | None:
        """Return the minutes, rounded up, that a name is locked after :meth:`reserve`; None without a lock."""
        counter = _find(unit, account_index)
        left = self._lock_left(counter) if counter else 0
        return math.ceil(left / 60) if left > 0 else None

    def clear(self, unit: UnitOfWork, account_index: bytes, terminal: str) -> None:
        """Clear the failures of a name since its last successful sign-in."""
        counter = _find(unit, account_index)
        if counter is not None:
            counter.day_failures = max(0, counter.day_failures - counter.failures)
            counter.failures, counter.lock_seconds = 0, 0
            _change(unit, counter)
        unit.connection.execute(_FORGET_FAILURES, {"place": terminal, "account": account_index})

    def forget(self, unit: UnitOfWork, account_index: bytes) -> None:
        """Clear all failures of a name, including the day's, after its owner proved their identity."""
        unit.connection.execute(_FORGET_COUNTER, {"account": account_index})

    def _slow_terminal(self, unit: UnitOfWork, account_index: bytes, terminal: str) -> SignInRefused | None:
        boot, now, _ = self._stamp()
        oldest = now - TERMINAL_WINDOW_SECONDS * 1000
        unit.connection.execute(_FORGET_OLD_FAILURES, {"place": terminal, "this_boot": boot, "oldest": oldest})
        rows = unit.connection.execute(_FIND_FAILURES, {"place": terminal}).all()
        if len({name for name, _ in rows}) < NAMES_AT_TERMINAL:
            return None
        unit.audit("terminal", "terminal.many_failures", terminal)  # the alert for staff
        wait = TERMINAL_WAIT_SECONDS - (now - max(elapsed for _, elapsed in rows)) / 1000
        if wait <= 0:
            return None
        return SignInRefused(wait_seconds=math.ceil(wait))

    def _lock(self, counter: _Counter, seconds: int) -> None:
        counter.lock_seconds = seconds
        counter.lock_boot, counter.lock_elapsed, counter.lock_at = self._stamp()

    def _lock_left(self, counter: _Counter) -> float:
        return counter.lock_seconds - self._since(counter.lock_elapsed) if counter.lock_seconds else 0.0

    def _carry_over(self, counter: _Counter) -> None:
        """Convert the counter's stamps to this boot of this machine."""
        if counter.lock_seconds and counter.lock_boot != self._clock.boot_id:
            stamp = self._in_this_boot(counter.lock_at)
            counter.lock_boot, counter.lock_elapsed, counter.lock_at = stamp
        if counter.day_failures and counter.day_boot != self._clock.boot_id:
            stamp = self._in_this_boot(counter.day_at)
            counter.day_boot, counter.day_elapsed, counter.day_at = stamp

    def _in_this_boot(self, at: int) -> tuple[str, int, int]:
        """Return a wall-clock time as a stamp of this boot; the present for a future time."""
        boot, elapsed, now = self._stamp()
        passed = max(0, now - at)
        return boot, elapsed - passed, now - passed

    def _stamp(self) -> tuple[str, int, int]:
        clock = self._clock
        return clock.boot_id, int(clock.elapsed() * 1000), int(clock.now().timestamp() * 1000)

    def _since(self, elapsed: int) -> float:
        """Return the seconds since a stamp of this boot."""
        return (self._stamp()[1] - elapsed) / 1000


def _find(unit: UnitOfWork, account_index: bytes) -> _Counter | None:
    row = unit.connection.execute(_FIND_COUNTER, {"account": account_index}).mappings().one_or_none()
    return None if row is None else _Counter(**row)


def _change(unit: UnitOfWork, counter: _Counter) -> None:
    unit.connection.execute(_CHANGE_COUNTER, {"account": counter.account_index, **asdict(counter)})
