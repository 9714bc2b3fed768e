"""Handing a mail over: who is trusted, what may be tried again, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from kiosk.config.sections import SmtpSecurity, SmtpSettings
from kiosk.services.messaging.smtp import DeliveryError, MailFault, connected, make_message
from tests.builders.mail_server import (
    SENDER,
    FailingServer,
    Mailbox,
    free_port,
    mail_server,
    make_certificate,
    smtp_settings,
)

AT = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
ADDRESS = "flower@example.com"
SECURE = (SmtpSecurity.TLS, SmtpSecurity.STARTTLS)


def message(
    address: str = ADDRESS, *, school: str = "本校", subject: str = "主旨", body: str = "內容\n"
) -> EmailMessage:
    return make_message(smtp_settings(25), school, address, subject, body, AT, "0" * 32)


def deliver(smtp: SmtpSettings, mail: EmailMessage, patience_seconds: float = 10) -> MailFault | None:
    try:
        with connected(smtp) as session:
            session.send(mail, patience_seconds)
    except DeliveryError as error:
        return error.fault
    return None


def test_a_mail_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    body = "您好：\n.\n..兩點\n" + "長" * 2000 + "\n"
    with mail_server(mailbox) as smtp:
        assert deliver(smtp, message(body=body)) is None
    (mail,) = mailbox.parsed()
    assert mailbox.bodies() == [body]
    assert mailbox.recipients == [[ADDRESS]]
    assert (mail["Subject"], mail["To"], mail["From"]) == ("主旨", ADDRESS, f"本校 <{SENDER}>")
    assert mail["Message-ID"] == f"<{'0' * 32}@example.com>"
    assert mailbox.mails[0].isascii()


@pytest.mark.parametrize("security", SECURE)
def test_tls_needs_a_trusted_certificate(
    security: SmtpSecurity, tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    with mail_server(mailbox, security, certificate) as smtp:
        assert deliver(smtp, message()) is MailFault.TLS
        assert mailbox.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        assert deliver(smtp, message()) is None
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("security", SECURE)
def test_a_trusted_certificate_of_another_host_is_refused(
    security: SmtpSecurity, tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path, "mail.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with mail_server(mailbox, security, certificate) as smtp:
        assert deliver(smtp, message()) is MailFault.TLS
    assert mailbox.mails == []


@pytest.mark.parametrize("security", SECURE)
def test_a_server_without_tls_gets_nothing(security: SmtpSecurity, mailbox: Mailbox) -> None:
    with mail_server(mailbox) as smtp:
        assert deliver(replace(smtp, security=security), message()) is MailFault.TLS
    assert mailbox.mails == []


def test_an_unreachable_server_is_reported() -> None:
    assert deliver(smtp_settings(free_port()), message()) is MailFault.UNREACHABLE


@pytest.mark.parametrize(
    ("reply", "fault"),
    [("450 later", MailFault.BUSY), ("550 no such mailbox", MailFault.REFUSED), ("452 full", MailFault.BUSY)],
)
@pytest.mark.parametrize("of_the_mail", [False, True])
def test_a_refused_mail_does_not_stop_the_next(
    reply: str, fault: MailFault, of_the_mail: bool, mailbox: Mailbox
) -> None:
    replies = iter([reply, None])
    if of_the_mail:
        mailbox.refuse_mail = lambda: next(replies)
    else:
        mailbox.refuse_recipient = lambda _address: next(replies)
    with mail_server(mailbox) as smtp, connected(smtp) as session:
        with pytest.raises(DeliveryError) as refused:
            session.send(message())
        assert refused.value.fault is fault
        assert session.is_open
        session.send(message(body="第二封\n"))
    assert mailbox.bodies() == ["第二封\n"]


def test_a_server_that_closes_gets_no_second_mail(mailbox: Mailbox) -> None:
    mailbox.refuse_recipient = lambda _address: "421 too many"
    with mail_server(mailbox) as smtp, connected(smtp) as session:
        with pytest.raises(DeliveryError) as refused:
            session.send(message())
        assert refused.value.fault is MailFault.BUSY
        assert not session.is_open


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        ("GREETING", MailFault.UNREACHABLE),
        ("EHLO", MailFault.UNREACHABLE),
        ("MAIL", MailFault.UNREACHABLE),
        ("RCPT", MailFault.UNREACHABLE),
        ("DATA", MailFault.UNREACHABLE),
        ("BODY", MailFault.UNCERTAIN),
        ("QUIT", None),
    ],
)
def test_a_server_that_dies_in_the_conversation(at: str, fault: MailFault | None) -> None:
    server = FailingServer(at)
    try:
        assert deliver(server.smtp, message()) is fault
        assert server.reached.is_set()
        assert server.mails == (1 if at in ("BODY", "QUIT") else 0)
    finally:
        server.close()


def test_a_silent_server_times_out() -> None:
    server = FailingServer("BODY", silent=True)
    try:
        assert deliver(server.smtp, message(), patience_seconds=0.2) is MailFault.UNCERTAIN
    finally:
        server.close()


@pytest.fixture
def signing_in(mailbox: Mailbox) -> Iterator[int]:
    """The port of a server that lets only ``school`` in."""

    def authenticate(_server: object, _session: object, _envelope: object, _kind: object, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=(data.login, data.password) == (b"school", b"right"), handled=False)

    server = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=authenticate,
        auth_required=True,
        auth_require_tls=False,
    )
    server.start()
    yield server.port
    server.stop()


@pytest.mark.parametrize(
    ("password", "fault"),
    [(b"right\n", None), (b"wrong\n", MailFault.SIGN_IN), (b"\xff", MailFault.SIGN_IN), (None, MailFault.SIGN_IN)],
)
def test_a_wrong_server_password_is_reported(
    password: bytes | None, fault: MailFault | None, signing_in: int, tmp_path: Path, mailbox: Mailbox
) -> None:
    file = tmp_path / "password"
    if password is not None:
        file.write_bytes(password)
    smtp = replace(smtp_settings(signing_in), user="school", password_file=file)
    assert deliver(smtp, message()) is fault
    assert len(mailbox.mails) == (fault is None)


def test_a_sender_that_may_not_send_is_no_fault_of_the_mail(signing_in: int) -> None:
    assert deliver(smtp_settings(signing_in), message()) is MailFault.SENDER


@pytest.mark.parametrize(
    "address",
    [
        "flower@example.com\r\nBcc: stranger@example.com",
        "flower@example.com, stranger@example.com",
        "<flower@example.com>",
        "小花@example.com",
        "flower@例子.tw",
        "flower@exämple.com",
        "flower",
        "",
    ],
)
def test_an_address_that_cannot_be_mailed_is_told_before_anything_is_sent(address: str) -> None:
    with pytest.raises(DeliveryError) as refused:
        message(address)
    assert refused.value.fault is MailFault.ADDRESS
    assert not refused.value.fault.may_pass


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_no_name_adds_a_header(break_: str) -> None:
    injected = f"本校{break_}Bcc: stranger@example.com"
    with pytest.raises(ValueError, match="CR or LF"):
        message(school=injected)
    with pytest.raises(ValueError, match="linefeed|carriage"):
        message(subject=injected)


def test_a_school_name_with_address_characters_stays_a_name(mailbox: Mailbox) -> None:
    name = '"本校" <other@example.com>, 某, a@b.tw'
    with mail_server(mailbox) as smtp:
        assert deliver(smtp, message(school=name)) is None
    (mail,) = mailbox.parsed()
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, SENDER)
    assert mailbox.recipients == [[ADDRESS]]
