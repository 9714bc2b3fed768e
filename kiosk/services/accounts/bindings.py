"""Binding parents to their children: what an approval does; `kiosk.services.accounts.bindings_desk` is what staff do later."""

from __future__ import annotations

from uuid import uuid4

from sqlmodel import col, select

from db.models.accounts import Binding
from db.models.applications import Applicant, Application
from db.store import UnitOfWork
from kiosk.domain.bindings import OpenedBinding
from kiosk.rules.contact import mask_email
from kiosk.services.accounts.parent_accounts import account_of


def open_binding(unit: UnitOfWork, actor: str, application_id: str) -> tuple[OpenedBinding, ...]:
    """Bind every applicant of an approved application to its student, in the approval's own unit of work.

    Args:
        unit: the unit of work that approves; the caller audits the approval, each binding is audited here.
        actor: who approves, as it stands in the audit.
        application_id: the application; its state is not looked at.

    Returns:
        One for each applicant, in the form's order.

    Raises:
        EmailOfAnother: an address is another person's account; leave the unit by this exception, so that nothing of
            the approval is kept.
    """
    application = unit.session.get_one(Application, application_id)
    people = unit.session.exec(
        select(Applicant).where(Applicant.application_id == application_id).order_by(col(Applicant.position))
    ).all()
    return tuple(_bind(unit, actor, application, person) for person in people)


def _bind(unit: UnitOfWork, actor: str, application: Application, person: Applicant) -> OpenedBinding:
    account = account_of(unit, person)
    binding_id = uuid4().hex
    unit.session.add(
        Binding(
            id=binding_id,
            parent_account_id=account.id,
            student_id=application.student_id,
            application_id=application.id,
            relation=person.relation,
            sealed=unit.keys.seal("binding", binding_id, {}),
            began_at=unit.timestamp_ms,
        )
    )
    unit.session.flush()
    unit.audit(actor, "binding.opened", binding_id, {"account": account.id, "application": application.id})
    email = None if account.email is None else mask_email(account.email)
    return OpenedBinding(binding_id, person.id, account.id, account.is_new, email, account.first_password_until)
