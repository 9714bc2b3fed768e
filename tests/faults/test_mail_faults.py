"""Mails and death: a sender killed at any moment, several at once; none twice, none lost unseen."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue

import pytest

from kiosk.config.sections import SmtpSettings
from kiosk.services.auth.staff_session import CommandLine
from kiosk.services.messaging.mail_sender import CLAIM_SECONDS, MailSender, Sent
from kiosk.services.messaging.outbox_desk import Outbox
from kiosk.services.messaging.smtp import MailFault
from kiosk.services.school import School
from tests.builders.applications import MOTHER
from tests.builders.databases import DATABASES, database
from tests.builders.decisions import add_message, clock_of, message, school_with_mail, sender
from tests.builders.mail_server import FailingServer, Mailbox, smtp_settings
from tests.faults.worker import Death, child, messages, send_mails

_MAILS = 30
_DEATHS = 4


@pytest.fixture(params=DATABASES)
def school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    with database(request.param) as url, school_with_mail(tmp_path, url, smtp_settings(25)) as opened:
        yield opened


@pytest.fixture
def application_id(school: School) -> str:
    return sender(school, "110001", 1).one(MOTHER).application_id


def _after_the_claims(school: School, smtp: SmtpSettings) -> Sent:
    """What another sender does once every claim has run out."""
    clock_of(school).advance(CLAIM_SECONDS)
    return MailSender(school.store, replace(school.settings, smtp=smtp)).send_all_due()


def _ids(mailbox: Mailbox) -> Counter[str]:
    return Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in mailbox.parsed())


_DEATHS_AT_A_COMMIT = [
    (1, Death.BEFORE_COMMIT, "waiting", 0, Sent(sent=1)),
    (1, Death.AFTER_COMMIT, "sending", 0, Sent(failed=1)),
    (2, Death.BEFORE_COMMIT, "sending", 1, Sent(failed=1)),
    (2, Death.AFTER_COMMIT, "sent", 1, Sent()),
]
"""Which commit, on which side of it; the mail's state then, whether it arrived, and what another sender does later."""


def test_a_sender_that_dies_at_a_commit(
    school: School, application_id: str, mailbox: Mailbox, smtp: SmtpSettings
) -> None:
    settings = replace(school.settings, smtp=smtp)
    for commit, death, state, arrived, later in _DEATHS_AT_A_COMMIT:
        mail = add_message(school, application_id)
        with child(send_mails, settings, clock_of(school), commit, death) as (_pid, pipe):
            assert list(messages(pipe)) == ["begin"]
        assert (message(school, mail).state, _ids(mailbox)[mail]) == (state, arrived)
        assert _after_the_claims(school, smtp) == later
        assert _ids(mailbox)[mail] <= 1
        dead = [letter.call.message_id for letter in Outbox(school.store, settings).dead_letters(CommandLine())]
        assert (message(school, mail).state == "sent") != (mail in dead)


def test_a_sender_that_is_killed_in_the_conversation(
    school: School, application_id: str, mailbox: Mailbox, smtp: SmtpSettings
) -> None:
    for at in ("EHLO", "RCPT", "BODY"):
        mail = add_message(school, application_id)
        silent = FailingServer(at, silent=True)
        with child(send_mails, replace(school.settings, smtp=silent.smtp), clock_of(school)) as (pid, _pipe):
            assert silent.reached.wait(60)
            os.kill(pid, signal.SIGKILL)
        silent.close()
        assert silent.mails == (at == "BODY")
        was_claimed = at != "EHLO"
        assert message(school, mail).state == ("sending" if was_claimed else "waiting")
        assert _after_the_claims(school, smtp) == (Sent(failed=1) if was_claimed else Sent(sent=1))
        if was_claimed:
            assert message(school, mail).last_fault == MailFault.UNCERTAIN
        assert _ids(mailbox)[mail] + silent.mails <= 1


def test_three_processes_at_once_send_each_mail_once(
    school: School, application_id: str, mailbox: Mailbox, smtp: SmtpSettings
) -> None:
    mails = [add_message(school, application_id) for _mail in range(_MAILS)]
    settings = replace(school.settings, smtp=smtp)
    with (
        child(send_mails, settings, clock_of(school)) as (_one, first),
        child(send_mails, settings, clock_of(school)) as (_two, second),
        child(send_mails, settings, clock_of(school)) as (_three, third),
    ):
        reports = [list(messages(pipe))[-1] for pipe in (first, second, third)]
    assert sum(report.sent for report in reports) == _MAILS
    assert _ids(mailbox) == Counter(mails)
    assert {message(school, mail).state for mail in mails} == {"sent"}


def test_senders_that_are_killed_again_and_again_send_nothing_twice_and_lose_nothing_unseen(
    school: School, application_id: str, mailbox: Mailbox, smtp: SmtpSettings
) -> None:
    """Each time one of two senders has just handed a mail over; the other is wherever it is."""
    mails = [add_message(school, application_id) for _mail in range(_MAILS)]
    settings, clock = replace(school.settings, smtp=smtp), clock_of(school)
    for death in range(1, _DEATHS + 1):
        killer = _Killer(death)
        mailbox.refuse_mail = killer.count
        with child(send_mails, settings, clock) as (one, _first), child(send_mails, settings, clock) as (two, _second):
            killer.pids.put((one, two))
            assert killer.done.wait(60)
    mailbox.refuse_mail = lambda: None
    killed = [mail for mail in mails if message(school, mail).state == "sending"]
    assert len(killed) >= _DEATHS
    _after_the_claims(school, smtp)
    arrived = _ids(mailbox)
    assert max(arrived.values()) == 1
    states = {mail: message(school, mail).state for mail in mails}
    assert set(states.values()) == {"sent", "failed"}
    assert {mail for mail, state in states.items() if state == "sent"} <= set(arrived)
    shown = {letter.call.message_id for letter in Outbox(school.store, settings).dead_letters(CommandLine())}
    assert shown == {mail for mail, state in states.items() if state == "failed"} == set(killed)


class _Killer:
    """Kills the senders when they have handed over so many mails."""

    def __init__(self, mails: int) -> None:
        self._left = mails
        self.pids: Queue[tuple[int, int]] = Queue()
        self.done = threading.Event()

    def count(self) -> None:
        self._left -= 1
        if self._left == 0:
            for pid in self.pids.get(timeout=60):
                os.kill(pid, signal.SIGKILL)
            self.done.set()
