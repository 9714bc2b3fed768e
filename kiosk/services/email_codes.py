"""A six-digit code to an address, typed in at the kiosk: proof that mail arrives there (only where SMTP is set)."""

from __future__ import annotations

import hmac
import secrets
from collections import deque
from dataclasses import dataclass, field

from db.store import Store
from kiosk.clock import Clock
from kiosk.i18n import _
from kiosk.rules.contact import InvalidEmail, parse_email
from kiosk.rules.text_safety import half_width
from kiosk.services.errors import ServiceError
from kiosk.services.refusals import audits_refusals
from kiosk.services.visitor import Visitor, require_login
from kiosk.settings import Settings, SmtpSettings

CODE_SECONDS = 600
TRIES = 5
MAILS_AN_HOUR = 5
"""To one address."""
MAILS_OF_A_LOGIN = 10
"""In an hour, so that nobody floods strangers from the lobby."""
_HOUR_SECONDS = 3600


class MailNotSent(ServiceError):
    """The mail server did not take the code, or the address had too many already."""


@dataclass
class EmailChallenge:
    """A code that was sent; holds its keyed hash, never the code.

    Attributes:
        address: where it went.
        digest: HMAC-SHA256 of the code.
        sent: seconds since the machine started.
        tries: how often it was typed.
    """

    address: str = field(repr=False)
    digest: bytes = field(repr=False)
    sent: float
    tries: int = 0


@audits_refusals
class EmailCodes:
    """The service; what it remembers is in memory only."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._sent: dict[bytes, deque[float]] = {}

    @property
    def available(self) -> bool:
        """Whether a mail server is set."""
        return self._settings.smtp is not None

    def send(self, visitor: Visitor, address: str) -> EmailChallenge:
        """Send a code; waits for the mail server, ten seconds at most a step.

        Raises:
            MailNotSent: no mail server is set or it refused, the address is none, or it or
                this login had too many codes in an hour.
            Denied, PasswordChangeRequired: see `kiosk.services.visitor.require_login`.
        """
        with self._store.read() as session:
            require_login(session.connection(), visitor)
        smtp = self._settings.smtp
        if smtp is None:
            raise MailNotSent
        try:
            address = parse_email(address)
        except InvalidEmail:
            raise MailNotSent from None
        self._count(f"login|{visitor.credential_id}", MAILS_OF_A_LOGIN)
        self._count(f"address|{address.lower()}", MAILS_AN_HOUR)
        code = f"{secrets.randbelow(10**6):06}"
        self._deliver(smtp, address, code)
        return EmailChallenge(address, self._digest(address, code), self._clock.elapsed())

    def check(self, challenge: EmailChallenge, typed: str) -> bool:
        """Whether this is the code: five tries within ten minutes; spaces and full-width digits do no harm."""
        challenge.tries += 1
        in_time = self._clock.elapsed() - challenge.sent <= CODE_SECONDS
        digest = self._digest(challenge.address, "".join(half_width(typed[:64]).split()))
        return in_time and challenge.tries <= TRIES and hmac.compare_digest(digest, challenge.digest)

    def _digest(self, address: str, code: str) -> bytes:
        return hmac.digest(self._key, f"{address}|{code}".encode(), "sha256")

    def _count(self, whose: str, most: int) -> None:
        """Remember a mail, and refuse one too many; whoever had none for an hour is forgotten."""
        now = self._clock.elapsed()
        for known, times in list(self._sent.items()):
            while times and now - times[0] > _HOUR_SECONDS:
                times.popleft()
            if not times:
                del self._sent[known]
        sent = self._sent.setdefault(self._digest(whose, ""), deque())
        if len(sent) >= most:
            raise MailNotSent
        sent.append(now)

    def _deliver(self, smtp: SmtpSettings, address: str, code: str) -> None:
        from kiosk.services.mail import NotDelivered, connected, make_message  # most kiosks send no mail

        school_name = self._settings.school_name
        subject = _("{school} 親子帳號綁定 電子郵件驗證碼").format(school=school_name)
        body = _("您的驗證碼是 {code}，十分鐘內有效。若您沒有申請，請不必理會。").format(code=code)
        try:
            message = make_message(smtp, school_name, address, subject, body, self._clock.now())
            with connected(smtp) as session:
                session.send(message)
        except NotDelivered:
            raise MailNotSent from None
