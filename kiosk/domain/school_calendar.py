"""The school's calendar: services keep moments in milliseconds since 1970-01-01 UTC, people read days of Taipei."""

from __future__ import annotations

from datetime import date, datetime

from kiosk.clock import TAIPEI, Clock
from kiosk.rules.roc_dates import format_roc


def today(clock: Clock) -> date:
    """Return the present day in Taipei."""
    return clock.now().astimezone(TAIPEI).date()


def local_time(moment: int) -> datetime:
    """Return a moment as an aware time of Taipei."""
    return datetime.fromtimestamp(moment / 1000, TAIPEI)


def day_at(moment: int) -> date:
    """Return a moment's day in Taipei."""
    return local_time(moment).date()


def day_and_time(moment: int) -> str:
    """Return a moment in short form, with the ROC year: 115/09/01 14:05."""
    local = local_time(moment)
    return f"{local.year - 1911}/{local:%m/%d %H:%M}"


def roc_day(moment: int) -> str:
    """Return a moment's day: 115年9月1日."""
    return format_roc(day_at(moment))


def roc_moment(moment: int) -> str:
    """Return a moment's day and time: 115年9月1日 09:05."""
    return f"{roc_day(moment)} {local_time(moment):%H:%M}"
