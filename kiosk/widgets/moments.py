"""Moments as they are written at the school."""

from __future__ import annotations

from datetime import datetime

from kiosk.domain.school_calendar import TAIPEI


def day_and_time(at: int) -> str:
    """A moment in milliseconds since 1970 UTC, at the school: 115/09/01 14:05, years counted as there."""
    moment = datetime.fromtimestamp(at / 1000, TAIPEI)
    return f"{moment.year - 1911}/{moment:%m/%d %H:%M}"
