"""Opens bindings with an approval, and ends them for the registrar and for the parent."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import update
from sqlmodel import col, func, select

from db.models.accounts import Binding, CarerAccess, ParentAccount
from db.models.applications import Applicant
from db.models.columns import table_of
from db.store import UnitOfWork
from kiosk.config.settings import Settings
from kiosk.domain.application_case import ApplicantRecord, ApplicationCase
from kiosk.domain.application_status import ApplicationState
from kiosk.domain.bindings import OpenedBinding
from kiosk.domain.school_calendar import roc_day
from kiosk.rules.contact import mask_email
from kiosk.rules.identity import hide_ids
from kiosk.services.accounts.parent_accounts import account_of, close_if_done
from kiosk.services.applications import history
from kiosk.services.applications.cases import get_case
from kiosk.services.applications.flags import refresh
from kiosk.services.applications.state_changes import change_state
from kiosk.services.messaging import outbox
from kiosk.services.messaging.outbox import Addressee, MessageKind

_applicant = table_of(Applicant)


def open_binding(unit: UnitOfWork, actor: str, case: ApplicationCase) -> tuple[OpenedBinding, ...]:
    """Bind every applicant of an approved application to its student, in the approval's unit of work.

    Each binding is audited with ``actor``, in the form's order.

    Raises:
        EmailOfAnother: an address is another person's account; the exception must roll the unit back.
    """
    return tuple(_bind(unit, actor, case, person) for person in case.applicants)


def _bind(unit: UnitOfWork, actor: str, case: ApplicationCase, person: ApplicantRecord) -> OpenedBinding:
    account = account_of(unit, person)
    binding_id = uuid4().hex
    unit.session.add(
        Binding(
            id=binding_id,
            parent_account_id=account.id,
            student_id=case.student_id,
            application_id=case.id,
            relation=person.relation,
            sealed=unit.keys.seal("binding", binding_id, {}),
            began_at=unit.timestamp_ms,
        )
    )
    unit.session.flush()
    unit.audit(actor, "binding.opened", binding_id, {"account": account.id, "application": case.id})
    email = None if account.email is None else mask_email(account.email)
    return OpenedBinding(binding_id, person.id, account.id, account.is_new, email, account.first_password_until)


def end_binding(unit: UnitOfWork, settings: Settings, binding: Binding, reason: str, *, by: str, staff: bool) -> None:
    """End an active binding and notify the parent, who may apply for this child anew; the caller audits.

    The accesses that the parent gave carers to this child end too. Without a child left, the account is closed;
    without a binding left, the application is ended. IDs in the reason are hidden from the parent. ``by`` is the id of
    the member of staff, if ``staff`` is set, or of the account that ends it.
    """
    binding.state, binding.ended_at, binding.ended_by = "ended", unit.timestamp_ms, by
    binding.sealed = unit.keys.seal("binding", binding.id, {"reason": reason})
    binding.version += 1
    unit.session.flush()
    case = get_case(unit.connection, binding.application_id)
    account = unit.session.get_one(ParentAccount, binding.parent_account_id)
    _notify(unit, settings, binding, case, account, reason)
    history.add(unit, case.id, history.Action.BINDING_ENDED, by if staff else None, reason)
    _release(unit, case, account)


def end_access(unit: UnitOfWork, access: CarerAccess) -> None:
    """End a carer's access; an account without a child is closed."""
    access.state, access.ended_at, access.version = "revoked", unit.timestamp_ms, access.version + 1
    unit.session.flush()
    close_if_done(unit, unit.session.get_one(ParentAccount, access.account_id))


def _notify(
    unit: UnitOfWork, settings: Settings, binding: Binding, case: ApplicationCase, account: ParentAccount, reason: str
) -> None:
    personal = unit.keys.open("parent_account", account.id, account.sealed)
    addressee = Addressee(account.name, personal["mobile"], personal["email"])
    words = {"reason": hide_ids(reason, [personal["national_id"]]), "day": roc_day(unit.timestamp_ms)}
    key = f"{MessageKind.BINDING_ENDED.value}|{binding.id}"
    outbox.write(unit, settings, MessageKind.BINDING_ENDED, key, case, addressee, words)


def _release(unit: UnitOfWork, case: ApplicationCase, account: ParentAccount) -> None:
    """Free the person for another application, and end accesses, account and application that have no binding left."""
    session = unit.session
    unit.connection.execute(
        update(_applicant)
        .where(
            _applicant.c.application_id == case.id,
            _applicant.c.national_id_index == account.national_id_index,
        )
        .values(live=False)
    )
    given = select(CarerAccess).where(
        CarerAccess.granted_by == account.id,
        CarerAccess.student_id == case.student_id,
        CarerAccess.state == "active",
    )
    for access in session.exec(given.order_by(col(CarerAccess.id))).all():
        end_access(unit, access)
    close_if_done(unit, account)
    left = select(func.count()).where(Binding.state == "active", Binding.application_id == case.id)
    if not session.exec(left).one():
        change_state(unit, case, ApplicationState.ENDED)
    refresh(unit, [case.student_id])
