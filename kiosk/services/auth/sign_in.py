"""Sign-in and password changes of every login."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from db.store import Store
from kiosk.clock import Clock
from kiosk.domain.errors import Denied
from kiosk.domain.school_calendar import today
from kiosk.services.auth.credentials import Credentials, LoginKind
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.password_hashing import PasswordStore
from kiosk.services.auth.student_login import StudentLogin
from kiosk.services.auth.student_session import StudentSession

if TYPE_CHECKING:  # the kiosk starts without the tables of staff and accounts
    from kiosk.services.auth.account_session import AccountSession, AccountSignedIn
    from kiosk.services.auth.staff_session import Role, StaffMember, StaffSignedIn

    _Session = StudentSession | AccountSession | StaffMember


@dataclass(frozen=True)
class SignedIn:
    """A successful sign-in; ``must_change`` after a first password."""

    visitor: StudentSession
    must_change: bool


@audits_refusals
class SignIn:
    """Signs in students, staff and parents.

    A sign-in or a confirmation raises SignInRefused or StoreError as `Credentials.verify` does; a confirmation also
    what `require_account` or `require_staff` does. A change raises PasswordRefused, Denied or ChangedMeanwhile as
    `kiosk.services.auth.password_changes.choose_password` does; it ends every other session. Each denial is audited.
    """

    def __init__(self, store: Store, clock: Clock, passwords: PasswordStore) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords
        self._credentials = Credentials(store, clock, passwords)

    def student(self, account: str, password: str, terminal: str) -> SignedIn:
        """Sign in with ``P`` + student number."""
        found = self._credentials.verify(StudentLogin(), account, password, terminal)
        visitor = StudentSession(found.credential_id, found.subject_id, found.account, terminal, found.version)
        return SignedIn(visitor, must_change=found.is_first)

    def staff(self, account: str, password: str, terminal: str) -> StaffSignedIn:
        """Sign in as a member of staff; passwords are case-sensitive."""
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
        """Sign on with a parent's account by e-mail, self-chosen account or mobile number."""
        from kiosk.services.auth.account_session import AccountSignedIn, holder_of
        from kiosk.services.auth.parent_login import ParentLogin

        found = self._credentials.verify(ParentLogin(self._clock), account, password, terminal)
        with self._store.read() as session:
            holder = holder_of(session.connection(), found.credential_id, found.subject_id, found.version, terminal)
        return AccountSignedIn(holder, must_change=found.is_first)

    def change_account_password(self, holder: AccountSession, new: str) -> AccountSession:
        """Set a new password for a parent's account; return the new session."""
        from kiosk.services.auth.parent_login import ParentLogin

        version = self._choose_password(ParentLogin(self._clock), holder, holder.account_id, new)
        return replace(holder, credential_version=version)

    def confirm_account_password(self, holder: AccountSession, password: str) -> None:
        """Verify the password of an account session again; a wrong one counts as a failed sign-on."""
        from kiosk.services.auth.account_session import require_account
        from kiosk.services.auth.parent_login import KnownAccount

        with self._store.read() as session:
            require_account(session, holder, today(self._clock))
        login = KnownAccount(self._clock)
        self._confirm(login, holder, holder.account_id, password)

    def change_password(self, visitor: StudentSession, new: str) -> StudentSession:
        """Set a new password for a student's login; return the new session."""
        version = self._choose_password(StudentLogin(), visitor, visitor.student_id, new)
        return replace(visitor, credential_version=version)

    def change_staff_password(self, member: StaffMember, new: str) -> StaffMember:
        """Set a new password of at least fifteen characters; return the new session."""
        from kiosk.services.auth.staff_login import StaffLogin

        version = self._choose_password(StaffLogin(), member, member.staff_id, new)
        return replace(member, credential_version=version)

    def confirm_password(self, member: StaffMember, password: str, roles: Collection[Role]) -> None:
        """Verify the password of a staff session again, for an action of these roles; a wrong one counts."""
        from kiosk.services.auth.staff_login import StaffLogin
        from kiosk.services.auth.staff_session import require_staff

        with self._store.read() as session:
            require_staff(session, member, roles)
        self._confirm(StaffLogin(), member, member.account, password)

    def _choose_password(self, kind: LoginKind, session: _Session, subject_id: str, new: str) -> int:
        """Set a new password and return the login's new version."""
        from kiosk.services.auth.password_changes import choose_password

        login, version = session.credential_id, session.credential_version
        return choose_password(self._store, self._passwords, kind, login, subject_id, version, new)

    def _confirm(self, kind: LoginKind, session: _Session, account: str, password: str) -> None:
        """Require the password of the session's own login, unchanged since the sign-in."""
        found = self._credentials.verify(kind, account, password, session.terminal, "password.confirm")
        if (found.credential_id, found.version) != (session.credential_id, session.credential_version):
            raise Denied
