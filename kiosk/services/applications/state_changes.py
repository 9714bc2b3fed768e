"""Moves an application to another state."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from db.models.applications import Applicant, Application, Correction
from db.models.columns import table_of
from db.store import UnitOfWork
from kiosk.domain.application_case import ApplicationCase
from kiosk.domain.application_status import LIVE_STATES, OPEN_STATES, ApplicationState
from kiosk.services.applications.flag_rules import NO_FLAGS
from kiosk.services.applications.flags import increment_state_count

_application = table_of(Application)
_applicant = table_of(Applicant)
_correction = table_of(Correction)


def change_state(unit: UnitOfWork, case: ApplicationCase, state: ApplicationState, **values: Any) -> None:
    """Move an application to another state, with its counts, live applicants and open corrections.

    The caller then calls `kiosk.services.applications.flags.refresh` for the student. ``values`` are other columns to
    write.
    """
    connection = unit.connection
    if state not in OPEN_STATES:
        values = NO_FLAGS | values
        connection.execute(
            update(_correction)
            .where(_correction.c.application_id == case.id, _correction.c.state == "open")
            .values(state="dropped")
        )
    if state not in LIVE_STATES:
        connection.execute(update(_applicant).where(_applicant.c.application_id == case.id).values(live=False))
    write_act(unit, case, state=state.value, **values)
    increment_state_count(connection, case.class_name, case.state, -1)
    increment_state_count(connection, case.class_name, state)


def write_act(unit: UnitOfWork, case: ApplicationCase, **values: Any) -> None:
    """Write columns of an application as its next version; the caller refreshes the flags."""
    unit.connection.execute(
        update(_application)
        .where(_application.c.id == case.id)
        .values(changed_at=unit.timestamp_ms, version=_application.c.version + 1, **values)
    )
