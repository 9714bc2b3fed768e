"""Mails and death: a sender killed at any moment, several at once; none twice, none lost unseen."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from db.models.applications import Application
from kiosk.config.sections import SmtpSettings
from kiosk.services.auth.staff_session import CommandLine
from kiosk.services.messaging.mail_sender import CLAIM_SECONDS, MailSender, Sent
from kiosk.services.messaging.outbox_desk import Outbox
from kiosk.services.messaging.smtp import MailFault
from kiosk.services.school import School
from tests.builders.applications import MOTHER
from tests.builders.databases import postgresql_url
from tests.builders.decisions import add_message, clock_of, message, school_with_mail, sender
from tests.builders.mail_server import FailingServer, Mailbox, smtp_settings
from tests.faults.worker import Death, child, messages, send_mails

_MAILS = 30
_DEATHS = 4


@pytest.fixture(params=["sqlite", "postgresql"])
def school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    if request.param == "sqlite":
        with school_with_mail(tmp_path, None, smtp_settings(25)) as opened:
            yield opened
        return
    with postgresql_url() as url, school_with_mail(tmp_path, url, smtp_settings(25)) as opened:
        yield opened


def _fill(school: School, mails: int) -> list[str]:
    sender(school, "110001", 1).one(MOTHER)
    return _more(school, mails)


def _more(school: School, mails: int) -> list[str]:
    with school.store.read() as session:
        application_id = session.exec(select(Application.id)).one()
    return [add_message(school, application_id) for _mail in range(mails)]


def _after_the_claims(school: School, smtp: SmtpSettings) -> Sent:
    """What another sender does once every claim has run out."""
    clock_of(school).advance(CLAIM_SECONDS)
    return MailSender(school.store, replace(school.settings, smtp=smtp)).send_all_due()


def _ids(mailbox: Mailbox) -> Counter[str]:
    return Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in mailbox.parsed())


@pytest.mark.parametrize(
    ("commit", "death", "state", "arrived", "later"),
    [
        (1, Death.BEFORE_COMMIT, "waiting", 0, Sent(sent=1)),
        (1, Death.AFTER_COMMIT, "sending", 0, Sent(failed=1)),
        (2, Death.BEFORE_COMMIT, "sending", 1, Sent(failed=1)),
        (2, Death.AFTER_COMMIT, "sent", 1, Sent()),
    ],
)
def test_a_sender_that_dies_at_a_commit(
    school: School,
    mailbox: Mailbox,
    smtp: SmtpSettings,
    commit: int,
    death: Death,
    state: str,
    arrived: int,
    later: Sent,
) -> None:
    (mail,) = _fill(school, 1)
    with child(send_mails, replace(school.settings, smtp=smtp), commit, death) as (_pid, pipe):
        assert list(messages(pipe)) == ["begin"]
    assert (message(school, mail).state, len(mailbox.mails)) == (state, arrived)
    assert _after_the_claims(school, smtp) == later
    assert _ids(mailbox)[mail] <= 1
    is_seen = [letter.call.message_id for letter in Outbox(school.store, school.settings).dead_letters(CommandLine())]
    assert (message(school, mail).state == "sent") != (is_seen == [mail])


@pytest.mark.parametrize("at", ["EHLO", "RCPT", "BODY"])
def test_a_sender_that_is_killed_in_the_conversation(
    school: School, mailbox: Mailbox, smtp: SmtpSettings, at: str
) -> None:
    (mail,) = _fill(school, 1)
    silent = FailingServer(at, silent=True)
    with child(send_mails, replace(school.settings, smtp=silent.smtp)) as (pid, _pipe):
        assert silent.reached.wait(20)
        os.kill(pid, signal.SIGKILL)
    silent.close()
    assert silent.mails == (at == "BODY")
    was_claimed = at != "EHLO"
    assert message(school, mail).state == ("sending" if was_claimed else "waiting")
    assert _after_the_claims(school, smtp) == (Sent(failed=1) if was_claimed else Sent(sent=1))
    if was_claimed:
        assert message(school, mail).last_fault == MailFault.UNCERTAIN
    assert len(mailbox.mails) + silent.mails <= 1


def test_three_processes_at_once_send_each_mail_once(school: School, mailbox: Mailbox, smtp: SmtpSettings) -> None:
    mails = _fill(school, _MAILS)
    settings = replace(school.settings, smtp=smtp)
    with (
        child(send_mails, settings) as (_one, first),
        child(send_mails, settings) as (_two, second),
        child(send_mails, settings) as (_three, third),
    ):
        reports = [list(messages(pipe))[-1] for pipe in (first, second, third)]
    assert sum(report.sent for report in reports) == _MAILS
    assert _ids(mailbox) == Counter(mails)
    assert {message(school, mail).state for mail in mails} == {"sent"}


def test_senders_that_are_killed_again_and_again_send_nothing_twice_and_lose_nothing_unseen(
    school: School, mailbox: Mailbox, smtp: SmtpSettings
) -> None:
    mails = _fill(school, _MAILS)
    settings, chance = replace(school.settings, smtp=smtp), random.Random(109)
    killed: list[str] = []
    while len(killed) < _DEATHS:
        with child(send_mails, settings) as (_one, first), child(send_mails, settings) as (_two, second):
            assert [first.recv(), second.recv()] == ["begin", "begin"]
            time.sleep(chance.uniform(0, 0.08))  # then both are killed, wherever they are
        states = {mail: message(school, mail).state for mail in mails}
        killed = [mail for mail, state in states.items() if state == "sending"]
        assert "waiting" in states.values() or killed, (
            "every mail went before a sender was killed with one in its hands"
        )
    _after_the_claims(school, smtp)
    arrived = _ids(mailbox)
    assert max(arrived.values()) == 1
    states = {mail: message(school, mail).state for mail in mails}
    assert set(states.values()) == {"sent", "failed"}
    assert {mail for mail, state in states.items() if state == "sent"} <= set(arrived)
    shown = {letter.call.message_id for letter in Outbox(school.store, settings).dead_letters(CommandLine())}
    assert shown == {mail for mail, state in states.items() if state == "failed"} == set(killed)
