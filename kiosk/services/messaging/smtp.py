"""Handing a mail to the school's mail server (RFC 5321), over TLS unless the server is on this machine and set without.

What went wrong is told apart by what may be done about it: trying again later, not at all, or asking a person, because
the server fell silent after the mail was in its hands and may have sent it on (RFC 1047).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from enum import StrEnum
from typing import TYPE_CHECKING

from kiosk.config.sections import SmtpSecurity, SmtpSettings
from kiosk.i18n import _
from kiosk.rules.contact import InvalidEmail, parse_email

if TYPE_CHECKING:  # most kiosks send no mail, and the start is timed
    import smtplib

_STEP_SECONDS = 10
_TAKEN = frozenset({250, 251})
_GO_ON = 354
_CLOSING = 421
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class MailFault(StrEnum):
    """Why a mail was not delivered; the value is what the outbox keeps."""

    UNREACHABLE = "unreachable"
    TLS = "tls"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    BUSY = "busy"
    TEMPLATE = "template"
    UNREADABLE = "unreadable"
    ADDRESS = "address"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"

    @property
    def label(self) -> str:
        """What went wrong, and what to do about it, for staff."""
        return {
            MailFault.UNREACHABLE: _("連不上郵件伺服器"),
            MailFault.TLS: _("郵件伺服器的憑證不能信任"),
            MailFault.SIGN_IN: _("郵件伺服器不接受帳號密碼"),
            MailFault.SENDER: _("郵件伺服器不接受寄件人"),
            MailFault.BUSY: _("郵件伺服器暫時不收"),
            MailFault.TEMPLATE: _("通知信的文字檔有錯"),
            MailFault.UNREADABLE: _("內容無法解開，請重新啟動"),
            MailFault.ADDRESS: _("電子郵件地址不能用"),
            MailFault.REFUSED: _("郵件伺服器拒收，請確認地址"),
            MailFault.UNCERTAIN: _("寄出時中斷，不確定是否寄達"),
        }[self]

    @property
    def may_pass(self) -> bool:
        """Whether trying again later is safe and may help."""
        return self not in (MailFault.ADDRESS, MailFault.REFUSED, MailFault.UNCERTAIN)


class DeliveryError(Exception):
    """The mail was not delivered, or may not have been; neither address nor text is in the message."""

    def __init__(self, fault: MailFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


def make_message(
    smtp: SmtpSettings, school_name: str, address: str, subject: str, body: str, at: datetime, message_id: str = ""
) -> EmailMessage:
    """Put a plain-text mail together; nothing in its parts can add a header or another recipient.

    Args:
        smtp: whose sender it comes from.
        school_name: stands beside the sender's address.
        address: whom it goes to.
        subject: one line.
        body: plain text.
        at: the time it bears.
        message_id: the part before the sender's domain, the same for each try of one mail; empty makes one up.

    Raises:
        DeliveryError: ADDRESS, where mail cannot be sent there.
        ValueError: the subject is more than one line.
    """
    try:
        address = parse_email(address)
    except InvalidEmail:
        raise DeliveryError(MailFault.ADDRESS) from None
    domain = smtp.sender.rpartition("@")[2]
    message = EmailMessage()
    message["From"] = _mailbox(smtp.sender, school_name)
    message["To"] = _mailbox(address)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@{domain}>" if message_id else make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notice answers it
    message["Subject"] = subject
    message.set_content(body, cte="base64")  # plain ASCII, whatever the server takes
    return message


def _mailbox(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


class MailSession:
    """A conversation with the mail server, for one mail after another.

    Attributes:
        is_open: whether another mail may be handed over.
    """

    def __init__(self, connection: smtplib.SMTP, sender: str) -> None:
        """Made by :func:`connected`."""
        self._connection = connection
        self._sender = sender
        self.is_open = True

    def send(self, message: EmailMessage, patience_seconds: float = _STEP_SECONDS) -> None:
        """Hand one mail over; once the server has taken it, nothing more can go wrong here.

        Args:
            message: from :func:`make_message`.
            patience_seconds: how long the server may take to answer for the whole mail (RFC 5321, 4.5.3.2.6).

        Raises:
            DeliveryError: UNCERTAIN where the server did not answer for a mail that it had; else it has none.
        """
        import smtplib

        address = str(message["To"].addresses[0].addr_spec)
        handed_over = False
        try:
            self._expect(2, self._connection.mail(self._sender), MailFault.SENDER)
            self._expect(2, self._connection.rcpt(address), MailFault.REFUSED)
            self._expect(3, self._connection.docmd("DATA"), MailFault.REFUSED)
            handed_over = True
            self._wait_for(patience_seconds)
            self._connection.send(_on_the_wire(message))
            self._expect(2, self._connection.getreply(), MailFault.REFUSED)
        except (OSError, smtplib.SMTPException):
            self.is_open = False
            raise DeliveryError(MailFault.UNCERTAIN if handed_over else MailFault.UNREACHABLE) from None
        self._wait_for(_STEP_SECONDS)

    def _expect(self, kind: int, reply: tuple[int, bytes], refused: MailFault) -> None:
        """Go on only with a reply of this kind, the first digit of its code (RFC 5321, 4.2.1)."""
        import smtplib

        code = reply[0]
        if code // 100 == kind:
            return
        if code // 100 not in (4, 5):
            raise smtplib.SMTPServerDisconnected  # whoever this is, it speaks no SMTP
        try:
            self.is_open = code != _CLOSING and self._connection.rset()[0] // 100 == 2
        except (OSError, smtplib.SMTPException):
            self.is_open = False
        raise DeliveryError(refused if code // 100 == 5 else MailFault.BUSY)

    def _wait_for(self, seconds: float) -> None:
        if self._connection.sock is not None:
            self._connection.sock.settimeout(seconds)


def _on_the_wire(message: EmailMessage) -> bytes:
    """The mail as it is sent, a lone dot at its end (RFC 5321, 4.5.2)."""
    return _LEADING_DOT.sub(b"..", message.as_bytes(policy=SMTP)) + b".\r\n"


@contextmanager
def connected(smtp: SmtpSettings) -> Iterator[MailSession]:
    """Connect to the mail server and sign in; ten seconds at most a step.

    Raises:
        DeliveryError: the server was not reached, is not the one its certificate should name, or let nobody in.
    """
    connection = _connect(smtp)
    try:
        _greet(connection, smtp)
        session = MailSession(connection, smtp.sender)
        yield session
        if session.is_open:
            _take_leave(connection)
    finally:
        connection.close()


def _connect(smtp: SmtpSettings) -> smtplib.SMTP:
    import smtplib
    import ssl

    try:
        if smtp.security is SmtpSecurity.TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_STEP_SECONDS, context=context)
        return smtplib.SMTP(smtp.host, smtp.port, timeout=_STEP_SECONDS)
    except ssl.SSLError:
        raise DeliveryError(MailFault.TLS) from None
    except OSError:  # smtplib's own exceptions too
        raise DeliveryError(MailFault.UNREACHABLE) from None


def _greet(connection: smtplib.SMTP, smtp: SmtpSettings) -> None:
    """Say hello, over TLS where that is set, and sign in where there is an account."""
    import ssl

    refused = MailFault.UNREACHABLE
    try:
        connection.ehlo_or_helo_if_needed()
        if smtp.security is SmtpSecurity.STARTTLS:
            refused = MailFault.TLS
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
        if smtp.user is not None and smtp.password_file is not None:
            refused = MailFault.SIGN_IN
            connection.login(smtp.user, smtp.password_file.read_text("utf-8").strip())
    except (OSError, UnicodeError):  # smtplib's exceptions are OSErrors, and so are those of TLS and of the file
        raise DeliveryError(refused) from None


def _take_leave(connection: smtplib.SMTP) -> None:
    """Say goodbye; what was delivered is delivered, whatever the server answers."""
    import smtplib

    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
