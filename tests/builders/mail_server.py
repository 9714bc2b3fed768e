"""Real mail servers on this machine: one that takes mail, with or without TLS, and one that fails where it is told."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kiosk.config.sections import SmtpSecurity, SmtpSettings

SENDER = "school@example.com"


class Mailbox:
    """Takes every mail, unless told otherwise.

    Attributes:
        mails: the bytes of each mail taken.
        recipients: whom each was for.
        refuse_recipient: gives the reply to a recipient, or None to take them.
        refuse_mail: likewise for a whole mail.
    """

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.refuse_recipient: Callable[[str], str | None] = lambda _address: None
        self.refuse_mail: Callable[[], str | None] = lambda: None

    async def handle_RCPT(
        self, _server: object, _session: object, envelope: object, address: str, _options: object
    ) -> str:
        refused = self.refuse_recipient(address)
        if refused is not None:
            return refused
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]  # aiosmtpd's envelope has no types
        return "250 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:
        refused = self.refuse_mail()
        if refused is not None:
            return refused
        self.mails.append(envelope.content)  # type: ignore[attr-defined]  # as above
        self.recipients.append(list(envelope.rcpt_tos))  # type: ignore[attr-defined]  # as above
        return "250 OK"

    def parsed(self) -> list[EmailMessage]:
        """The mails taken apart."""
        return [message_from_bytes(mail, policy=policy.default) for mail in self.mails]

    def bodies(self) -> list[str]:
        """The words of each mail."""
        return [body.get_content() for mail in self.parsed() if (body := mail.get_body()) is not None]

    def last_code(self) -> str:
        """The code in the last mail."""
        found = re.search(r"[0-9]{6}", self.bodies()[-1])
        assert found is not None
        return found.group()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def smtp_settings(port: int, security: SmtpSecurity = SmtpSecurity.NONE) -> SmtpSettings:
    """The settings for a server on this machine."""
    return SmtpSettings("localhost", port, security, None, None, SENDER)


@contextmanager
def mail_server(
    mailbox: Mailbox, security: SmtpSecurity = SmtpSecurity.NONE, certificate: tuple[Path, Path] | None = None
) -> Iterator[SmtpSettings]:
    """A server that puts what it takes into a mailbox; gives the settings to reach it."""
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
    server = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        ssl_context=context if security is SmtpSecurity.TLS else None,
        tls_context=context if security is SmtpSecurity.STARTTLS else None,
        require_starttls=security is SmtpSecurity.STARTTLS,
    )
    server.start()
    try:
        yield smtp_settings(server.port, security)
    finally:
        server.stop()


def make_certificate(folder: Path, host: str = "localhost") -> tuple[Path, Path]:
    """A certificate for a host, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / f"{host}.pem", folder / f"{host}.key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file


class FailingServer:
    """Speaks SMTP up to one command, and there falls silent or hangs up; counts the whole mails it was given.

    Args:
        at: the command, in upper case; ``BODY`` is the end of a mail, ``GREETING`` the connection itself.
        silent: keep the line open without an answer, instead of hanging up.
    """

    def __init__(self, at: str, *, silent: bool = False) -> None:
        self.at = at
        self.silent = silent
        self.mails = 0
        self.reached = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def smtp(self) -> SmtpSettings:
        """The settings to reach it."""
        return smtp_settings(self._socket.getsockname()[1])

    def close(self) -> None:
        """Hang up everywhere."""
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for the next one
        self._socket.close()
        for line in self._open:
            line.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _address = self._socket.accept()
                self._open.append(line)
                threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with suppress(OSError), line.makefile("rwb", buffering=0) as stream:
            if self._fails(line, "GREETING"):
                return
            stream.write(b"220 hello\r\n")
            while said := stream.readline():
                command = said.split()[0].upper().decode()
                if self._fails(line, command):
                    return
                stream.write(b"354 go on\r\n" if command == "DATA" else b"250 OK\r\n")
                if command == "DATA":
                    while stream.readline() != b".\r\n":
                        pass
                    self.mails += 1
                    if self._fails(line, "BODY"):
                        return
                    stream.write(b"250 OK\r\n")

    def _fails(self, line: socket.socket, command: str) -> bool:
        if command != self.at:
            return False
        self.reached.set()
        if not self.silent:
            line.shutdown(socket.SHUT_RDWR)
            line.close()
        return True
