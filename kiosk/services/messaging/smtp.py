"""Sends mail through the school's mail server (RFC 5321); TLS may be off only for a server on this machine.

Faults differ by what may follow: another try, no other try, or a person's decision. A person decides where the server
fell silent after it received the mail, and may have sent it (RFC 1047).
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
from kiosk.rules.fault_error import FaultError

if TYPE_CHECKING:  # most kiosks send no mail, and the start is timed
    import smtplib

_STEP_SECONDS = 10
_CLOSING = 421
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class MailFault(StrEnum):
    """Why a mail was not delivered; the outbox keeps the value."""

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
        """The fault for staff, with what to do."""
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
        """Whether another try is safe and may succeed."""
        return self not in (MailFault.ADDRESS, MailFault.REFUSED, MailFault.UNCERTAIN)


class DeliveryError(FaultError[MailFault]):
    """The mail was not delivered, or may not have been; the message holds neither address nor text."""


def make_message(
    smtp: SmtpSettings, school_name: str, address: str, subject: str, body: str, at: datetime, message_id: str = ""
) -> EmailMessage:
    """Return a plain-text mail; no argument can add a header or another recipient.

    ``school_name`` is the sender's display name, ``at`` the Date header. ``message_id`` is the part before the sender's
    domain, the same for each try of one mail; an empty one is generated.

    Raises:
        DeliveryError: ADDRESS for an unusable address.
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
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses vacation notices
    message["Subject"] = subject
    message.set_content(body, cte="base64")  # ASCII for servers without 8BITMIME
    return message


def _mailbox(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


class MailSession:
    """A session with the mail server for several mails; ``is_open`` says whether another one may follow."""

    def __init__(self, connection: smtplib.SMTP, sender: str) -> None:
        """Made by :func:`connected`."""
        self._connection = connection
        self._sender = sender
        self.is_open = True

    def send(self, message: EmailMessage, patience_seconds: float = _STEP_SECONDS) -> None:
        """Send one mail.

        ``patience_seconds`` is the limit for the server's reply to the whole mail (RFC 5321, 4.5.3.2.6).

        Raises:
            DeliveryError: UNCERTAIN if the server has the mail but did not reply; otherwise it has no mail.
        """
        address = str(message["To"].addresses[0].addr_spec)
        has_mail = False
        try:
            self._expect(2, self._connection.mail(self._sender), MailFault.SENDER)
            self._expect(2, self._connection.rcpt(address), MailFault.REFUSED)
            self._expect(3, self._connection.docmd("DATA"), MailFault.REFUSED)
            has_mail = True
            self._wait_for(patience_seconds)
            self._connection.send(_wire_format(message))
            self._expect(2, self._connection.getreply(), MailFault.REFUSED)
        except OSError:  # also smtplib's own
            self.is_open = False
            raise DeliveryError(MailFault.UNCERTAIN if has_mail else MailFault.UNREACHABLE) from None
        self._wait_for(_STEP_SECONDS)

    def _expect(self, kind: int, reply: tuple[int, bytes], refused: MailFault) -> None:
        """Require a reply whose code begins with this digit (RFC 5321, 4.2.1)."""
        import smtplib

        code = reply[0]
        if code // 100 == kind:
            return
        if code // 100 not in (4, 5):
            raise smtplib.SMTPServerDisconnected  # not an SMTP server
        try:
            self.is_open = code != _CLOSING and self._connection.rset()[0] // 100 == 2
        except OSError:
            self.is_open = False
        raise DeliveryError(refused if code // 100 == 5 else MailFault.BUSY)

    def _wait_for(self, seconds: float) -> None:
        if self._connection.sock is not None:
            self._connection.sock.settimeout(seconds)


def _wire_format(message: EmailMessage) -> bytes:
    """Return the bytes to send, dots escaped, with the final dot (RFC 5321, 4.5.2)."""
    return _LEADING_DOT.sub(b"..", message.as_bytes(policy=SMTP)) + b".\r\n"


@contextmanager
def connected(smtp: SmtpSettings) -> Iterator[MailSession]:
    """Open a session with the mail server, signed in; each step takes ten seconds at most.

    Raises:
        DeliveryError: the server was not reached, its certificate is not trusted, or it refused the sign-in.
    """
    connection = _connect(smtp)
    try:
        _greet(connection, smtp)
        session = MailSession(connection, smtp.sender)
        yield session
        if session.is_open:
            with suppress(OSError):  # smtplib's exceptions are OSErrors; the mails are delivered
                connection.quit()
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
    except OSError:  # smtplib's exceptions are OSErrors
        raise DeliveryError(MailFault.UNREACHABLE) from None


def _greet(connection: smtplib.SMTP, smtp: SmtpSettings) -> None:
    """Send EHLO, start TLS and sign in, as far as each is set."""
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
    except (OSError, UnicodeError):  # those of smtplib, TLS and the password file
        raise DeliveryError(refused) from None
