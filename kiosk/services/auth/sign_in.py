"""Signing in and changing the password: one service for every login."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

from db.store import Store
from kiosk.clock import Clock
from kiosk.domain.errors import Denied
from kiosk.domain.school_calendar import today
from kiosk.services.auth.credentials import Credentials
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.password_hashing import PasswordStore
from kiosk.services.auth.student_login import StudentLogin
from kiosk.services.auth.student_session import StudentSession

if TYPE_CHECKING:  # the kiosk starts without the staff's tables, and most visits want no account
    from kiosk.services.auth.account_session import AccountSession, AccountSignedIn
    from kiosk.services.auth.staff_session import Role, StaffMember, StaffSignedIn


@dataclass(frozen=True)
class SignedIn:
    """A sign-in that succeeded; ``must_change`` while the first password still stands."""

    visitor: StudentSession
    must_change: bool


@audits_refusals
class SignIn:
    """The sign-in service.

    Attributes:
        hashing: set once the first password is being hashed; until then a sign-in needs the interpreter.
    """

    def __init__(self, store: Store, clock: Clock, passwords: PasswordStore) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords
        self.hashing: Event = passwords.hashing
        self._credentials = Credentials(store, clock, passwords)

    def student(self, account: str, password: str, terminal: str) -> SignedIn:
        """Sign in with ``P`` + student number.

        Raises:
            SignInRefused, StoreError: see :meth:`~kiosk.services.auth.credentials.Credentials.verify`.
        """
        found = self._credentials.verify(StudentLogin(), account, password, terminal)
        visitor = StudentSession(found.credential_id, found.subject_id, found.account, terminal, found.version)
        return SignedIn(visitor, must_change=found.is_first)

    def staff(self, account: str, password: str, terminal: str) -> StaffSignedIn:
        """Sign in as a member of staff; passwords count to the letter.

        Raises:
            SignInRefused, StoreError: see :meth:`~kiosk.services.auth.credentials.Credentials.verify`.
        """
        from db.models.school import Staff
        from kiosk.services.auth.staff_login import StaffLogin
        from kiosk.services.auth.staff_session import Role, StaffMember, StaffSignedIn

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

    def parent(self, account: str, password: str, terminal: str) -> AccountSignedIn:
        """Sign on with a parent's account: by e-mail, self-chosen account or mobile number.

        A mobile number that two accounts share leads to neither.

        Raises:
            SignInRefused, StoreError: see :meth:`~kiosk.services.auth.credentials.Credentials.verify`.
        """
        from kiosk.services.auth.account_session import AccountSignedIn, holder_of
        from kiosk.services.auth.parent_login import ParentLogin

        found = self._credentials.verify(ParentLogin(self._clock), account, password, terminal)
        with self._store.read_plainly() as connection:
            holder = holder_of(connection, found.credential_id, found.subject_id, found.version, terminal)
        return AccountSignedIn(holder, must_change=found.is_first)

    def change_account_password(self, holder: AccountSession, new: str) -> AccountSession:
        """Take a new password for a parent's account.

        Returns:
            The holder, signed on with the new password; every other session of this account has ended.

        Raises:
            PasswordRefused: against the guide's rule, known of the person, common, or used before.
            Denied: the account is closed, or has neither child nor access any more; audited.
            ChangedMeanwhile: changed or reset since the sign-on.
        """
        from kiosk.services.auth.parent_login import ParentLogin
        from kiosk.services.auth.password_changes import choose_password

        version = choose_password(
            self._store,
            self._passwords,
            ParentLogin(self._clock),
            holder.credential_id,
            holder.account_id,
            holder.credential_version,
            new,
        )
        return replace(holder, credential_version=version)

    def confirm_account_password(self, holder: AccountSession, password: str) -> None:
        """Ask whoever is signed on with a parent's account for the password again; wrong ones count as failed sign-ons.

        Raises:
            SignInRefused, StoreError: see :meth:`~kiosk.services.auth.credentials.Credentials.verify`.
            Denied, PasswordChangeRequired: see :func:`~kiosk.services.auth.account_session.require_account`; audited.
        """
        from kiosk.services.auth.account_session import require_account
        from kiosk.services.auth.parent_login import KnownAccount

        with self._store.read() as session:
            require_account(session, holder, today(self._clock))
        login = KnownAccount(self._clock)
        found = self._credentials.verify(login, holder.account_id, password, holder.terminal, "password.confirm")
        if (found.credential_id, found.version) != (holder.credential_id, holder.credential_version):
            raise Denied

    def change_password(self, visitor: StudentSession, new: str) -> StudentSession:
        """Take a new password for the visitor's login.

        Returns:
            The visitor, signed in with the new password; every other visit with this login has ended.

        Raises:
            PasswordRefused: against the guide's rule, known of the person, common, or used before.
            Denied: the login is disabled, or the student has left; audited.
            ChangedMeanwhile: changed or reset since the visitor signed in.
        """
        from kiosk.services.auth.password_changes import choose_password

        version = choose_password(
            self._store,
            self._passwords,
            StudentLogin(),
            visitor.credential_id,
            visitor.student_id,
            visitor.credential_version,
            new,
        )
        return replace(visitor, credential_version=version)

    def change_staff_password(self, member: StaffMember, new: str) -> StaffMember:
        """Take a new password for a member of staff: fifteen characters or more, of whatever kind.

        Returns:
            The member, signed in with the new password; every other session with this login has ended.

        Raises:
            PasswordRefused: too short, made of account, name or an ID, common, or one of the last three.
            Denied: the member is disabled; audited.
            ChangedMeanwhile: changed or reset since the member signed in.
        """
        from kiosk.services.auth.password_changes import choose_password
        from kiosk.services.auth.staff_login import StaffLogin

        version = choose_password(
            self._store,
            self._passwords,
            StaffLogin(),
            member.credential_id,
            member.staff_id,
            member.credential_version,
            new,
        )
        return replace(member, credential_version=version)

    def confirm_password(self, member: StaffMember, password: str, roles: Collection[Role]) -> None:
        """Ask a member of staff who is signed in for their password again; wrong ones count as failed sign-ins.

        Args:
            member: who acts.
            password: as typed.
            roles: who may do what it is asked for.

        Raises:
            SignInRefused, StoreError: see :meth:`~kiosk.services.auth.credentials.Credentials.verify`.
            Denied, PasswordChangeRequired: see :func:`~kiosk.services.auth.staff_session.require_staff`; audited.
        """
        from kiosk.services.auth.staff_login import StaffLogin
        from kiosk.services.auth.staff_session import require_staff

        with self._store.read() as session:
            require_staff(session, member, roles)
        found = self._credentials.verify(StaffLogin(), member.account, password, member.terminal, "password.confirm")
        if (found.credential_id, found.version) != (member.credential_id, member.credential_version):
            raise Denied
