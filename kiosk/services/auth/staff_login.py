"""The login of a member of staff."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select
from sqlmodel import Session

from db.keyring import KeyRing
from db.models.columns import table_of
from db.models.school import Staff
from kiosk.rules.identity import normalise_id
from kiosk.rules.passwords import STAFF_RULE
from kiosk.services.auth.credentials import DESK_CODE, LoginKind
from kiosk.services.auth.staff_session import STAFF_LOGIN

_staff = table_of(Staff)
_ACTIVE = select(_staff.c.active).where(_staff.c.id == bindparam("subject"))
FIRST_PASSWORD = "first_password"
"""The kind of first password that an administrator types for a new member of staff."""


class StaffLogin(LoginKind):
    """The first password is an administrator's or a one-time code; both expire after thirty days."""

    name = STAFF_LOGIN
    rule = STAFF_RULE
    first_password_days = 30

    def initial_code(self, keys: KeyRing, account: str, typed: str, initial_kind: str | None) -> bytes:
        """Compare a first password exactly, and a code regardless of case and width."""
        secret = normalise_id(typed) if initial_kind == DESK_CODE else typed
        return keys.initial_code(f"{STAFF_LOGIN}|{account}", secret)

    def holds(self, connection: Connection, subject_id: str) -> bool:
        """Return whether the member is active."""
        return connection.execute(_ACTIVE, {"subject": subject_id}).scalar() is True

    def personal(self, session: Session, keys: KeyRing, subject_id: str) -> list[str]:
        """Return account and name."""
        member = session.get_one(Staff, subject_id)
        return [member.account, member.name]
