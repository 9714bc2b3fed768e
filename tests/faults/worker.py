"""What the fault tests run in processes of their own, to be killed there; also the program that strace watches.

Children come from a fork server that has imported everything, so that hundreds of them cost little.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy

import db.store
from db.key_file import write_keys
from kiosk.config.settings import Settings
from kiosk.services.administration import key_rotation
from kiosk.services.auth.staff_session import Role
from kiosk.services.messaging.mail_sender import MailSender
from kiosk.services.office import open_office
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.builders.documents import DRAWING
from tests.builders.filled_school import add_staff, cheap_hasher, open_cheaply, settings_of, submit, visitors_of

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.faults.worker", "psycopg", "cryptography.hazmat.primitives.ciphers.aead"])


class Death(Enum):
    """Where a process kills itself, as power or the kernel would: at once, nothing cleaned up."""

    BEFORE_COMMIT = auto()
    AFTER_COMMIT = auto()


@contextmanager
def child(work: Callable[..., None], *arguments: Any) -> Iterator[tuple[int, Connection]]:
    """Run ``work(pipe, *arguments)`` in a process; gives its number and the pipe's other end, and kills it at last."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=work, args=(theirs, *arguments))
    process.start()
    theirs.close()
    assert process.pid is not None
    try:
        yield process.pid, ours
    finally:
        process.kill()
        process.join()
        ours.close()


def messages(pipe: Connection) -> Iterator[Any]:
    """Whatever a child has sent, until it ends."""
    while True:
        try:
            yield pipe.recv()
        except (EOFError, ConnectionResetError):
            return


def at_commit(number: int, act: Callable[[Callable[[], None]], None]) -> None:
    """Have ``act`` do this process's ``number``-th commit instead; it is given the real one."""
    real = sqlalchemy.Connection.commit
    count = itertools.count(1)

    def commit(connection: sqlalchemy.Connection) -> None:
        if next(count) == number:
            act(lambda: real(connection))
        else:
            real(connection)

    mock.patch.object(sqlalchemy.Connection, "commit", commit).start()


def die_at_commit(number: int, death: Death) -> None:
    """Kill this process right before or after its ``number``-th commit."""

    def die(commit: Callable[[], None]) -> None:
        if death is Death.AFTER_COMMIT:
            commit()
        os.kill(os.getpid(), signal.SIGKILL)

    at_commit(number, die)


def submit_for_ever(pipe: Connection, settings: Settings, first_serial: int) -> None:
    """Send one application after the other, and acknowledge each once the service has given its receipt."""
    _submit_for_ever(pipe, open_cheaply(settings), first_serial)


def submit_and_acknowledge_too_early(pipe: Connection, settings: Settings, first_serial: int, early: int) -> None:
    """As above, but acknowledge the ``early``-th before its commit, which never comes: the mistake to be found."""
    school = open_cheaply(settings)
    request_ids = _request_ids(first_serial)

    def acknowledge(_commit: Callable[[], None]) -> None:
        pipe.send(next(itertools.islice(request_ids, early - 1, None)))
        signal.pause()

    at_commit(early, acknowledge)
    _submit_for_ever(pipe, school, first_serial)


def _request_ids(first_serial: int) -> Iterator[str]:
    return (f"{serial:032x}" for serial in itertools.count(first_serial))


def _submit_for_ever(pipe: Connection, school: School, first_serial: int) -> None:
    visitors = visitors_of(school)
    for serial, request_id in zip(itertools.count(first_serial), _request_ids(first_serial), strict=False):
        submit(school, visitors[serial % len(visitors)], serial, request_id)
        pipe.send(request_id)


def submit_once(pipe: Connection, settings: Settings, serial: int, request_id: str, death: Death | None) -> None:
    """Send one application and its receipt back, unless death comes first."""
    school = open_cheaply(settings)
    visitors = visitors_of(school)
    if death is not None:
        die_at_commit(1, death)
    pipe.send(submit(school, visitors[serial % len(visitors)], serial, request_id))


def send_mails(
    pipe: Connection, settings: Settings, clock: FakeClock, commit: int = 0, death: Death | None = None
) -> None:
    """Send every mail that is due, unless it dies at a commit."""
    school = open_school(settings, clock, cheap_hasher())
    if death is not None:
        die_at_commit(commit, death)
    pipe.send("begin")
    pipe.send(MailSender(school.store, school.settings).send_all_due())


def rotate_and_die(_pipe: Connection, settings: Settings, commits: int, death: Death, rows_at_once: int) -> None:
    """Rotate the keys, killed at the given commit; 0 is the moment at which the new key file stands."""
    school = open_cheaply(settings)
    mock.patch.object(key_rotation, "_BATCH", rows_at_once).start()

    def write_and_die(*arguments: Any, **options: Any) -> None:
        if death is Death.AFTER_COMMIT:
            write_keys(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    if commits:
        die_at_commit(commits, death)
    else:
        mock.patch.object(key_rotation, "write_keys", write_and_die).start()
    key_rotation.rotate(school.store, settings.key_file)


def sign_and_die(pipe: Connection, settings: Settings) -> None:
    """Sign one form on the screen, have it checked, say that it is back, and be killed at that moment."""
    school = open_cheaply(settings)
    visitor = visitors_of(school)[0]
    submit(school, visitor, 1)
    (box,) = school.signatures.boxes(visitor)
    school.signatures.sign(visitor, box, DRAWING)
    registrar = add_staff(school, "registrar", Role.REGISTRAR)
    desk = open_office(school).signature_desk
    (waiting,) = desk.waiting(registrar, limit=2)
    pipe.send(desk.check(registrar, waiting.signature_id).name.lower())
    os.kill(os.getpid(), signal.SIGKILL)


def main(home: str, first_serial: int, count: int, synchronous: str) -> None:
    """Submit ``count`` applications, writing ``ack REQUEST`` for each to standard output; then wait to be killed."""
    levels = {"FULL": 2, "NORMAL": 1}
    pragmas = {**db.store._PRAGMAS, "synchronous": (synchronous, levels[synchronous])}
    mock.patch.object(db.store, "_PRAGMAS", pragmas).start()
    school = open_cheaply(settings_of(Path(home)))
    visitors = visitors_of(school)
    for serial, request_id in zip(range(first_serial, first_serial + count), _request_ids(first_serial), strict=False):
        submit(school, visitors[serial % len(visitors)], serial, request_id)
        os.write(1, f"ack {request_id}\n".encode())
    os.write(1, b"done\n")
    signal.pause()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
