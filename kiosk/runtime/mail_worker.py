"""Sends due mails in a thread of its own.

The thread is a daemon, so the program may end during a delivery; `kiosk.services.messaging.mail_sender` never sends
such a mail twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from kiosk.terminal.crash_report import describe_crash

if TYPE_CHECKING:
    from kiosk.services.school import School

PAUSE_SECONDS = 20.0
"""Before the first round, for the start of the kiosk comes first; later the longest wait for the next mail."""


class MailWorker:
    """Sends in rounds, one at a time.

    Args:
        send: one round.
        note: logs a line of a failed round; the same fault is logged once until a round succeeds.
        pause_seconds: before the first round, and the longest pause between two.
        due: set by a new mail; starts the next round at once.
    """

    def __init__(
        self, send: Callable[[], object], note: Callable[[str], None], pause_seconds: float, due: threading.Event
    ) -> None:
        self._send = send
        self._note = note
        self._pause = pause_seconds
        self._due = due
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        """Start the thread; the first round comes after a pause."""
        self._thread.start()

    def stop(self) -> None:
        """Start no other round; a running one is not waited for."""
        self._stopping.set()
        self._due.set()

    @property
    def is_running(self) -> bool:
        """Whether a round runs or will run."""
        return self._thread.is_alive()

    def _run(self) -> None:
        noted = ""
        self._stopping.wait(self._pause)
        while not self._stopping.is_set():
            try:
                self._send()
            except Exception as error:  # the next round may go well: a database that was busy, a disk that was full
                fault = describe_crash(error)
                if fault != noted:
                    self._note(fault)
                noted = fault
            else:
                noted = ""
            self._due.wait(self._pause)
            self._due.clear()


def start_mail_worker(school: School, note: Callable[[str], None]) -> MailWorker:
    """Start the worker of an open school that has a mail server."""

    def send() -> None:
        from kiosk.services.messaging.mail_sender import MailSender  # in the thread, after the start

        MailSender(school.store, school.settings).send_all_due()

    worker = MailWorker(send, note, PAUSE_SECONDS, school.mail_due)
    worker.start()
    return worker
