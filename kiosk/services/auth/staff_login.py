"""What is particular to the login of a member of staff."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select
from sqlmodel import Session

from db.keyring import KeyRing
from db.models.light import STAFF
from db.models.school import Staff
from kiosk.rules.identity import normalise_id
from kiosk.rules.passwords import STAFF_RULE
from kiosk.services.auth.credentials import DESK_CODE, LoginKind
from kiosk.services.auth.staff_session import STAFF_LOGIN

_ACTIVE = select(STAFF.c.active).where(STAFF.c.id == bindparam("subject"))
FIRST_PASSWORD = "first_password"
"""The kind of first password that whoever adds a member of staff chooses for them."""


class StaffLogin(LoginKind):
    """The first password is typed by an administrator, or a one-time code; either ends after thirty days."""

    name = STAFF_LOGIN
    rule = STAFF_RULE
    first_password_days = 30

    def initial_code(self, keys: KeyRing, account: str, typed: str, initial_kind: str | None) -> bytes:
        """A first password counts to the letter, as any password of staff; a code in whatever case it is typed."""
        secret = normalise_id(typed) if initial_kind == DESK_CODE else typed
        return keys.initial_code(f"{STAFF_LOGIN}|{account}", secret)

    def holds(self, connection: Connection, subject_id: str) -> bool:
        """Whether the member is not disabled."""
        return connection.execute(_ACTIVE, {"subject": subject_id}).scalar() is True

    def personal(self, session: Session, keys: KeyRing, subject_id: str) -> list[str]:
        """Account and name."""
        member = session.get_one(Staff, subject_id)
        return [member.account, member.name]
