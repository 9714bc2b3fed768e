"""Numbers of applications and documents, counted by school year."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, update

from db.models.applications import NumberCounter
from db.models.columns import table_of
from db.store import UnitOfWork
from kiosk.domain.school_calendar import day_at
from kiosk.rules.application_numbers import format_number
from kiosk.rules.roc_dates import school_year

_counter = table_of(NumberCounter)
_COUNT = (
    update(_counter)
    .where(_counter.c.name == bindparam("counter"))
    .values(value=_counter.c.value + 1)
    .returning(_counter.c.value)
)


def next_number(unit: UnitOfWork, kind: str) -> str:
    """Return the next number of a kind; within the unit of work none is skipped or given twice."""
    year = school_year(day_at(unit.timestamp_ms))
    name = f"{kind}.{year}"
    serial = unit.connection.execute(_COUNT, {"counter": name}).scalar_one_or_none()
    if serial is None:
        serial = 1
        unit.connection.execute(insert(_counter), {"name": name, "value": serial})
    return format_number(year, serial)
