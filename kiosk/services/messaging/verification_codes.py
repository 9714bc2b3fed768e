"""Six-digit codes sent by mail and typed in at the kiosk; each service decides who may request one."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto

from kiosk.clock import Clock
from kiosk.config.sections import SmtpSettings
from kiosk.config.settings import Settings
from kiosk.domain.errors import ServiceError
from kiosk.i18n import _
from kiosk.rules.contact import InvalidEmail, parse_email
from kiosk.rules.text_safety import half_width

CODE_SECONDS = 600
TRIES = 5
MAILS_PER_HOUR = 5
"""The limit for one address."""
MAILS_PER_LOGIN = 10
"""The limit for one login in an hour, against floods of mail to strangers."""
_HOUR_SECONDS = 3600


class MailNotSent(ServiceError):
    """The mail server refused the code, or the address or login reached its limit."""


class WrongCode(ServiceError):
    """The code is wrong, expired, or typed too often."""


class Purpose(Enum):
    """The purpose of a code; it is valid for no other."""

    EMAIL = auto()
    RECOVERY = auto()

    @property
    def subject(self) -> str:
        """The mail's subject."""
        return {
            Purpose.EMAIL: _("{school} 親子帳號綁定 電子郵件驗證碼"),
            Purpose.RECOVERY: _("{school} 親子帳號綁定 忘記帳號、密碼"),
        }[self]

    @property
    def body(self) -> str:
        """The mail's body."""
        return {
            Purpose.EMAIL: _("您的驗證碼是 {code}，十分鐘內有效。若您沒有申請，請不必理會。"),
            Purpose.RECOVERY: _(
                "有人在學校的機器上以您的姓名與身分證字號申請重設親子帳號的密碼，驗證碼是 {code}，十分鐘內有效。"
                "若不是您本人，請不必理會，並通知學校註冊組；您的密碼沒有改變。"
            ),
        }[self]


@dataclass
class EmailChallenge:
    """A code that was sent, as a keyed hash.

    Attributes:
        digest: HMAC-SHA256 of purpose, address and code.
        sent: in seconds since the machine started.
        tries: the number of checks so far.
    """

    address: str = field(repr=False)
    digest: bytes = field(repr=False)
    sent: float
    tries: int = 0
    purpose: Purpose = Purpose.EMAIL

    def spend(self) -> None:
        """Make the code invalid."""
        self.tries = TRIES


class CodeMail:
    """Makes, sends and checks codes; its state is in memory only."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._sent: dict[bytes, deque[float]] = {}
        self._counting = threading.Lock()

    @property
    def available(self) -> bool:
        """Whether a mail server is set."""
        return self._settings.smtp is not None

    def send(self, login: str, address: str, purpose: Purpose = Purpose.EMAIL) -> EmailChallenge:
        """Send a code and wait for the mail server, ten seconds at most for each step.

        ``login`` is the requester, for the limit; ``address`` is as typed.

        Raises:
            MailNotSent: also without a mail server and for an invalid address.
        """
        smtp = self._settings.smtp
        if smtp is None:
            raise MailNotSent
        try:
            address = parse_email(address)
        except InvalidEmail:
            raise MailNotSent from None
        challenge, code = self._make(address, purpose)
        self._deliver(smtp, login, address, purpose, code)
        return challenge

    def send_later(self, login: str, address: str | None, purpose: Purpose) -> EmailChallenge:
        """Make a code and send it in a thread, so that the wait does not disclose whether there is an address.

        Failures are silent.
        """
        challenge, code = self._make(address or "", purpose)

        def deliver() -> None:
            smtp = self._settings.smtp
            if smtp is not None and address is not None:
                with suppress(MailNotSent):
                    self._deliver(smtp, login, address, purpose, code)

        threading.Thread(target=deliver, name="code-mail", daemon=True).start()
        return challenge

    def _make(self, address: str, purpose: Purpose) -> tuple[EmailChallenge, str]:
        """Return the challenge for a new code, and the code."""
        code = f"{secrets.randbelow(10**6):06}"
        digest = self._digest(purpose, address, code)
        return EmailChallenge(address, digest, self._clock.elapsed(), purpose=purpose), code

    def check(self, challenge: EmailChallenge, typed: str) -> bool:
        """Return whether the code is right; it allows five tries in ten minutes, spaces and full-width digits."""
        challenge.tries += 1
        in_time = self._clock.elapsed() - challenge.sent <= CODE_SECONDS
        digest = self._digest(challenge.purpose, challenge.address, "".join(half_width(typed[:64]).split()))
        return in_time and challenge.tries <= TRIES and hmac.compare_digest(digest, challenge.digest)

    def _digest(self, purpose: Purpose | None, address: str, code: str) -> bytes:
        name = "" if purpose is None else purpose.name
        return hmac.digest(self._key, f"{name}|{address}|{code}".encode("utf-8", "surrogatepass"), "sha256")

    def _count(self, key: str, limit: int) -> None:
        """Count a mail, or refuse one above the limit; counts older than an hour are dropped."""
        now = self._clock.elapsed()
        for known, times in list(self._sent.items()):
            while times and now - times[0] > _HOUR_SECONDS:
                times.popleft()
            if not times:
                del self._sent[known]
        sent = self._sent.setdefault(self._digest(None, key, ""), deque())
        if len(sent) >= limit:
            raise MailNotSent
        sent.append(now)

    def _deliver(self, smtp: SmtpSettings, login: str, address: str, purpose: Purpose, code: str) -> None:
        """Count the mail for login and address, and send it."""
        from kiosk.services.messaging.smtp import DeliveryError, connected, make_message  # most kiosks send no mail

        with self._counting:
            self._count(f"login|{login}", MAILS_PER_LOGIN)
            self._count(f"address|{address.lower()}", MAILS_PER_HOUR)
        school_name = self._settings.school_name
        subject, body = purpose.subject.format(school=school_name), purpose.body.format(code=code)
        try:
            message = make_message(smtp, school_name, address, subject, body, self._clock.now())
            with connected(smtp) as session:
                session.send(message)
        except DeliveryError:
            raise MailNotSent from None
