"""What staff do for somebody who stands at the desk: a login whose password was forgotten gets a one-time code."""

from __future__ import annotations

from db.models import Student
from db.store import Store
from kiosk.clock import Clock
from kiosk.rules.accounts import student_account
from kiosk.services.errors import ServiceError, UnknownStudent
from kiosk.services.lockout import Lockout
from kiosk.services.login_changes import find_credential, give_one_time_code
from kiosk.services.staff_access import REVIEWERS, StaffGate, StaffMember
from kiosk.services.student_login import StudentLogin


class IdNotSeen(ServiceError):
    """No login is reset before an identity document was seen, and the member of staff has said so."""


class Desk:
    """The service.

    Args:
        store: the database.
        clock: for the lock-out, which forgets the login's failures.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._lockout = Lockout(clock)
        self._gate = StaffGate(store)

    def reset_login(self, member: StaffMember, student_number: str, *, id_seen: bool) -> str:
        """Give a student's login a one-time code, to be shown once; the password it had is gone.

        Args:
            member: a homeroom teacher of the class, or the registrar.
            student_number: as typed.
            id_seen: the member has seen an identity document of whoever asks; stands in the audit.

        Raises:
            IdNotSeen, UnknownStudent: see there.
            Denied, PasswordChangeRequired: another's class, the member's own child, or see :class:`StaffGate`.
        """
        if not id_seen:
            raise IdNotSeen
        with self._gate.write(member, "desk.reset_login", REVIEWERS) as (unit, acting):
            credential = find_credential(unit.session, StudentLogin(), student_account(student_number))
            student = unit.session.get(Student, credential.subject_id) if credential is not None else None
            if credential is None or student is None or not credential.active:
                raise UnknownStudent
            acting.require_class(student.class_name)
            acting.require_not_own_child(unit.session, student.id)
            unit.audit(member.credential_id, "desk.id_seen", student.id)
            return give_one_time_code(unit, self._lockout, StudentLogin(), credential, member.credential_id)
