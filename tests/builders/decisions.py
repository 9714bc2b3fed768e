"""Approved applications, members of staff and filled outboxes, for the tests of what follows a decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from db.models.applications import Application
from db.models.columns import table_of
from db.models.messages import OutboxMessage
from kiosk.config.sections import SmtpSettings
from kiosk.config.settings import Settings
from kiosk.domain.application_form import ApplicantEntry
from kiosk.domain.application_status import ApplicationState
from kiosk.domain.bindings import OpenedBinding
from kiosk.domain.receipt import Receipt
from kiosk.services.accounts.bindings import open_binding
from kiosk.services.applications.cases import get_case
from kiosk.services.applications.flags import refresh
from kiosk.services.applications.state_changes import change_state
from kiosk.services.messaging import outbox
from kiosk.services.messaging.outbox import Addressee, MessageKind
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.builders.applications import MOTHER, Sender, answer, made_up_id, new_visitor
from tests.builders.school import TERMINAL, CountingHasher, fetch

_application = table_of(Application)


@contextmanager
def school_with_mail(folder: Path, database_url: str | None, smtp: SmtpSettings | None) -> Iterator[School]:
    """An empty school with a mail server, or without."""
    settings = Settings(home=folder / "home", database_url=database_url, terminal_name=TERMINAL, smtp=smtp)
    school = open_school(settings, FakeClock(), CountingHasher())
    try:
        yield school
    finally:
        school.close()


def clock_of(school: School) -> FakeClock:
    assert isinstance(school.clock, FakeClock)
    return school.clock


def sender(school: School, number: str, serial: int) -> Sender:
    """A new student's family at the kiosk, past password and consent."""
    visitor = new_visitor(school, number, made_up_id(serial))
    answer(school, visitor)
    return Sender(school, visitor)


def approve(school: School, receipt: Receipt) -> tuple[OpenedBinding, ...]:
    """As an approval does, past every block: state, bindings and messages."""
    return bind(school, receipt.application_id, notify=True)


def bind(school: School, application_id: str, *, notify: bool = False) -> tuple[OpenedBinding, ...]:
    """As :func:`approve`; without messages unless ``notify`` is set."""
    with school.store.write() as unit:
        case = get_case(unit.connection, application_id)
        change_state(unit, case, ApplicationState.APPROVED)
        refresh(unit, [case.student_id])
        opened = open_binding(unit, "test", case)
        if notify:
            outbox.notify_approved(unit, school.settings, replace(case, version=1), opened)
        unit.audit("test", "application.approved", application_id)
    return opened


def apply_and_approve(school: School, number: str, serial: int, entry: ApplicantEntry = MOTHER) -> OpenedBinding:
    """A student's family applies, the school approves."""
    (opened,) = approve(school, sender(school, number, serial).one(entry))
    return opened


def add_message(
    school: School,
    application_id: str,
    email: str | None = "flower@example.com",
    kind: MessageKind = MessageKind.REJECTED,
) -> str:
    """Put one more message into the outbox."""
    with school.store.write() as unit:
        application = get_case(unit.connection, application_id)
        addressee = Addressee("劉小花", "0910100200", email)
        message_id = outbox.write(
            unit, school.settings, kind, uuid4().hex, application, addressee, {"reason": "申請書未簽章"}
        )
        unit.audit("test", "message.written", message_id)
    return message_id


def message(school: School, message_id: str) -> OutboxMessage:
    return fetch(school, OutboxMessage, message_id)


def with_email(entry: ApplicantEntry, email: str) -> ApplicantEntry:
    return replace(entry, email=email, email_again=email)


def without_email(entry: ApplicantEntry) -> ApplicantEntry:
    return replace(entry, email="", email_again="", no_email=True)
