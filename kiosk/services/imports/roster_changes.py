"""A checked roster against the school's students: new, known, and missing from the roster."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from db.models.columns import table_of
from db.models.school import Student
from db.store import Store
from kiosk.domain.errors import ServiceError
from kiosk.services.imports.roster_check import Roster

FEW_LEAVING = 10
SHARE_LEAVING = 0.2
"""If more students would leave than both limits allow, the file may be a part of the school: a person must agree."""

_student = table_of(Student)
_STUDENTS = select(_student.c.id, _student.c.student_number, _student.c.active)


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
    with store.read() as session:
        return compare(session.connection(), roster)[0]


def compare(connection: Connection, roster: Roster) -> tuple[RosterChanges, list[str]]:
    """Return the changes that an import would make, and the ids of the leaving students."""
    listed = {row.student_number for row in roster.students}
    known = active = 0
    leaving = []
    for row_id, number, is_active in connection.execute(_STUDENTS):
        known += number in listed
        active += is_active
        if is_active and number not in listed:
            leaving.append(row_id)
    return RosterChanges(len(listed) - known, known, len(leaving), active), leaving
