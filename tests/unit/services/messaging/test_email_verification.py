from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kiosk.services.auth.student_session import StudentSession
from kiosk.services.messaging.email_verification import EmailCodes
from kiosk.services.messaging.verification_codes import (
    CODE_SECONDS,
    MAILS_PER_HOUR,
    MAILS_PER_LOGIN,
    TRIES,
    MailNotSent,
)
from tests.builders.applications import STRANGER_ID, new_visitor
from tests.builders.mail_server import SENDER, Mailbox, free_port, mail_server, smtp_settings
from tests.builders.school import Opened

ADDRESS = "flower@example.com"


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


def codes_for(opened: Opened, port: int) -> EmailCodes:
    settings = replace(opened.school.settings, smtp=smtp_settings(port))
    return EmailCodes(opened.school.store, settings, opened.clock)


@pytest.fixture
def codes(opened: Opened, port: int) -> EmailCodes:
    return codes_for(opened, port)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_goes_by_mail_and_is_right(codes: EmailCodes, visitor: StudentSession, mailbox: Mailbox) -> None:
    assert codes.available
    challenge = codes.send(visitor, ADDRESS)
    (mail,) = mailbox.parsed()
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (ADDRESS, f"本校 <{SENDER}>", "auto-generated")
    assert not codes.check(challenge, wrong(mailbox.last_code()))
    assert codes.check(challenge, mailbox.last_code())


def test_full_width_digits_and_spaces_do_no_harm(codes: EmailCodes, visitor: StudentSession, mailbox: Mailbox) -> None:
    challenge = codes.send(visitor, ADDRESS)
    full = "".join(chr(ord(digit) + 0xFEE0) for digit in mailbox.last_code())
    assert codes.check(challenge, f" {full[:3]} {full[3:]} ")


def test_a_code_is_invalid_after_five_tries(codes: EmailCodes, visitor: StudentSession, mailbox: Mailbox) -> None:
    challenge = codes.send(visitor, ADDRESS)
    assert [codes.check(challenge, wrong(mailbox.last_code())) for _try in range(TRIES)] == [False] * TRIES
    assert not codes.check(challenge, mailbox.last_code())


def test_a_code_lasts_ten_minutes_whatever_the_wall_clock_says(
    codes: EmailCodes, visitor: StudentSession, mailbox: Mailbox, opened: Opened
) -> None:
    challenge = codes.send(visitor, ADDRESS)
    opened.clock.set_wall(datetime(2030, 1, 1, tzinfo=UTC))
    opened.clock.advance(CODE_SECONDS)
    assert codes.check(challenge, mailbox.last_code())
    opened.clock.advance(1)
    assert not codes.check(challenge, mailbox.last_code())


def test_a_new_code_does_not_open_an_earlier_challenge(
    codes: EmailCodes, visitor: StudentSession, mailbox: Mailbox
) -> None:
    first = codes.send(visitor, ADDRESS)
    old = mailbox.last_code()
    second = codes.send(visitor, "ming@example.com")
    assert codes.check(first, old)
    assert codes.check(second, mailbox.last_code())
    assert first.digest != second.digest


def test_one_address_gets_five_codes_an_hour(
    codes: EmailCodes, visitor: StudentSession, mailbox: Mailbox, opened: Opened
) -> None:
    for _mail in range(MAILS_PER_HOUR):
        codes.send(visitor, ADDRESS)
    with pytest.raises(MailNotSent):
        codes.send(visitor, ADDRESS.upper())
    codes.send(visitor, "ming@example.com")
    opened.clock.advance(3601)
    codes.send(visitor, ADDRESS)
    assert len(mailbox.mails) == MAILS_PER_HOUR + 2


def test_one_login_cannot_flood_many_addresses(
    codes: EmailCodes, visitor: StudentSession, mailbox: Mailbox, opened: Opened
) -> None:
    for mail in range(MAILS_PER_LOGIN):
        codes.send(visitor, f"stranger{mail}@example.com")
    with pytest.raises(MailNotSent):
        codes.send(visitor, ADDRESS)
    codes.send(new_visitor(opened.school, "110002", STRANGER_ID), ADDRESS)
    opened.clock.advance(3601)
    codes.send(visitor, ADDRESS)
    assert len(mailbox.mails) == MAILS_PER_LOGIN + 2


@pytest.mark.parametrize("address", ["refused@example.com", "no address", "a@example.com\nBcc: b@example.com,c@x.tw"])
def test_an_unmailable_address_is_refused_without_its_text(
    codes: EmailCodes, visitor: StudentSession, address: str
) -> None:
    with pytest.raises(MailNotSent) as refused:
        codes.send(visitor, address)
    assert str(refused.value) == ""
    assert refused.value.__suppress_context__


def test_without_a_server_nothing_is_sent(opened: Opened, visitor: StudentSession) -> None:
    unset = EmailCodes(opened.school.store, opened.school.settings, opened.clock)
    assert not unset.available
    with pytest.raises(MailNotSent):
        unset.send(visitor, ADDRESS)
    with pytest.raises(MailNotSent):
        codes_for(opened, free_port()).send(visitor, ADDRESS)


def test_neither_code_nor_address_is_in_a_repr(codes: EmailCodes, visitor: StudentSession, mailbox: Mailbox) -> None:
    challenge = codes.send(visitor, ADDRESS)
    assert ADDRESS not in repr(challenge)
    assert mailbox.last_code() not in repr(replace(challenge))
