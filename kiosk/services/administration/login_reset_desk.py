"""Resets of forgotten passwords at the desk, by a one-time code."""

from __future__ import annotations

from dataclasses import dataclass, field

from db.keyring import IndexColumn
from db.models.school import Student
from db.store import Store
from kiosk.clock import Clock
from kiosk.domain.errors import ServiceError, UnknownStudent
from kiosk.rules.accounts import student_account
from kiosk.rules.identity import normalise_id
from kiosk.services.accounts.bindings_desk import require_not_own_account
from kiosk.services.accounts.login_names import forget_failures, name_for_desk
from kiosk.services.accounts.parent_accounts import account_with_id
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.parent_login import PARENT_LOGIN, ParentLogin
from kiosk.services.auth.password_changes import find_credential, give_one_time_code
from kiosk.services.auth.staff_session import REGISTRAR, REVIEWERS, StaffGate, StaffMember
from kiosk.services.auth.student_login import StudentLogin
from kiosk.services.auth.student_session import STUDENT_LOGIN


class IdNotSeen(ServiceError):
    """The member of staff has not confirmed that an identity document was seen."""


class UnknownAccount(ServiceError):
    """No account of this ID sees a child."""


@dataclass(frozen=True)
class AccountCode:
    """A one-time code for one sign-on with a parent's account; ``name`` is masked unless self-chosen."""

    code: str = field(repr=False)
    name: str = field(repr=False)


class Desk:
    """Resets logins, once the member has seen an identity document (``id_seen``, audited).

    Every method raises IdNotSeen without it, and Denied or PasswordChangeRequired as :class:`StaffGate` does.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lockout = Lockout(clock)
        self._gate = StaffGate(store)

    def reset_login(self, member: StaffMember, student_number: str, *, id_seen: bool) -> str:
        """Replace the password of a student's login by a one-time code, to be shown once.

        Raises:
            UnknownStudent: no active student has this number, as typed.
            Denied: another's class, or the member's own child.
        """
        if not id_seen:
            raise IdNotSeen
        with self._gate.write(member, "desk.reset_login", REVIEWERS) as (unit, acting):
            credential = find_credential(unit.session, STUDENT_LOGIN, student_account(student_number))
            student = unit.session.get(Student, credential.subject_id) if credential is not None else None
            if credential is None or student is None or not credential.active:
                raise UnknownStudent
            acting.require_class(student.class_name)
            acting.require_not_own_child(unit.session, student.id)
            unit.audit(member.credential_id, "desk.id_seen", student.id)
            return give_one_time_code(unit, self._lockout, StudentLogin(), credential, member.credential_id)

    def reset_account(self, member: StaffMember, national_id: str, *, id_seen: bool) -> AccountCode:
        """Replace the password of the account of a parent with this ID by a one-time code, to be shown once.

        An account without e-mail and without a mobile number of its own gets a self-chosen account.

        Raises:
            UnknownAccount: no account of this ID sees a child.
            Denied: the member's own account or child.
        """
        if not id_seen:
            raise IdNotSeen
        login = ParentLogin(self._clock)
        with self._gate.write(member, "desk.reset_account", REGISTRAR) as (unit, acting):
            index = unit.keys.index(IndexColumn.NATIONAL_ID, normalise_id(national_id))
            account = account_with_id(unit.session, index)
            credential = None if account is None else find_credential(unit.session, PARENT_LOGIN, account.id)
            if account is None or credential is None or not login.holds(unit.connection, account.id):
                raise UnknownAccount
            require_not_own_account(unit.session, acting, account, unit.timestamp_ms)
            unit.audit(member.credential_id, "desk.id_seen", account.id)
            code = give_one_time_code(unit, self._lockout, login, credential, member.credential_id)
            forget_failures(unit, self._lockout, login, account)
            return AccountCode(code, name_for_desk(unit, account))
