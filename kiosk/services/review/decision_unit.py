"""Opens the unit of work of a staff decision: an application read once, still open and at the version that was seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.application_case import ApplicationCase
from kiosk.domain.application_status import OPEN_STATES, ApplicationState
from kiosk.domain.errors import ChangedMeanwhile, Denied
from kiosk.services.applications import history
from kiosk.services.applications.cases import read_case
from kiosk.services.applications.state_changes import change_state
from kiosk.services.auth.staff_session import REVIEWERS, ActingStaff, Role, StaffGate, StaffMember
from kiosk.services.messaging import outbox


class DecisionUnit:
    """What the services for decisions share.

    Every method raises Denied or PasswordChangeRequired as :class:`StaffGate` does, and Denied for another's class, no
    such application, and a decision on the member's own child. A decision raises ChangedMeanwhile where a colleague or
    the parent was faster; ``version`` is as the member saw it.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._gate = StaffGate(store)

    @contextmanager
    def _deciding(
        self,
        member: StaffMember,
        action: str,
        application_id: str,
        version: int,
        roles: frozenset[Role] = REVIEWERS,
    ) -> Iterator[tuple[UnitOfWork, ActingStaff, ApplicationCase]]:
        with self._gate.write(member, action, roles) as (unit, acting):
            case = case_for(unit.connection, acting, application_id)
            acting.require_not_own_child(unit.session, case.student_id)
            if case.version != version or case.state not in OPEN_STATES:
                raise changed_meanwhile(unit, case)
            yield unit, acting, case

    def _reject(self, unit: UnitOfWork, acting: ActingStaff, case: ApplicationCase, reason: str) -> None:
        """Reject an application; the caller refreshes the flags."""
        change_state(unit, case, ApplicationState.REJECTED, decided_by=acting.id, decided_at=unit.timestamp_ms)
        outbox.notify_rejected(unit, self._settings, case, reason)
        history.add(unit, case.id, history.Action.REJECTED, acting.id, reason)


def case_for(connection: Connection, acting: ActingStaff, application_id: str) -> ApplicationCase:
    """Read an application of a class that the member may see; deny any other."""
    case = read_case(connection, application_id)
    if case is None:
        raise Denied
    acting.require_class(case.class_name)
    return case


def changed_meanwhile(unit: UnitOfWork, case: ApplicationCase) -> ChangedMeanwhile:
    """Name the last act that made another version; nobody is named where only data changed."""
    line = history.last_act(unit.connection, unit.keys, case.id)
    if line is None:
        return ChangedMeanwhile(at=case.changed_at, what=case.state)
    return ChangedMeanwhile(line.by, line.at, line.action.value)
