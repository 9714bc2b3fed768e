"""Redacts the messages to a person whose data was deleted: at once if sent, otherwise after sending."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, or_, select

from db.keyring import KeyRing
from db.models.accounts import Binding, CarerAccess, ParentAccount
from db.models.applications import Applicant
from db.models.messages import OutboxMessage

DELETED_NAME = "（已刪除）"
"""Replaces a deleted name."""
_REDACT_AFTER_SEND = "empty_once_told"  # a key in sealed rows


def redacted(keys: KeyRing, message_id: str) -> bytes:
    """Return the sealed content of a redacted message."""
    nothing: dict[str, Any] = {"name": DELETED_NAME, "mobile": "", "email": None, "words": {}}
    return keys.seal("outbox_message", message_id, nothing)


def mark_for_redaction(keys: KeyRing, message_id: str, sealed: bytes) -> bytes:
    """Return the sealed content of a message to be redacted after sending."""
    content = keys.open("outbox_message", message_id, sealed)
    return keys.seal("outbox_message", message_id, content | {_REDACT_AFTER_SEND: True})


def redact_after_send(keys: KeyRing, message_id: str, sealed: bytes) -> bytes:
    """Return the sealed content to keep after sending: redacted if it was marked so."""
    is_marked = _REDACT_AFTER_SEND in keys.open("outbox_message", message_id, sealed)
    return redacted(keys, message_id) if is_marked else sealed


def messages_of(session: Session, account: ParentAccount, *, of_applications: bool = True) -> list[OutboxMessage]:
    """Return the messages to the person of an account, the oldest first.

    A message's key ends with the id of its row: the applicant, the binding, the carer's access or the account.
    ``of_applications`` includes messages about applications with this person's ID.
    """
    applied = select(Applicant.id).where(Applicant.national_id_index == account.national_id_index)
    row_ids = [
        account.id,
        *(session.exec(applied).all() if of_applications else ()),
        *session.exec(select(Binding.id).where(Binding.parent_account_id == account.id)).all(),
        *session.exec(select(CarerAccess.id).where(CarerAccess.account_id == account.id)).all(),
    ]
    is_own = or_(*(col(OutboxMessage.decision_key).endswith(f"|{row_id}") for row_id in row_ids))
    statement = select(OutboxMessage).where(is_own)
    return list(session.exec(statement.order_by(col(OutboxMessage.written_at), col(OutboxMessage.id))).all())
