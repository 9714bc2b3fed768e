"""Messages to somebody whose data was deleted: what was told is emptied, and what was not yet as soon as it is."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, or_, select

from db.keyring import KeyRing
from db.models.accounts import Binding, CarerAccess, ParentAccount
from db.models.applications import Applicant
from db.models.messages import OutboxMessage

DELETED_NAME = "（已刪除）"
"""Stands for a name that was deleted."""
_ONCE_TOLD = "empty_once_told"


def redacted(keys: KeyRing, message_id: str) -> bytes:
    """A message without anybody in it."""
    nothing: dict[str, Any] = {"name": DELETED_NAME, "mobile": "", "email": None, "words": {}}
    return keys.seal("outbox_message", message_id, nothing)


def mark_for_redaction(keys: KeyRing, message_id: str, sealed: bytes) -> bytes:
    """A message that is told first, and emptied then."""
    content = keys.open("outbox_message", message_id, sealed)
    return keys.seal("outbox_message", message_id, content | {_ONCE_TOLD: True})


def redact_after_send(keys: KeyRing, message_id: str, sealed: bytes) -> bytes:
    """What stays of a message that has just been told: all of it, but where the person's data was deleted meanwhile."""
    is_over = _ONCE_TOLD in keys.open("outbox_message", message_id, sealed)
    return redacted(keys, message_id) if is_over else sealed


def messages_of(session: Session, account: ParentAccount, *, of_applications: bool = True) -> list[OutboxMessage]:
    """What the outbox holds for the person of an account, the oldest first.

    Each message's key ends with the row it tells of: the applicant, the binding, the carer's access or the account.

    Args:
        session: to read by.
        account: whose.
        of_applications: also what was told of applications with this person's ID.
    """
    applied = select(Applicant.id).where(Applicant.national_id_index == account.national_id_index)
    own = [
        account.id,
        *(session.exec(applied).all() if of_applications else ()),
        *session.exec(select(Binding.id).where(Binding.parent_account_id == account.id)).all(),
        *session.exec(select(CarerAccess.id).where(CarerAccess.account_id == account.id)).all(),
    ]
    is_own = or_(*(col(OutboxMessage.decision_key).endswith(f"|{row_id}") for row_id in own))
    statement = select(OutboxMessage).where(is_own)
    return list(session.exec(statement.order_by(col(OutboxMessage.written_at), col(OutboxMessage.id))).all())
