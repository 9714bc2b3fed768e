from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kiosk.services.email_codes import CODE_SECONDS, MAILS_AN_HOUR, MAILS_OF_A_LOGIN, TRIES, EmailCodes, MailNotSent
from kiosk.services.visitor import Visitor
from kiosk.settings import Settings, SmtpSecurity, SmtpSettings
from kiosk.testing import FakeClock

ADDRESS = "flower@example.com"
VISITOR = Visitor("login-1", "student-1", "P110001", "lobby")


class Mailbox:
    """Takes every mail but those to refused@example.com."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_RCPT(
        self, _server: object, _session: object, envelope: object, address: str, _options: object
    ) -> str:
        if address.startswith("refused"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]  # aiosmtpd's envelope has no types
        return "250 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:
        self.mails.append(envelope.content)  # type: ignore[attr-defined]  # as above
        return "250 OK"

    def last_code(self) -> str:
        """The code in the last mail."""
        mail = message_from_bytes(self.mails[-1], policy=policy.default)
        body = mail.get_body()
        assert body is not None
        found = re.search(r"[0-9]{6}", body.get_content())
        assert found is not None
        return found.group()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    """A mail server on this machine, without TLS."""
    server = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    server.start()
    yield server.port
    server.stop()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def codes_for(port: int, folder: Path, clock: FakeClock, security: SmtpSecurity = SmtpSecurity.NONE) -> EmailCodes:
    smtp = SmtpSettings("localhost", port, security, None, None, "school@example.com")
    return EmailCodes(Settings(home=folder, smtp=smtp), clock)


@pytest.fixture
def codes(port: int, tmp_path: Path, clock: FakeClock) -> EmailCodes:
    return codes_for(port, tmp_path, clock)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_goes_by_mail_and_is_right(codes: EmailCodes, mailbox: Mailbox) -> None:
    assert codes.available
    challenge = codes.send(VISITOR, ADDRESS)
    mail = message_from_bytes(mailbox.mails[0], policy=policy.default)
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (
        ADDRESS,
        "本校 <school@example.com>",
        "auto-generated",
    )
    assert not codes.check(challenge, wrong(mailbox.last_code()))
    assert codes.check(challenge, mailbox.last_code())


def test_full_width_digits_and_spaces_do_no_harm(codes: EmailCodes, mailbox: Mailbox) -> None:
    challenge = codes.send(VISITOR, ADDRESS)
    full = "".join(chr(ord(digit) + 0xFEE0) for digit in mailbox.last_code())
    assert codes.check(challenge, f" {full[:3]} {full[3:]} ")


def test_after_five_tries_even_the_right_code_is_none(codes: EmailCodes, mailbox: Mailbox) -> None:
    challenge = codes.send(VISITOR, ADDRESS)
    assert [codes.check(challenge, wrong(mailbox.last_code())) for _try in range(TRIES)] == [False] * TRIES
    assert not codes.check(challenge, mailbox.last_code())


def test_a_code_lasts_ten_minutes_whatever_the_wall_clock_says(
    codes: EmailCodes, mailbox: Mailbox, clock: FakeClock
) -> None:
    challenge = codes.send(VISITOR, ADDRESS)
    clock.set_wall(datetime(2030, 1, 1, tzinfo=UTC))
    clock.advance(CODE_SECONDS)
    assert codes.check(challenge, mailbox.last_code())
    clock.advance(1)
    assert not codes.check(challenge, mailbox.last_code())


def test_a_new_code_does_not_open_an_earlier_challenge(codes: EmailCodes, mailbox: Mailbox) -> None:
    first = codes.send(VISITOR, ADDRESS)
    old = mailbox.last_code()
    second = codes.send(VISITOR, "ming@example.com")
    assert codes.check(first, old)
    assert codes.check(second, mailbox.last_code())
    assert first.digest != second.digest


def test_one_address_gets_five_codes_an_hour(codes: EmailCodes, mailbox: Mailbox, clock: FakeClock) -> None:
    for _mail in range(MAILS_AN_HOUR):
        codes.send(VISITOR, ADDRESS)
    with pytest.raises(MailNotSent):
        codes.send(VISITOR, ADDRESS.upper())
    codes.send(VISITOR, "ming@example.com")
    clock.advance(3601)
    codes.send(VISITOR, ADDRESS)
    assert len(mailbox.mails) == MAILS_AN_HOUR + 2


def test_one_login_cannot_flood_many_addresses(codes: EmailCodes, mailbox: Mailbox, clock: FakeClock) -> None:
    for mail in range(MAILS_OF_A_LOGIN):
        codes.send(VISITOR, f"stranger{mail}@example.com")
    with pytest.raises(MailNotSent):
        codes.send(VISITOR, ADDRESS)
    codes.send(replace(VISITOR, credential_id="login-2"), ADDRESS)
    clock.advance(3601)
    codes.send(VISITOR, ADDRESS)
    assert len(mailbox.mails) == MAILS_OF_A_LOGIN + 2


@pytest.mark.parametrize("address", ["refused@example.com", "no address", "a@example.com\nBcc: b@example.com,c@x.tw"])
def test_what_cannot_be_mailed_is_one_refusal_without_the_address(codes: EmailCodes, address: str) -> None:
    with pytest.raises(MailNotSent) as refused:
        codes.send(VISITOR, address)
    assert str(refused.value) == ""
    assert refused.value.__suppress_context__


def test_without_a_server_nothing_is_sent(tmp_path: Path, clock: FakeClock) -> None:
    unset = EmailCodes(Settings(home=tmp_path), clock)
    assert not unset.available
    with pytest.raises(MailNotSent):
        unset.send(VISITOR, ADDRESS)
    with pytest.raises(MailNotSent):
        codes_for(free_port(), tmp_path, clock).send(VISITOR, ADDRESS)


def test_a_server_without_starttls_gets_no_mail(port: int, tmp_path: Path, clock: FakeClock, mailbox: Mailbox) -> None:
    with pytest.raises(MailNotSent):
        codes_for(port, tmp_path, clock, SmtpSecurity.STARTTLS).send(VISITOR, ADDRESS)
    assert mailbox.mails == []


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file


def test_starttls_is_used_and_the_certificate_must_be_trusted(
    tmp_path: Path, clock: FakeClock, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate_file, key_file = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate_file, key_file)
    server = Controller(mailbox, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True)
    server.start()
    try:
        codes = codes_for(server.port, tmp_path, clock, SmtpSecurity.STARTTLS)
        with pytest.raises(MailNotSent):
            codes.send(VISITOR, ADDRESS)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate_file))
        assert codes.check(codes.send(VISITOR, ADDRESS), mailbox.last_code())
    finally:
        server.stop()
    assert len(mailbox.mails) == 1


def test_neither_code_nor_address_is_in_a_repr(codes: EmailCodes, mailbox: Mailbox) -> None:
    challenge = codes.send(VISITOR, ADDRESS)
    assert ADDRESS not in repr(challenge)
    assert mailbox.last_code() not in repr(replace(challenge))
