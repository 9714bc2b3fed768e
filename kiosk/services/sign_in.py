"""Signing in, changing the password, and the reset at the desk: one service for every login."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from db.store import Store
from kiosk.clock import Clock
from kiosk.rules.accounts import student_account
from kiosk.services.credentials import Credentials, find_credential, give_one_time_code
from kiosk.services.errors import Denied, UnknownStudent
from kiosk.services.lockout import Lockout
from kiosk.services.password_store import PasswordStore
from kiosk.services.refusals import refusals_audited
from kiosk.services.student_login import StudentLogin
from kiosk.services.visitor import Visitor

if TYPE_CHECKING:  # the parents' kiosk starts without the staff's tables
    from kiosk.services.staff_access import StaffMember, StaffSignedIn


@dataclass(frozen=True)
class SignedIn:
    """A sign-in that succeeded; ``must_change`` while the first password still stands."""

    visitor: Visitor
    must_change: bool


class SignIn:
    """The sign-in service."""

    def __init__(self, store: Store, clock: Clock, passwords: PasswordStore) -> None:
        self._store = store
        self._lockout = Lockout(clock)
        self._credentials = Credentials(store, clock, passwords)

    def student(self, account: str, password: str, terminal: str) -> SignedIn:
        """Sign in with ``P`` + student number.

        Raises:
            SignInRefused, StoreError: see :meth:`~kiosk.services.credentials.Credentials.verify`.
        """
        found = self._credentials.verify(StudentLogin(), account, password, terminal)
        visitor = Visitor(found.credential_id, found.subject_id, found.account, terminal)
        return SignedIn(visitor, must_change=found.is_first)

    def staff(self, account: str, password: str, terminal: str) -> StaffSignedIn:
        """Sign in as a member of staff; passwords count to the letter.

        Raises:
            SignInRefused, StoreError: see :meth:`~kiosk.services.credentials.Credentials.verify`.
        """
        from db.review_models import Staff
        from kiosk.services.staff_access import Role, StaffMember, StaffSignedIn
        from kiosk.services.staff_login import StaffLogin

        found = self._credentials.verify(StaffLogin(), account, password, terminal)
        with self._store.read() as session:
            staff = session.get_one(Staff, found.subject_id)
            member = StaffMember(
                staff_id=staff.id,
                credential_id=found.credential_id,
                credential_version=found.version,
                account=found.account,
                name=staff.name,
                role=Role(staff.role),
                terminal=terminal,
            )
        return StaffSignedIn(member, must_change=found.is_first)

    def change_password(self, visitor: Visitor, new: str) -> None:
        """Take a new password for the visitor's login.

        Raises:
            PasswordRefused: against the guide's rule, known of the person, common, or used before.
            Denied: the login is disabled, or the student has left; audited.
            ChangedMeanwhile: changed at another terminal at the same moment.
        """
        with refusals_audited(self._store, visitor.credential_id, visitor.student_id, "password.change"):
            version = self._credentials.version_of(visitor.credential_id)
            self._credentials.choose(StudentLogin(), visitor.credential_id, visitor.student_id, version, new)

    def change_staff_password(self, member: StaffMember, new: str) -> StaffMember:
        """Take a new password for a member of staff: fifteen characters or more, of whatever kind.

        Returns:
            The member, signed in with the new password; every other session with this login has ended.

        Raises:
            PasswordRefused: too short, made of account, name or an ID, common, or one of the last three.
            Denied: the member is disabled; audited.
            ChangedMeanwhile: changed or reset since the member signed in.
        """
        from kiosk.services.staff_login import StaffLogin

        with refusals_audited(self._store, member.credential_id, member.staff_id, "password.change"):
            version = self._credentials.choose(
                StaffLogin(), member.credential_id, member.staff_id, member.credential_version, new
            )
        return replace(member, credential_version=version)

    def confirm_password(self, member: StaffMember, password: str) -> None:
        """Ask a member of staff who is signed in for their password again; wrong ones count as failed sign-ins.

        Raises:
            SignInRefused, StoreError: see :meth:`~kiosk.services.credentials.Credentials.verify`.
            Denied, PasswordChangeRequired: see :func:`~kiosk.services.staff_access.require_staff`; audited.
        """
        from kiosk.services.staff_access import ALL_STAFF, StaffGate
        from kiosk.services.staff_login import StaffLogin

        action = "password.confirm"
        with StaffGate(self._store).read(member, action, ALL_STAFF):
            pass
        with refusals_audited(self._store, member.credential_id, member.staff_id, action):
            found = self._credentials.verify(StaffLogin(), member.account, password, member.terminal, action)
            if (found.credential_id, found.version) != (member.credential_id, member.credential_version):
                raise Denied

    def reset_with_desk_code(self, student_number: str, actor: str) -> str:
        """Give a student's login a one-time code, to be shown once; the password it had is gone.

        Raises:
            UnknownStudent: no active student has this number.
        """
        with self._store.write() as unit:
            credential = find_credential(unit.session, StudentLogin(), student_account(student_number))
            if credential is None or not credential.active:
                raise UnknownStudent
            return give_one_time_code(unit, self._lockout, StudentLogin(), credential, actor)
