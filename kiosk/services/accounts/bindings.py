"""The bindings that an approval opens."""

from __future__ import annotations

from uuid import uuid4

from db.models.accounts import Binding
from db.store import UnitOfWork
from kiosk.domain.application_case import ApplicantRecord, ApplicationCase
from kiosk.domain.bindings import OpenedBinding
from kiosk.rules.contact import mask_email
from kiosk.services.accounts.parent_accounts import account_of


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
