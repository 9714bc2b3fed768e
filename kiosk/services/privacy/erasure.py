"""The erasure of a person's data after the school's decision.

The evidence that the school must keep (個資法 §11) stays, without the person's identity: numbers and decisions of
applications, consents, the audit. An application behind another parent's binding stays whole. Unsent messages are sent
first and redacted then.
"""

from __future__ import annotations

import os

from sqlmodel import col, delete, select

from db.models.accounts import DeletionRequest, ParentAccount
from db.models.applications import Applicant, Application, Draft
from db.models.documents import Document, Signature
from db.store import UnitOfWork
from kiosk.domain.application_status import LIVE_STATES
from kiosk.domain.documents import PaperState
from kiosk.domain.receipt import EmailState
from kiosk.services.accounts.parent_accounts import credential_of
from kiosk.services.applications.flags import refresh
from kiosk.services.messaging.outbox import MessageState
from kiosk.services.messaging.redaction import DELETED_NAME, mark_for_redaction, messages_of, redacted

_INDEX_BYTES = 16
_NOTHING = {"national_id": "", "mobile": "", "email": None}


def erase(unit: UnitOfWork, account: ParentAccount) -> None:
    """Wipe a closed account and the applications with its ID; the caller has ended its bindings, and audits."""
    session = unit.session
    people = session.exec(
        select(Applicant, Application)
        .join(Application, col(Application.id) == col(Applicant.application_id))
        .where(Applicant.national_id_index == account.national_id_index, col(Application.state).not_in(LIVE_STATES))
    ).all()
    session.exec(delete(Draft).where(col(Draft.national_id_index) == account.national_id_index))
    _erase_messages(unit, account)
    _erase_requests(unit, account)
    for person, application in people:
        _erase_papers(unit, application.id)
        person.name, person.email_state = DELETED_NAME, EmailState.NONE.value
        person.national_id_index, person.mobile_index = os.urandom(_INDEX_BYTES), os.urandom(_INDEX_BYTES)
        person.email_index, person.unusual_characters = None, False
        person.sealed = unit.keys.seal("applicant", person.id, _NOTHING)
    account.name, account.version = DELETED_NAME, account.version + 1
    account.national_id_index, account.mobile_index = os.urandom(_INDEX_BYTES), os.urandom(_INDEX_BYTES)
    account.email_index = account.chosen_account_index = None
    account.sealed = unit.keys.seal("parent_account", account.id, _NOTHING)
    credential = credential_of(session, account)
    credential.active, credential.changed_at, credential.version = False, unit.timestamp_ms, credential.version + 1
    credential.initial_code = credential.initial_kind = credential.initial_expires_at = None
    credential.password_hash = credential.pepper_id = None
    credential.earlier_hashes = "[]"
    session.flush()
    refresh(unit, sorted({application.student_id for _person, application in people}))


def _erase_messages(unit: UnitOfWork, account: ParentAccount) -> None:
    """Redact the sent messages, and mark the unsent ones for redaction after sending."""
    for message in messages_of(unit.session, account):
        if message.state in (MessageState.SENT.value, MessageState.CALLED.value):
            message.sealed = redacted(unit.keys, message.id)
        else:
            message.sealed = mark_for_redaction(unit.keys, message.id, message.sealed)


def _erase_requests(unit: UnitOfWork, account: ParentAccount) -> None:
    """Remove the reasons of earlier requests; the school's answers stay."""
    for request in unit.session.exec(select(DeletionRequest).where(DeletionRequest.account_id == account.id)).all():
        said = unit.keys.open("deletion_request", request.id, request.sealed)
        request.sealed = unit.keys.seal("deletion_request", request.id, said | {"reason": ""})


def _erase_papers(unit: UnitOfWork, application_id: str) -> None:
    """Empty the void forms of an application and their signatures."""
    papers = unit.session.exec(
        select(Document).where(Document.application_id == application_id, Document.state == PaperState.VOID.value)
    ).all()
    for paper in papers:
        paper.sealed = unit.keys.seal("document", paper.id, {"facts": {}, "words": {}})
        signatures = unit.session.exec(select(Signature).where(Signature.document_id == paper.id)).all()
        for signature in signatures:
            blank = {"width": 1, "height": 1, "strokes": []}
            signature.sealed = unit.keys.seal("signature", signature.id, blank)
