"""The verification of an applicant's address by a six-digit code, if a mail server is set."""

from __future__ import annotations

from db.store import Store
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.student_session import StudentSession, require_login
from kiosk.services.messaging.verification_codes import CodeMail, EmailChallenge, Purpose


@audits_refusals
class EmailCodes:
    """The service; ``mail`` also counts the codes of the other services."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self.mail = CodeMail(settings, clock)

    @property
    def available(self) -> bool:
        """Whether a mail server is set."""
        return self.mail.available

    def send(self, visitor: StudentSession, address: str) -> EmailChallenge:
        """Send a code, as :meth:`CodeMail.send` does.

        Raises:
            MailNotSent: see :meth:`CodeMail.send`.
            Denied, PasswordChangeRequired: see `kiosk.services.auth.student_session.require_login`.
        """
        with self._store.read() as session:
            require_login(session.connection(), visitor)
        return self.mail.send(visitor.credential_id, address)

    def check(self, challenge: EmailChallenge, typed: str) -> bool:
        """Return whether the code is right, as :meth:`CodeMail.check` does."""
        return challenge.purpose is Purpose.EMAIL and self.mail.check(challenge, typed)
