"""The end of a binding, by the registrar or by the parent: what both tell, write down and let go of."""

from __future__ import annotations

from sqlalchemy import select as sql_select
from sqlalchemy import update
from sqlmodel import col, func, select

from db.models.accounts import Binding, CarerAccess, ParentAccount
from db.models.applications import Applicant, Application
from db.models.columns import table_of
from db.store import UnitOfWork
from kiosk.config.settings import Settings
from kiosk.domain.application_status import ApplicationState
from kiosk.domain.school_calendar import roc_day
from kiosk.rules.identity import hide_ids
from kiosk.services.accounts.parent_accounts import close_if_done
from kiosk.services.applications import history
from kiosk.services.applications.flags import refresh
from kiosk.services.applications.state_changes import change_state
from kiosk.services.messaging import outbox
from kiosk.services.messaging.outbox import Addressee, MessageKind

_application = table_of(Application)
_applicant = table_of(Applicant)


def end_binding(unit: UnitOfWork, settings: Settings, binding: Binding, reason: str, *, by: str, staff: bool) -> None:
    """End an active binding, with everything that follows; the person may apply for this child anew.

    The parent is told. What they let carers see of this child ends with it. With the last child an account sees, the
    account is closed; with the last binding of an application that is ended.

    Args:
        unit: the unit of work, which the caller audits.
        settings: whether a mail server is set, for telling the parent.
        binding: of this unit's session, active.
        reason: told to the parent, without the identity numbers that may stand in it.
        by: who ends it: a member of staff's id, or the account's.
        staff: whether it is a member of staff.
    """
    binding.state, binding.ended_at, binding.ended_by = "ended", unit.timestamp_ms, by
    binding.sealed = unit.keys.seal("binding", binding.id, {"reason": reason})
    binding.version += 1
    unit.session.flush()
    _tell(unit, settings, binding, reason)
    history.add(unit, binding.application_id, history.Action.BINDING_ENDED, by if staff else None, reason)
    _let_go(unit, binding)


def end_access(unit: UnitOfWork, access: CarerAccess) -> None:
    """End a carer's access; with the last child an account sees, the account is closed."""
    access.state, access.ended_at, access.version = "revoked", unit.timestamp_ms, access.version + 1
    unit.session.flush()
    close_if_done(unit, unit.session.get_one(ParentAccount, access.account_id))


def _tell(unit: UnitOfWork, settings: Settings, binding: Binding, reason: str) -> None:
    account = unit.session.get_one(ParentAccount, binding.parent_account_id)
    personal = unit.keys.open("parent_account", account.id, account.sealed)
    application = unit.session.get_one(Application, binding.application_id)
    addressee = Addressee(account.name, personal["mobile"], personal["email"])
    words = {"reason": hide_ids(reason, [personal["national_id"]]), "day": roc_day(unit.timestamp_ms)}
    key = f"{MessageKind.BINDING_ENDED.value}|{binding.id}"
    outbox.write(unit, settings, MessageKind.BINDING_ENDED, key, application, addressee, words)


def _let_go(unit: UnitOfWork, binding: Binding) -> None:
    """What follows: the person may apply anew; accesses, application and account may be over with it."""
    session = unit.session
    account = session.get_one(ParentAccount, binding.parent_account_id)
    unit.connection.execute(
        update(_applicant)
        .where(
            _applicant.c.application_id == binding.application_id,
            _applicant.c.national_id_index == account.national_id_index,
        )
        .values(live=False)
    )
    given = select(CarerAccess).where(
        CarerAccess.granted_by == account.id,
        CarerAccess.student_id == binding.student_id,
        CarerAccess.state == "active",
    )
    for access in session.exec(given.order_by(col(CarerAccess.id))).all():
        end_access(unit, access)
    close_if_done(unit, account)
    left = select(func.count()).where(Binding.state == "active", Binding.application_id == binding.application_id)
    if session.exec(left).one():
        refresh(unit, [binding.student_id])
        return
    found = sql_select(_application).where(_application.c.id == binding.application_id)
    change_state(unit, unit.connection.execute(found).mappings().one(), ApplicationState.ENDED)
