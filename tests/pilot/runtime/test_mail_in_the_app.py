"""The kiosk in the lobby sends what is due, while a parent stands at it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from kiosk.app import KioskApp
from kiosk.runtime import mail_worker
from kiosk.services.messaging.mail_sender import MailSender
from kiosk.testing.person import until
from tests.builders.applications import MOTHER
from tests.builders.decisions import add_message, message, school_with_mail, sender
from tests.builders.mail_server import FailingServer, Mailbox, mail_server
from tests.pilot.people import QuickParent


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_worker, "PAUSE_SECONDS", 0.01)


async def test_a_due_mail_leaves_from_the_standing_kiosk(tmp_path: Path) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as smtp, school_with_mail(tmp_path, None, smtp) as school:
        app = KioskApp(school.settings, school.clock, school)
        async with app.run_test() as pilot:
            await QuickParent(pilot).sees("LoginScreen")
            due = add_message(school, sender(school, "110001", 1).one(MOTHER).application_id)
            await until(pilot, lambda: message(school, due).state == "sent")
            worker = app._mail
        assert worker is not None
        await asyncio.to_thread(worker._thread.join, 10)
        assert not worker.is_running, "it ends with the app"
        assert len(mailbox.mails) == 1


async def test_a_mail_server_that_does_not_answer_holds_nobody_up(tmp_path: Path) -> None:
    server = FailingServer("GREETING", silent=True)
    with school_with_mail(tmp_path, None, server.smtp) as school:
        add_message(school, sender(school, "110001", 1).one(MOTHER).application_id)
        app = KioskApp(school.settings, school.clock, school)
        async with app.run_test() as pilot:
            parent = QuickParent(pilot)
            await parent.sees("LoginScreen")
            await until(pilot, server.reached.is_set)
            before = time.monotonic()
            await parent.enters("P110001")
            assert app.focused is not None
            assert time.monotonic() - before < 2, "the server stays silent for ten seconds"
    server.close()


async def test_without_a_mail_server_there_is_no_worker(tmp_path: Path) -> None:
    with school_with_mail(tmp_path, None, None) as school:
        app = KioskApp(school.settings, school.clock, school)
        async with app.run_test() as pilot:
            await QuickParent(pilot).sees("LoginScreen")
            assert app._mail is None


async def test_a_fault_that_no_log_can_take_does_not_end_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = 0

    def fail(_sender: MailSender) -> None:
        nonlocal rounds
        rounds += 1
        raise ValueError

    monkeypatch.setattr(MailSender, "send_all_due", fail)
    with mail_server(Mailbox()) as smtp, school_with_mail(tmp_path, None, smtp) as school:
        school.settings.log_file.mkdir()
        app = KioskApp(school.settings, school.clock, school)
        async with app.run_test() as pilot:
            await until(pilot, lambda: rounds > 1)
