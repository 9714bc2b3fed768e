"""The messages that were for one person: by what they tell, for two people may have one name."""

from __future__ import annotations

from sqlmodel import Session, col, or_, select

from db.models.accounts import Binding, CarerAccess, ParentAccount
from db.models.applications import Applicant
from db.models.messages import OutboxMessage


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
