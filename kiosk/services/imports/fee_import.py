"""Taking a checked fee list in: all of it in one transaction, or nothing; a new list takes the old one's place."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import delete, select

from db.bulk_insert import NewRows
from db.models.columns import table_of
from db.models.school import Fee, Student
from db.store import Store
from kiosk.domain.errors import ServiceError
from kiosk.rules.accounts import normalise_account
from kiosk.services.imports.fee_check import FeeRow

_BATCH = 2000
_fee = table_of(Fee)
_student = table_of(Student)


class StudentsChanged(ServiceError):
    """A student of the list has left since it was checked; nothing was written."""


def student_ids(store: Store) -> dict[str, str]:
    """The id of each active student by number, as a fee list is checked with.

    Raises:
        StoreError: the database cannot be read.
    """
    with store.read() as session:
        found = session.connection().execute(select(_student.c.student_number, _student.c.id).where(_student.c.active))
        return {normalise_account(number): student_id for number, student_id in found}


def import_fees(store: Store, fees: Sequence[FeeRow], file_sha256: str, actor: str) -> None:
    """Write a list without faults in place of the one before; an empty one takes that away.

    Args:
        store: the school's database.
        fees: from :func:`~kiosk.services.imports.fee_check.check_fees`, without faults.
        file_sha256: of the file, kept in the audit; empty where there is none.
        actor: for the audit.

    Raises:
        StudentsChanged: see there.
        StoreError: nothing was written.
    """
    new = NewRows(_fee, "id", "student_id", "item", "amount", "due_date", "paid", "place", "imported_at")
    with store.write() as unit:
        active = set(unit.connection.execute(select(_student.c.id).where(_student.c.active)).scalars())
        if any(fee.student_id not in active for fee in fees):
            raise StudentsChanged
        unit.connection.execute(delete(_fee))
        for start in range(0, len(fees), _BATCH):
            for fee in fees[start : start + _BATCH]:
                due = fee.due_date.isoformat()
                new.add(uuid4().hex, fee.student_id, fee.item, fee.amount, due, fee.paid, fee.line, unit.timestamp_ms)
            new.write(unit.connection)
        students = len({fee.student_id for fee in fees})
        detail = {"sha256": file_sha256, "fees": len(fees), "students": students}
        unit.audit(actor, "fees.imported" if fees else "fees.cleared", "school", detail)
