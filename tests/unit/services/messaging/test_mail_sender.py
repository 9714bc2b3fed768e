"""Each mail once, whatever else sends and whatever fails."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace

import pytest

from db.errors import StoreError
from kiosk.config.sections import SmtpSettings
from kiosk.config.settings import Settings
from kiosk.services.messaging.mail_sender import AT_ONCE, BACK_OFF_MINUTES, CLAIM_SECONDS, MAX_TRIES, MailSender, Sent
from kiosk.services.messaging.outbox import MessageKind
from kiosk.services.messaging.smtp import MailFault
from kiosk.services.school import School, open_school
from tests.builders.applications import MOTHER
from tests.builders.decisions import add_message, clock_of, message, sender, with_email
from tests.builders.mail_server import FailingServer, Mailbox, free_port, smtp_settings
from tests.builders.school import CountingHasher


@pytest.fixture
def settings(settings: Settings, smtp: SmtpSettings) -> Settings:
    return replace(settings, smtp=smtp)


@pytest.fixture
def application_id(school: School) -> str:
    return sender(school, "110001", 1).one(MOTHER).application_id


def sender_to(school: School, smtp: SmtpSettings | None) -> MailSender:
    return MailSender(school.store, replace(school.settings, smtp=smtp))


@pytest.mark.both_databases
def test_due_mails_are_sent_once_and_settled(school: School, application_id: str, mailbox: Mailbox) -> None:
    ids = [add_message(school, application_id) for _mail in range(3)]
    mails = MailSender(school.store, school.settings)
    assert mails.send_due() == Sent(sent=3)
    assert mails.send_due() == Sent()
    assert sorted(mail["Message-ID"] for mail in mailbox.parsed()) == sorted(f"<{one}@example.com>" for one in ids)
    for one in ids:
        settled = message(school, one)
        assert (settled.state, settled.attempts, settled.last_fault) == ("sent", 1, "")
        assert settled.done_at == school.store.now()


def test_many_mails_are_sent_in_several_connections(school: School, application_id: str, mailbox: Mailbox) -> None:
    for _mail in range(5):
        add_message(school, application_id)
    mails = MailSender(school.store, school.settings)
    assert mails.send_due(limit=2) == Sent(sent=2)
    assert mails.send_all_due() == Sent(sent=3)
    assert len(mailbox.mails) == 5 < AT_ONCE


def test_without_a_mail_server_mails_wait(school: School, application_id: str) -> None:
    waiting = add_message(school, application_id)
    assert sender_to(school, None).send_all_due() == Sent()
    assert message(school, waiting).state == "waiting"


def test_a_server_that_is_down_is_asked_again_later_and_at_last_given_up(
    school: School, application_id: str, mailbox: Mailbox, smtp: SmtpSettings
) -> None:
    lost = add_message(school, application_id)
    down = sender_to(school, smtp_settings(free_port()))
    for attempt, minutes in enumerate(BACK_OFF_MINUTES, 1):
        assert down.send_due() == Sent(deferred=1)
        waiting = message(school, lost)
        assert (waiting.state, waiting.attempts, waiting.last_fault) == ("waiting", attempt, "unreachable")
        assert waiting.due_at == school.store.now() + minutes * 60_000
        clock_of(school).advance(minutes * 60 - 1)
        assert down.send_due() == Sent()
        clock_of(school).advance(1)
    assert down.send_due() == Sent(failed=1)
    dead = message(school, lost)
    assert (dead.state, dead.attempts, dead.last_fault) == ("failed", MAX_TRIES, "unreachable")
    clock_of(school).advance(365 * 24 * 3600)
    assert sender_to(school, smtp).send_due() == Sent()
    assert mailbox.mails == []


def test_a_server_that_is_back_gets_what_waited(
    school: School, application_id: str, mailbox: Mailbox, smtp: SmtpSettings
) -> None:
    waiting = add_message(school, application_id)
    assert sender_to(school, smtp_settings(free_port())).send_due() == Sent(deferred=1)
    clock_of(school).advance(BACK_OFF_MINUTES[0] * 60)
    assert sender_to(school, smtp).send_due() == Sent(sent=1)
    assert (message(school, waiting).attempts, len(mailbox.mails)) == (2, 1)


@pytest.mark.parametrize("of_the_mail", [False, True])
def test_a_temporary_refusal_is_retried_and_a_permanent_one_is_not(
    school: School, application_id: str, mailbox: Mailbox, of_the_mail: bool
) -> None:
    replies = ["451 later", "550 never", None]
    if of_the_mail:
        mailbox.refuse_mail = lambda: replies.pop(0)
    else:
        mailbox.refuse_recipient = lambda _address: replies.pop(0)
    ids = [add_message(school, application_id) for _mail in range(3)]
    assert MailSender(school.store, school.settings).send_due() == Sent(sent=1, deferred=1, failed=1)
    outcomes = Counter((one.state, one.last_fault) for one in (message(school, id_) for id_ in ids))
    assert outcomes == Counter([("waiting", "busy"), ("failed", "refused"), ("sent", "")])
    assert len(mailbox.mails) == 1


def test_a_server_that_dies_before_it_has_the_mail_is_tried_again(
    school: School, application_id: str, mailbox: Mailbox, smtp: SmtpSettings
) -> None:
    waiting, next_one = (add_message(school, application_id) for _mail in range(2))
    server = FailingServer("DATA")
    assert sender_to(school, server.smtp).send_due() == Sent(deferred=1)
    server.close()
    states = {message(school, one).state for one in (waiting, next_one)}
    assert states == {"waiting"}
    clock_of(school).advance(60)
    assert sender_to(school, smtp).send_due() == Sent(sent=2)
    assert len(mailbox.mails) == 2


def test_a_mail_in_doubt_is_never_sent_again(
    school: School, application_id: str, mailbox: Mailbox, smtp: SmtpSettings
) -> None:
    doubtful = add_message(school, application_id)
    server = FailingServer("BODY")
    assert sender_to(school, server.smtp).send_due() == Sent(failed=1)
    assert server.mails == 1
    server.close()
    assert (message(school, doubtful).state, message(school, doubtful).last_fault) == ("failed", "uncertain")
    clock_of(school).advance(365 * 24 * 3600)
    assert sender_to(school, smtp).send_all_due() == Sent()
    assert mailbox.mails == []


@pytest.mark.both_databases
def test_two_senders_at_once_send_each_mail_once(school: School, application_id: str, mailbox: Mailbox) -> None:
    ids = [add_message(school, application_id) for _mail in range(40)]
    other = open_school(school.settings, clock_of(school), CountingHasher())
    start = threading.Barrier(4)
    reports: list[Sent] = []

    def send(store_of: School) -> None:
        start.wait()
        reports.append(MailSender(store_of.store, school.settings).send_all_due())

    threads = [threading.Thread(target=send, args=(one,)) for one in (school, other, school, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert Counter(mail["Message-ID"] for mail in mailbox.parsed()) == Counter(f"<{one}@example.com>" for one in ids)
    assert sum(report.sent for report in reports) == 40
    assert {message(school, one).state for one in ids} == {"sent"}
    assert {message(school, one).attempts for one in ids} == {1}


@pytest.mark.both_databases
def test_a_sender_that_died_leaves_a_dead_letter_and_no_second_mail(
    school: School, application_id: str, mailbox: Mailbox
) -> None:
    claimed = add_message(school, application_id)
    mails = MailSender(school.store, school.settings)
    mails._claim(claimed)
    assert mails.send_due() == Sent()
    clock_of(school).advance(CLAIM_SECONDS - 1)
    assert mails.send_due() == Sent()
    clock_of(school).advance(1)
    assert mails.send_due() == Sent(failed=1)
    assert (message(school, claimed).state, message(school, claimed).last_fault) == ("failed", "uncertain")
    assert mailbox.mails == []


def test_a_slow_sender_may_settle_an_expired_claim(school: School, application_id: str) -> None:
    slow = add_message(school, application_id)
    mails = MailSender(school.store, school.settings)
    claim = mails._claim(slow)
    clock_of(school).advance(CLAIM_SECONDS)
    assert mails.send_due() == Sent(failed=1)
    mails._settle(claim, None)
    assert (message(school, slow).state, message(school, slow).last_fault) == ("sent", "")


@pytest.mark.both_databases
def test_a_database_that_fails_after_the_mail_went_does_not_send_it_again(
    school: School, application_id: str, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_message(school, application_id)
    mails = MailSender(school.store, school.settings)

    def full(*_arguments: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(MailSender, "_settle", full)
        with pytest.raises(StoreError):
            mails.send_due()
    clock_of(school).advance(CLAIM_SECONDS)
    assert mails.send_all_due() == Sent(failed=1)
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("address", ["小花@example.com", "flower@例子.tw", "flower@example.com\r\nBcc: x@example.com"])
def test_an_address_that_cannot_be_mailed_is_a_dead_letter_and_holds_nobody_up(
    school: School, application_id: str, mailbox: Mailbox, address: str
) -> None:
    bad = add_message(school, application_id, email=address)
    good = add_message(school, application_id)
    assert MailSender(school.store, school.settings).send_due() == Sent(sent=1, failed=1)
    assert (message(school, bad).state, message(school, bad).last_fault) == ("failed", "address")
    assert message(school, good).state == "sent"
    assert mailbox.recipients == [["flower@example.com"]]


def test_a_template_that_was_spoilt_waits_until_it_is_mended(
    school: School, application_id: str, mailbox: Mailbox
) -> None:
    school.settings.text_folder.mkdir()
    own = school.settings.text_folder / "mail_rejected.zh_TW.txt"
    own.write_text("版本: 1\n標題: 結果\n\n{原因} {身分證字號}\n", "utf-8")
    waiting = add_message(school, application_id)
    mails = MailSender(school.store, school.settings)
    assert mails.send_due() == Sent(deferred=1)
    assert message(school, waiting).last_fault == MailFault.TEMPLATE
    own.write_text("版本: 1\n標題: 結果\n\n本校的信：{原因}\n", "utf-8")
    clock_of(school).advance(60)
    assert mails.send_due() == Sent(sent=1)
    assert mailbox.bodies() == ["本校的信：申請書未簽章\n"]


def test_every_kind_of_mail_has_a_template(school: School, mailbox: Mailbox) -> None:
    receipt = sender(school, "110002", 2).one(with_email(MOTHER, "other@example.com"))
    for kind in MessageKind:
        add_message(school, receipt.application_id, kind=kind)
    assert MailSender(school.store, school.settings).send_all_due() == Sent(sent=len(MessageKind))
    assert all("親子綁定" in mail["Subject"] for mail in mailbox.parsed())
