"""A checked roster against the school's students: new, known, and missing from the roster."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from db.models.columns import table_of
from db.models.school import Student
from db.store import Store
from kiosk.domain.errors import ServiceError
from kiosk.services.imports.roster_check import Roster

FEW_LEAVING = 10
SHARE_LEAVING = 0.2
"""If more students would leave than both limits allow, the file may be a part of the school: a person must agree."""

_BATCH = 2000
_student = table_of(Student)
_ACTIVE = select(_student.c.id, _student.c.student_number).where(_student.c.active)


class TooManyWouldLeave(ServiceError):
    """More students would become inactive than a person has agreed to; nothing was written."""

    def __init__(self, leaving: int, active: int) -> None:
        super().__init__("too many students would leave")
        self.leaving = leaving
        self.active = active


@dataclass(frozen=True)
class RosterChanges:
    """Counts of students: new, known, and ``leaving`` of those ``active`` at present."""

    added: int
    known: int
    leaving: int
    active: int

    @property
    def must_be_agreed(self) -> bool:
        """Whether a person must agree to the number of leaving students."""
        return self.leaving > max(FEW_LEAVING, SHARE_LEAVING * self.active)


def compare_with_school(store: Store, roster: Roster) -> RosterChanges:
    """Return the changes that an import would make.

    Raises:
        StoreError: for an unreadable database.
    """
    listed = {row.student_number for row in roster.students}
    with store.read() as session:
        connection = session.connection()
        leaving, active = leaving_students(connection, listed)
        known = 0
        for start in range(0, len(roster.students), _BATCH):
            numbers = [row.student_number for row in roster.students[start : start + _BATCH]]
            found = select(func.count()).select_from(_student).where(_student.c.student_number.in_(numbers))
            known += connection.execute(found).scalar_one()
    return RosterChanges(len(listed) - known, known, len(leaving), active)


def leaving_students(connection: Connection, listed: Collection[str]) -> tuple[list[str], int]:
    """Return the ids of the active students whose number is not listed, and the count of active students."""
    active, leaving = 0, []
    for row_id, number in connection.execute(_ACTIVE):
        active += 1
        if number not in listed:
            leaving.append(row_id)
    return leaving, active
