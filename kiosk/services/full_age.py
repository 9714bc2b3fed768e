"""Whether a student is of full age, and so consents for themself."""

from __future__ import annotations

from datetime import date

from db.keyring import KeyRing
from kiosk.rules.roc_dates import is_adult


def is_of_age(keys: KeyRing, student_id: str, sealed: bytes, on: date) -> bool:
    """Whether the student of a sealed row is of full age on a day; not where no birth date is on file."""
    birth = keys.open("student", student_id, sealed).get("birth_date")
    return bool(birth) and is_adult(date.fromisoformat(str(birth)), on)
