"""Moving an application to another state, with everything that follows.

Apart from :mod:`kiosk.services.applications.flags`, because this needs the staff's tables, which no start of the
parents' kiosk loads.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from db.models.applications import Applicant, Application, Correction
from db.models.columns import table_of
from db.store import UnitOfWork
from kiosk.domain.application_status import LIVE_STATES, OPEN_STATES, ApplicationState
from kiosk.services.applications.flags import NO_FLAGS, increment_state_count, refresh
from kiosk.services.applications.shared_contacts import Row

_application = table_of(Application)
_applicant = table_of(Applicant)
_correction = table_of(Correction)


def change_state(unit: UnitOfWork, application: Row, state: ApplicationState, **values: Any) -> None:
    """Move an application to another state, and keep what follows: flags, counts, live people, open corrections.

    Args:
        unit: the unit of work of the act.
        application: the whole row, as it is.
        state: where it goes.
        **values: other columns to write with it.
    """
    connection, application_id = unit.connection, application["id"]
    row = {"state": state.value, "changed_at": unit.timestamp_ms, "version": _application.c.version + 1, **values}
    if state not in OPEN_STATES:
        row |= NO_FLAGS
        connection.execute(
            update(_correction)
            .where(_correction.c.application_id == application_id, _correction.c.state == "open")
            .values(state="dropped")
        )
    if state not in LIVE_STATES:
        connection.execute(update(_applicant).where(_applicant.c.application_id == application_id).values(live=False))
    connection.execute(update(_application).where(_application.c.id == application_id).values(row))
    increment_state_count(connection, application["class_name"], application["state"], -1)
    increment_state_count(connection, application["class_name"], state)
    refresh(unit, [application["student_id"]])
