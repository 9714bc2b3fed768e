"""When a visitor has left: the idle limits, the visible countdown and the longest visit.

The rules are the project's security promises: a screen's limit of stillness, then a countdown that any real
activity stops; after a while the kiosk asks whether to go on; a visit ends for good after the longest time
for each child. Activity is a click, the wheel, a key other than the last one, or the same key again after a
pause: neither a key that is held down or stuck nor a mouse that trembles keeps a visit alive.

The guard measures and says; the application asks it once a second, shows the countdown and wipes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from kiosk.config.sections import IdleTimes

KEY_REPEAT_SECONDS = 0.25
"""The same key sooner than this after its last press is taken for the keyboard's own repeat."""


class Activity(Enum):
    """What came from the visitor's side."""

    KEY = auto()
    CLICK = auto()
    WHEEL = auto()
    MOUSE_MOVE = auto()


@dataclass(frozen=True, slots=True)
class Idle:
    """How a visit stands at one moment.

    Attributes:
        remaining: seconds until everything is wiped if nothing happens; None outside a visit.
        countdown: the whole seconds to show once the countdown runs; None before.
        ask: the visitor is to be asked whether to go on.
        over: the visit has ended and everything is to be wiped.
        last_call: the countdown is that of the longest visit, which no activity stops.
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
    """The times that a visit is measured from, in seconds since the machine started."""

    last_activity: float
    child_since: float
    asked_since: float
    longest: int
    asks: bool


class IdleGuard:
    """Watches over one terminal; knows no screen and no widget."""

    def __init__(self, elapsed: Callable[[], float], times: IdleTimes) -> None:
        """Watch, with no visit yet.

        Args:
            elapsed: gives the seconds since the machine started, such as `kiosk.clock.Clock.elapsed`.
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
        """Start to measure: somebody has touched the resting screen. Forgets any visit before."""
        self._begin(self._times.parent_idle_seconds, self._times.absolute_seconds, asks=True)

    def begin_shift(self) -> None:
        """Start to measure a member of staff, who is not asked whether to go on. Forgets any visit before."""
        self._begin(self._times.staff_idle_seconds, self._times.staff_absolute_seconds, asks=False)

    def _begin(self, limit: int, longest: int, *, asks: bool) -> None:
        now = self._elapsed()
        self._visit = _Visit(now, child_since=now, asked_since=now, longest=longest, asks=asks)
        self._limit = limit
        self._countdown = self._times.countdown_seconds
        self._last_key = None

    def end_visit(self) -> None:
        """Stop measuring: the terminal is back at its resting screen."""
        self._visit = None
        self._last_key = None

    def begin_child(self) -> None:
        """Give the visit its full time again: a parent has signed in for a child."""
        now = self._elapsed()
        visit = self._going_on(now)
        if visit is not None:
            visit.child_since = visit.asked_since = visit.last_activity = now

    def go_on(self) -> None:
        """Take the visitor's answer that the visit goes on; the next question comes as late as the first."""
        now = self._elapsed()
        visit = self._going_on(now)
        if visit is not None:
            visit.asked_since = visit.last_activity = now

    def use_limit(self, seconds: int, *, countdown: int | None = None) -> None:
        """Set the limit of the screen that now shows, and begin to measure it anew.

        Args:
            seconds: stillness before the countdown starts; 0 counts down at once, as a receipt does.
            countdown: the length of the countdown in seconds, where it is not the usual one.
        """
        now = self._elapsed()
        visit = self._going_on(now)
        if visit is not None:
            visit.last_activity = now
            self._limit = seconds
            self._countdown = self._times.countdown_seconds if countdown is None else countdown

    def note(self, kind: Activity, key: str | None = None) -> bool:
        """Note something that came from the visitor's side.

        Args:
            kind: what it was.
            key: for a key, which one.

        Returns:
            Whether it counts as activity; nothing does outside a visit or once the visit is over.
        """
        now = self._elapsed()
        counts = self._counts(kind, key, now)
        visit = self._going_on(now)
        if visit is None or not counts:
            return False
        visit.last_activity = now
        return True

    def state(self, now: float) -> Idle:
        """Say how the visit stands.

        Args:
            now: seconds since the machine started.
        """
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
        """Give the visit unless it is over: what comes too late must not revive it."""
        return None if self.state(now).over else self._visit

    def _counts(self, kind: Activity, key: str | None, now: float) -> bool:
        """Tell a person's doing from a held key and a trembling mouse."""
        if kind is not Activity.KEY:
            return kind is not Activity.MOUSE_MOVE
        repeated = key == self._last_key and now - self._last_key_at < KEY_REPEAT_SECONDS
        self._last_key, self._last_key_at = key, now
        return not repeated
