"""The calendar day at the school: rules count in days of Taipei, the clock in UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from kiosk.clock import Clock

TAIPEI = timezone(timedelta(hours=8))  # no summer time since 1980


def today(clock: Clock) -> date:
    """Give the present day in Taipei."""
    return clock.now().astimezone(TAIPEI).date()


def day_at(moment: int) -> date:
    """Give the day in Taipei of a moment, in milliseconds since 1970-01-01 UTC."""
    return datetime.fromtimestamp(moment / 1000, TAIPEI).date()


def day_and_time(at: int) -> str:
    """A moment in milliseconds since 1970 UTC, at the school: 115/09/01 14:05, years counted as there."""
    moment = datetime.fromtimestamp(at / 1000, TAIPEI)
    return f"{moment.year - 1911}/{moment:%m/%d %H:%M}"
