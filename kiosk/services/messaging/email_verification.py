"""A six-digit code to an applicant's address: proof that mail arrives there (only where SMTP is set)."""

from __future__ import annotations

from db.store import Store
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.student_session import StudentSession, require_login
from kiosk.services.messaging.verification_codes import (
    CODE_SECONDS,
    MAILS_AN_HOUR,
    MAILS_OF_A_LOGIN,
    TRIES,
    CodeMail,
    EmailChallenge,
    MailNotSent,
    Purpose,
)

__all__ = [
    "CODE_SECONDS",
    "MAILS_AN_HOUR",
    "MAILS_OF_A_LOGIN",
    "TRIES",
    "EmailChallenge",
    "EmailCodes",
    "MailNotSent",
]


@audits_refusals
class EmailCodes:
    """The service.

    Attributes:
        mail: the codes, counted together with those of the other services that send some.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self.mail = CodeMail(settings, clock)

    @property
    def available(self) -> bool:
        """Whether a mail server is set."""
        return self.mail.available

    def send(self, visitor: StudentSession, address: str) -> EmailChallenge:
        """Send a code; waits for the mail server, ten seconds at most a step.

        Raises:
            MailNotSent: no mail server is set or it refused, the address is none, or it or
                this login had too many codes in an hour.
            Denied, PasswordChangeRequired: see `kiosk.services.auth.student_session.require_login`.
        """
        with self._store.read() as session:
            require_login(session.connection(), visitor)
        return self.mail.send(visitor.credential_id, address)

    def check(self, challenge: EmailChallenge, typed: str) -> bool:
        """Whether this is the code: five tries within ten minutes; spaces and full-width digits do no harm."""
        return challenge.purpose is Purpose.EMAIL and self.mail.check(challenge, typed)
