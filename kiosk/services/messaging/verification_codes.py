"""A six-digit code to an address, typed in at the kiosk: who may ask for one is each service's own matter."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
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
MAILS_AN_HOUR = 5
"""To one address."""
MAILS_OF_A_LOGIN = 10
"""In an hour, so that nobody floods strangers from the lobby."""
_HOUR_SECONDS = 3600


class MailNotSent(ServiceError):
    """The mail server did not take the code, or the address had too many already."""


class WrongCode(ServiceError):
    """It was another code, the code is too old, or it was typed too often."""


class Purpose(Enum):
    """What a code is for; a code for one purpose does for no other."""

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
        """The mail's words."""
        return {
            Purpose.EMAIL: _("您的驗證碼是 {code}，十分鐘內有效。若您沒有申請，請不必理會。"),
            Purpose.RECOVERY: _(
                "有人在學校的機器上以您的姓名與身分證字號申請重設親子帳號的密碼，驗證碼是 {code}，十分鐘內有效。"
                "若不是您本人，請不必理會，並通知學校註冊組；您的密碼沒有改變。"
            ),
        }[self]


@dataclass
class EmailChallenge:
    """A code that was sent; holds its keyed hash, never the code.

    Attributes:
        address: where it went.
        digest: HMAC-SHA256 of the code.
        sent: seconds since the machine started.
        tries: how often it was typed.
        purpose: what it is for.
    """

    address: str = field(repr=False)
    digest: bytes = field(repr=False)
    sent: float
    tries: int = 0
    purpose: Purpose = Purpose.EMAIL

    def spend(self) -> None:
        """Let the code be good for nothing more."""
        self.tries = TRIES


class CodeMail:
    """Makes, sends and compares codes; what it remembers is in memory only.

    Args:
        settings: the mail server and the school's name.
        clock: how long a code lasts.
    """

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
        """Send a code; waits for the mail server, ten seconds at most a step.

        Args:
            login: who asks, for counting.
            address: as typed.
            purpose: what it is for.

        Raises:
            MailNotSent: no mail server is set or it refused, the address is none, or it or this login had too many
                codes in an hour.
        """
        smtp = self._settings.smtp
        if smtp is None:
            raise MailNotSent
        try:
            address = parse_email(address)
        except InvalidEmail:
            raise MailNotSent from None
        with self._counting:
            self._count(f"login|{login}", MAILS_OF_A_LOGIN)
            self._count(f"address|{address.lower()}", MAILS_AN_HOUR)
        challenge, code = self.make(address, purpose)
        self._deliver(smtp, address, purpose, code)
        return challenge

    def send_later(self, login: str, address: str | None, purpose: Purpose) -> EmailChallenge:
        """Make a code and send it from a thread of its own: nobody can tell from the wait whether there is an address.

        What goes wrong is told to nobody: the mail just does not come.
        """
        challenge, code = self.make(address or "", purpose)

        def deliver() -> None:
            smtp = self._settings.smtp
            if smtp is None or address is None:
                return
            try:
                with self._counting:
                    self._count(f"login|{login}", MAILS_OF_A_LOGIN)
                    self._count(f"address|{address.lower()}", MAILS_AN_HOUR)
                self._deliver(smtp, address, purpose, code)
            except MailNotSent:
                return

        threading.Thread(target=deliver, name="code-mail", daemon=True).start()
        return challenge

    def make(self, address: str, purpose: Purpose) -> tuple[EmailChallenge, str]:
        """A code for an address, and what it is compared with."""
        code = f"{secrets.randbelow(10**6):06}"
        return EmailChallenge(
            address, self._digest(purpose, address, code), self._clock.elapsed(), purpose=purpose
        ), code

    def check(self, challenge: EmailChallenge, typed: str) -> bool:
        """Whether this is the code: five tries within ten minutes; spaces and full-width digits do no harm."""
        challenge.tries += 1
        in_time = self._clock.elapsed() - challenge.sent <= CODE_SECONDS
        digest = self._digest(challenge.purpose, challenge.address, "".join(half_width(typed[:64]).split()))
        return in_time and challenge.tries <= TRIES and hmac.compare_digest(digest, challenge.digest)

    def _digest(self, purpose: Purpose | None, address: str, code: str) -> bytes:
        name = "" if purpose is None else purpose.name
        return hmac.digest(self._key, f"{name}|{address}|{code}".encode("utf-8", "surrogatepass"), "sha256")

    def _count(self, whose: str, most: int) -> None:
        """Remember a mail, and refuse one too many; whoever had none for an hour is forgotten."""
        now = self._clock.elapsed()
        for known, times in list(self._sent.items()):
            while times and now - times[0] > _HOUR_SECONDS:
                times.popleft()
            if not times:
                del self._sent[known]
        sent = self._sent.setdefault(self._digest(None, whose, ""), deque())
        if len(sent) >= most:
            raise MailNotSent
        sent.append(now)

    def _deliver(self, smtp: SmtpSettings, address: str, purpose: Purpose, code: str) -> None:
        from kiosk.services.messaging.smtp import DeliveryError, connected, make_message  # most kiosks send no mail

        school_name = self._settings.school_name
        subject, body = purpose.subject.format(school=school_name), purpose.body.format(code=code)
        try:
            message = make_message(smtp, school_name, address, subject, body, self._clock.now())
            with connected(smtp) as session:
                session.send(message)
        except DeliveryError:
            raise MailNotSent from None
