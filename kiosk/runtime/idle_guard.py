"""Measures how long a session stands still: idle limit, countdown, question, absolute limit.

Activity is a click, the wheel, another key, or the same key after a pause. A held key or a trembling mouse keeps no
session alive. The app asks the guard once a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from kiosk.config.sections import IdleTimes

KEY_REPEAT_SECONDS = 0.25
"""A second press of one key within this time counts as the keyboard's repeat."""


class Activity(Enum):
    """A kind of input event."""

    KEY = auto()
    CLICK = auto()
    WHEEL = auto()
    MOUSE_MOVE = auto()


@dataclass(frozen=True, slots=True)
class Idle:
    """The state of a session at one moment.

    Attributes:
        remaining: seconds until the reset without further activity; None outside a session.
        countdown: whole seconds to show while the countdown runs; None before.
        ask: the kiosk must ask whether to go on.
        over: the session has ended and must be reset.
        last_call: the countdown belongs to the absolute limit, which no activity stops.
    """

    remaining: float | None
    countdown: int | None
    ask: bool
    over: bool
    last_call: bool


_NO_VISIT = Idle(remaining=None, countdown=None, ask=False, over=False, last_call=False)
_OVER = Idle(remaining=0.0, countdown=0, ask=False, over=True, last_call=False)


@dataclass(slots=True)
class _Visit:
    """The starting points of one session, in seconds since boot."""

    last_activity: float
    child_since: float
    asked_since: float
    longest: int
    asks: bool


class IdleGuard:
    """Watches one terminal."""

    def __init__(self, elapsed: Callable[[], float], times: IdleTimes) -> None:
        """Watch without a session.

        Args:
            elapsed: returns seconds since boot, such as `kiosk.clock.Clock.elapsed`.
            times: the limits.
        """
        self._elapsed = elapsed
        self._times = times
        self._visit: _Visit | None = None
        self._limit = times.parent_idle_seconds
        self._countdown = times.countdown_seconds
        self._last_key: str | None = None
        self._last_key_at = 0.0

    def begin_visit(self) -> None:
        """Begin a family's session; replaces any session before."""
        self._begin(self._times.parent_idle_seconds, self._times.absolute_seconds, asks=True)

    def begin_staff_session(self) -> None:
        """Begin a staff session, without the question; replaces any session before."""
        self._begin(self._times.staff_idle_seconds, self._times.staff_absolute_seconds, asks=False)

    def _begin(self, limit: int, longest: int, *, asks: bool) -> None:
        now = self._elapsed()
        self._visit = _Visit(now, child_since=now, asked_since=now, longest=longest, asks=asks)
        self._limit = limit
        self._countdown = self._times.countdown_seconds
        self._last_key = None

    def end_visit(self) -> None:
        """End the session: the resting screen shows."""
        self._visit = None
        self._last_key = None

    def begin_child(self) -> None:
        """Restart the absolute limit for the next child of the same parent."""
        now = self._elapsed()
        visit = self._going_on(now)
        if visit is not None:
            visit.child_since = visit.asked_since = visit.last_activity = now

    def go_on(self) -> None:
        """Record the answer that the session goes on, which postpones the next question."""
        now = self._elapsed()
        visit = self._going_on(now)
        if visit is not None:
            visit.asked_since = visit.last_activity = now

    def use_limit(self, seconds: int, *, countdown: int | None = None) -> None:
        """Set the idle limit of the present screen and restart its measurement.

        Args:
            seconds: stillness before the countdown; 0 counts down at once.
            countdown: length of the countdown in seconds; None means the configured one.
        """
        now = self._elapsed()
        visit = self._going_on(now)
        if visit is not None:
            visit.last_activity = now
            self._limit = seconds
            self._countdown = self._times.countdown_seconds if countdown is None else countdown

    def note(self, kind: Activity, key: str | None = None) -> bool:
        """Record an input event; return whether it counts as activity.

        Nothing counts outside a session or after its end.
        """
        now = self._elapsed()
        counts = self._counts(kind, key, now)
        visit = self._going_on(now)
        if visit is None or not counts:
            return False
        visit.last_activity = now
        return True

    def state(self, now: float) -> Idle:
        """Return the state of the session at ``now``, in seconds since boot."""
        visit = self._visit
        if visit is None:
            return _NO_VISIT
        until_wiped = visit.last_activity + self._limit + self._countdown - now
        until_longest = visit.child_since + visit.longest - now
        remaining = min(until_wiped, until_longest)
        if remaining <= 0:
            return _OVER
        last_call = until_longest <= self._times.countdown_seconds and until_longest <= until_wiped
        counting = last_call or until_wiped <= self._countdown
        return Idle(
            remaining=remaining,
            countdown=math.ceil(remaining) if counting else None,
            ask=visit.asks and now - visit.asked_since >= self._times.ask_to_go_on_seconds,
            over=False,
            last_call=last_call,
        )

    def _going_on(self, now: float) -> _Visit | None:
        """Return the session unless it is over: a late event must not revive it."""
        return None if self.state(now).over else self._visit

    def _counts(self, kind: Activity, key: str | None, now: float) -> bool:
        """Return whether a person acted, rather than a held key or a trembling mouse."""
        if kind is not Activity.KEY:
            return kind is not Activity.MOUSE_MOVE
        repeated = key == self._last_key and now - self._last_key_at < KEY_REPEAT_SECONDS
        self._last_key, self._last_key_at = key, now
        return not repeated
