"""A six-digit code to an address, typed in at the kiosk: proof that mail arrives there (only where SMTP is set)."""

from __future__ import annotations

import hmac
import secrets
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.clock import Clock
from kiosk.i18n import _
from kiosk.services.errors import ServiceError
from kiosk.settings import Settings, SmtpSecurity, SmtpSettings

CODE_SECONDS = 600
TRIES = 5
MAILS_AN_HOUR = 5
_TIMEOUT_SECONDS = 10


class MailNotSent(ServiceError):
    """The mail server did not take the code, or the address had too many already."""


@dataclass
class EmailChallenge:
    """A code that was sent; holds its keyed hash, never the code."""

    address: str = field(repr=False)
    digest: bytes = field(repr=False)
    key: bytes = field(repr=False)
    sent: float
    tries: int = 0


class EmailCodes:
    """The service."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._sent: dict[bytes, deque[float]] = {}
        self._key = secrets.token_bytes(32)

    @property
    def available(self) -> bool:
        """Whether a mail server is set."""
        return self._settings.smtp is not None

    def send(self, address: str) -> EmailChallenge:
        """Send a code; takes as long as the mail server does, ten seconds at most a step.

        Raises:
            MailNotSent: see there.
        """
        if self._settings.smtp is None:
            raise MailNotSent
        self._count(address)
        code = f"{secrets.randbelow(10**6):06}"
        key = secrets.token_bytes(32)
        _deliver(self._settings.smtp, address, code, self._settings.school_name)
        return EmailChallenge(address, hmac.digest(key, code.encode(), "sha256"), key, self._clock.elapsed())

    def check(self, challenge: EmailChallenge, typed: str) -> bool:
        """Whether this is the code; five tries, ten minutes."""
        challenge.tries += 1
        in_time = self._clock.elapsed() - challenge.sent <= CODE_SECONDS
        digest = hmac.digest(challenge.key, typed.strip().encode(), "sha256")
        return in_time and challenge.tries <= TRIES and hmac.compare_digest(digest, challenge.digest)

    def _count(self, address: str) -> None:
        now = self._clock.elapsed()
        sent = self._sent.setdefault(hmac.digest(self._key, address.lower().encode(), "sha256"), deque())
        while sent and now - sent[0] > 3600:
            sent.popleft()
        if len(sent) >= MAILS_AN_HOUR:
            raise MailNotSent
        sent.append(now)


def _deliver(smtp: SmtpSettings, address: str, code: str, school_name: str) -> None:
    import smtplib
    import ssl
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"] = smtp.sender, address
    message["Subject"] = _("{school} 親子帳號綁定 電子郵件驗證碼").format(school=school_name)
    message.set_content(_("您的驗證碼是 {code}，十分鐘內有效。若您沒有申請，請不必理會。").format(code=code))
    context = ssl.create_default_context()
    try:
        if smtp.security is SmtpSecurity.TLS:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_TIMEOUT_SECONDS, context=context)
        else:
            connection = smtplib.SMTP(smtp.host, smtp.port, timeout=_TIMEOUT_SECONDS)
        with connection:
            if smtp.security is SmtpSecurity.STARTTLS:
                connection.starttls(context=context)
            if smtp.user is not None and smtp.password_file is not None:
                connection.login(smtp.user, Path(smtp.password_file).read_text("utf-8").strip())
            connection.send_message(message)
    except (OSError, smtplib.SMTPException):
        raise MailNotSent from None
