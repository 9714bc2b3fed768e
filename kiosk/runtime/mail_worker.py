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
"""From one round to the next, and before the first: the start of the kiosk comes first."""


class MailWorker:
    """Runs one round after the other, never two at once.

    Args:
        send: one round.
        note: takes a line for the log where a round fails; said once until a round goes well again.
        pause_seconds: from one round to the next.
    """

    def __init__(self, send: Callable[[], object], note: Callable[[str], None], pause_seconds: float) -> None:
        self._send = send
        self._note = note
        self._pause = pause_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        """Begin; the first round comes after the first pause."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no other round; the present one is not waited for."""
        self._stopping.set()

    @property
    def is_running(self) -> bool:
        """Whether a round runs or will."""
        return self._thread.is_alive()

    def _run(self) -> None:
        noted = ""
        while not self._stopping.wait(self._pause):
            try:
                self._send()
            except Exception as error:  # the next round may go well: a database that was busy, a disk that was full
                fault = describe_crash(error)
                if fault != noted:
                    self._note(fault)
                noted = fault
            else:
                noted = ""


def start_mail_worker(school: School, note: Callable[[str], None]) -> MailWorker:
    """Start the worker of an open school that has a mail server."""

    def send() -> None:
        from kiosk.services.messaging.mail_sender import MailSender  # in the thread, after the start

        MailSender(school.store, school.settings).send_all_due()

    worker = MailWorker(send, note, PAUSE_SECONDS)
    worker.start()
    return worker
