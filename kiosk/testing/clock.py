"""A clock for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_FIRST_DAY = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)  # 115年9月1日 09:00 in Taipei


class FakeClock:
    """A clock that moves only when told to; see `kiosk.clock.Clock`."""

    def __init__(self, now: datetime = _FIRST_DAY, elapsed: float = 1000.0) -> None:
        """Stand still at a time.

        Args:
            now: the wall clock's time; must be aware.
            elapsed: seconds since the pretended machine started.
        """
        self._elapsed = elapsed
        self._runs = 1
        self._now = now
        self.set_wall(now)

    @property
    def boot_id(self) -> str:
        """Name the pretended machine's present run."""
        return f"run-{self._runs}"

    def now(self) -> datetime:
        """Give the wall clock's time, aware, in UTC."""
        return self._now

    def elapsed(self) -> float:
        """Give the seconds since the pretended machine started."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass, on the wall and since the start alike.

        Raises:
            ValueError: the seconds are negative; time since the start never goes back.
        """
        if seconds < 0:
            raise ValueError("time does not go back")
        self._elapsed += seconds
        self._now += timedelta(seconds=seconds)

    def set_wall(self, now: datetime) -> None:
        """Set the wall clock, as an operator or a time server would; the time since the start stays.

        Raises:
            ValueError: the time does not say its time zone.
        """
        if now.tzinfo is None:
            raise ValueError("the wall clock's time must be aware")
        self._now = now.astimezone(UTC)

    def restart_machine(self) -> None:
        """Start the pretended machine anew: a new run, counted from zero; the wall clock stays."""
        self._runs += 1
        self._elapsed = 0.0
