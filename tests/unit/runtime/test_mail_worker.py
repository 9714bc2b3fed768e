from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest

from kiosk.runtime.mail_worker import MailWorker


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.001)


@pytest.fixture
def workers() -> Iterator[list[MailWorker]]:
    """Those that a test starts; stopped at its end."""
    started: list[MailWorker] = []
    yield started
    for worker in started:
        worker.stop()
        wait_for(lambda worker=worker: not worker.is_running)  # type: ignore[misc]  # mypy: lambdas with defaults


def test_rounds_follow_each_other_in_a_thread_of_their_own_until_it_is_stopped(workers: list[MailWorker]) -> None:
    threads: list[threading.Thread] = []
    worker = MailWorker(
        lambda: threads.append(threading.current_thread()), lambda _line: None, 0.001, threading.Event()
    )
    workers.append(worker)
    worker.start()
    wait_for(lambda: len(threads) >= 3)
    worker.stop()
    wait_for(lambda: not worker.is_running)
    assert len(set(threads)) == 1
    assert threads[0] is not threading.main_thread()
    assert threads[0].daemon, "a slow mail server must not keep the program from ending"


def test_the_first_round_waits_for_the_start(workers: list[MailWorker]) -> None:
    rounds: list[int] = []
    worker = MailWorker(lambda: rounds.append(1), lambda _line: None, 3600, threading.Event())
    workers.append(worker)
    worker.start()
    worker.stop()
    wait_for(lambda: not worker.is_running)
    assert rounds == []


class _DueOnly(threading.Event):
    """Waits for a mail and never for the pause."""

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(None)


def test_a_new_mail_starts_the_next_round(workers: list[MailWorker]) -> None:
    rounds, due = threading.Semaphore(0), _DueOnly()
    worker = MailWorker(rounds.release, lambda _line: None, 0.001, due)
    workers.append(worker)
    worker.start()
    assert rounds.acquire(timeout=10)
    assert not rounds.acquire(blocking=False), "no mail, no round"
    due.set()
    assert rounds.acquire(timeout=10)


def test_a_round_that_fails_is_noted_once_and_the_next_one_comes(workers: list[MailWorker]) -> None:
    outcomes = chain(repeat("fails", 3), ["goes", "fails"], repeat("goes"))
    seen: list[str] = []
    notes: list[str] = []

    def send() -> None:
        outcome = next(outcomes)
        seen.append(outcome)
        if outcome == "fails":
            raise RuntimeError("flower@example.com")

    worker = MailWorker(send, notes.append, 0.001, threading.Event())
    workers.append(worker)
    worker.start()
    wait_for(lambda: len(seen) > 6)
    assert len(notes) == 2
    assert all("RuntimeError" in note and "flower" not in note for note in notes)


def test_the_program_ends_in_the_middle_of_a_round() -> None:
    code = (
        "import threading, time\n"
        "from kiosk.runtime.mail_worker import MailWorker\n"
        "began = threading.Event()\n"
        "MailWorker(lambda: (began.set(), time.sleep(60)), print, 0.001, threading.Event()).start()\n"
        "began.wait()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def test_the_start_of_the_kiosk_loads_nothing_of_the_mail() -> None:
    code = (
        "import sys, kiosk.app, kiosk.flows.family_visit, kiosk.flows.application_flow, kiosk.services.school\n"
        "mail = {'smtplib', 'db.models.messages', 'kiosk.runtime.mail_worker',\n"
        " 'kiosk.services.messaging.outbox', 'kiosk.services.messaging.smtp'}\n"
        "print(sorted(mail & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
