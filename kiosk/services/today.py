"""The calendar day at the school: rules count in days of Taipei, the clock in UTC."""

from __future__ import annotations

from datetime import date, timedelta, timezone

from kiosk.clock import Clock

TAIPEI = timezone(timedelta(hours=8))  # no summer time since 1980


def today(clock: Clock) -> date:
    """Give the present day in Taipei."""
    return clock.now().astimezone(TAIPEI).date()
