"""The doctor's check: computes every application's derived columns and all counts anew, and repairs them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from db.models.applications import Application, ApplicationCount
from db.models.columns import table_of
from db.store import Store
from kiosk.services.applications.flags import (
    count_again,
    counts_of,
    outdated_columns,
    students_with_applications,
    write_columns,
)

_application = table_of(Application)
_count = table_of(ApplicationCount)


@dataclass(frozen=True)
class FlagCheck:
    """The number of applications, the numbers (申請編號) of the outdated ones, and how many counts are wrong."""

    applications: int
    outdated: tuple[str, ...]
    wrong_counts: int

    @property
    def is_right(self) -> bool:
        """Whether nothing needs a repair."""
        return not self.outdated and not self.wrong_counts


def compare(store: Store) -> FlagCheck:
    """Compare the derived columns and counts with the stored ones.

    A student who came of age since makes an application outdated.
    """
    outdated: list[str] = []
    with store.read() as session:
        connection = session.connection()
        for chunk in students_with_applications(connection, only_open=False):
            outdated += [one.stored["number"] for one in outdated_columns(connection, store.keys, chunk, store.now())]
        total = connection.execute(select(func.count()).select_from(_application)).scalar_one()
        wrong = counts_of(connection).items() ^ _stored_counts(connection).items()
    return FlagCheck(total, tuple(outdated), len({kind for kind, _value in wrong}))


def rebuild(store: Store, actor: str) -> FlagCheck:
    """Repair what `compare` finds, some students at a time, then the counts; return what was repaired.

    Raises:
        StoreError: the database cannot be written; earlier repairs stay.
    """
    outdated: list[str] = []
    with store.read() as session:
        chunks = list(students_with_applications(session.connection(), only_open=False))
    for chunk in chunks:
        with store.write() as unit:
            found = list(outdated_columns(unit.connection, unit.keys, chunk, unit.timestamp_ms))
            write_columns(unit, found)
            outdated += [one.stored["number"] for one in found]
            unit.audit(actor, "applications.rebuilt", "school", {"applications": len(found)})
    with store.write() as unit:
        stored = _stored_counts(unit.connection)
        total = count_again(unit.connection)
        wrong = stored.items() ^ _stored_counts(unit.connection).items()
        unit.audit(actor, "counts.rebuilt", "school", {"counts": len(wrong)})
    return FlagCheck(total, tuple(outdated), len({kind for kind, _value in wrong}))


def _stored_counts(connection: Connection) -> dict[tuple[str, str], int]:
    return {(row.class_name, row.state): row.value for row in connection.execute(select(_count)) if row.value}
