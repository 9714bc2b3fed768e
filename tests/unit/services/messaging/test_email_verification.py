from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.models.logins import Credential
from db.models.school import Student
from db.store import Store
from kiosk.config.sections import SmtpSecurity
from kiosk.config.settings import Settings
from kiosk.services.auth.student_session import STUDENT_LOGIN, StudentSession
from kiosk.services.messaging.email_verification import EmailCodes
from kiosk.services.messaging.verification_codes import (
    CODE_SECONDS,
    MAILS_PER_HOUR,
    MAILS_PER_LOGIN,
    TRIES,
    MailNotSent,
)
from kiosk.testing.clock import FakeClock
from tests.builders.mail_server import SENDER, Mailbox, free_port, mail_server, make_certificate, smtp_settings
from tests.builders.school import Opened

ADDRESS = "flower@example.com"
VISITOR = StudentSession("login-1", "student-1", "P110001", "lobby", 1)


@pytest.fixture
def mailbox() -> Mailbox:
    box = Mailbox()
    box.refuse_recipient = lambda address: "550 no such mailbox" if address.startswith("refused") else None
    return box


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    """A mail server on this machine, without TLS."""
    with mail_server(mailbox) as smtp:
        yield smtp.port


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(opened: Opened) -> Store:
    """A school's, with the visitor in it and a second login of theirs."""
    student_id = VISITOR.student_id
    with opened.school.store.write() as unit:
        student = Student(
            id=student_id,
            student_number="7",
            name="王小明",
            class_name="科二智",
            sealed=b"",
            updated_at=unit.timestamp_ms,
        )
        unit.session.add(student)
        for login in ("login-1", "login-2"):
            unit.session.add(
                Credential(
                    id=login,
                    kind=STUDENT_LOGIN,
                    account=login,
                    subject_id=student_id,
                    password_hash="chosen",
                    changed_at=unit.timestamp_ms,
                )
            )
        unit.audit("test", "student.added", student_id)
    return opened.school.store


def codes_for(
    store: Store, port: int, folder: Path, clock: FakeClock, security: SmtpSecurity = SmtpSecurity.NONE
) -> EmailCodes:
    smtp = smtp_settings(port, security)
    return EmailCodes(store, Settings(home=folder, smtp=smtp), clock)


@pytest.fixture
def codes(store: Store, port: int, tmp_path: Path, clock: FakeClock) -> EmailCodes:
    return codes_for(store, port, tmp_path, clock)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_goes_by_mail_and_is_right(codes: EmailCodes, mailbox: Mailbox) -> None:
    assert codes.available
    challenge = codes.send(VISITOR, ADDRESS)
    (mail,) = mailbox.parsed()
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (ADDRESS, f"本校 <{SENDER}>", "auto-generated")
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
    for _mail in range(MAILS_PER_HOUR):
        codes.send(VISITOR, ADDRESS)
    with pytest.raises(MailNotSent):
        codes.send(VISITOR, ADDRESS.upper())
    codes.send(VISITOR, "ming@example.com")
    clock.advance(3601)
    codes.send(VISITOR, ADDRESS)
    assert len(mailbox.mails) == MAILS_PER_HOUR + 2


def test_one_login_cannot_flood_many_addresses(codes: EmailCodes, mailbox: Mailbox, clock: FakeClock) -> None:
    for mail in range(MAILS_PER_LOGIN):
        codes.send(VISITOR, f"stranger{mail}@example.com")
    with pytest.raises(MailNotSent):
        codes.send(VISITOR, ADDRESS)
    codes.send(replace(VISITOR, credential_id="login-2"), ADDRESS)
    clock.advance(3601)
    codes.send(VISITOR, ADDRESS)
    assert len(mailbox.mails) == MAILS_PER_LOGIN + 2


@pytest.mark.parametrize("address", ["refused@example.com", "no address", "a@example.com\nBcc: b@example.com,c@x.tw"])
def test_what_cannot_be_mailed_is_one_refusal_without_the_address(codes: EmailCodes, address: str) -> None:
    with pytest.raises(MailNotSent) as refused:
        codes.send(VISITOR, address)
    assert str(refused.value) == ""
    assert refused.value.__suppress_context__


def test_without_a_server_nothing_is_sent(store: Store, tmp_path: Path, clock: FakeClock) -> None:
    unset = EmailCodes(store, Settings(home=tmp_path), clock)
    assert not unset.available
    with pytest.raises(MailNotSent):
        unset.send(VISITOR, ADDRESS)
    with pytest.raises(MailNotSent):
        codes_for(store, free_port(), tmp_path, clock).send(VISITOR, ADDRESS)


def test_a_server_without_starttls_gets_no_mail(
    store: Store, port: int, tmp_path: Path, clock: FakeClock, mailbox: Mailbox
) -> None:
    with pytest.raises(MailNotSent):
        codes_for(store, port, tmp_path, clock, SmtpSecurity.STARTTLS).send(VISITOR, ADDRESS)
    assert mailbox.mails == []


def test_starttls_is_used_and_the_certificate_must_be_trusted(
    store: Store, tmp_path: Path, clock: FakeClock, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    with mail_server(mailbox, SmtpSecurity.STARTTLS, certificate) as smtp:
        codes = codes_for(store, smtp.port, tmp_path, clock, SmtpSecurity.STARTTLS)
        with pytest.raises(MailNotSent):
            codes.send(VISITOR, ADDRESS)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        assert codes.check(codes.send(VISITOR, ADDRESS), mailbox.last_code())
    assert len(mailbox.mails) == 1


def test_neither_code_nor_address_is_in_a_repr(codes: EmailCodes, mailbox: Mailbox) -> None:
    challenge = codes.send(VISITOR, ADDRESS)
    assert ADDRESS not in repr(challenge)
    assert mailbox.last_code() not in repr(replace(challenge))
