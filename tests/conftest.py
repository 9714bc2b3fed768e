"""What every test shares."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from db import schema
from kiosk.config.sections import SmtpSettings
from tests.builders.mail_server import Mailbox, mail_server
from tests.builders.quick_databases import shared_statements
from tests.builders.recorded_schema import RecordedSchema


@pytest.fixture(scope="session", autouse=True)
def _schema_is_recorded() -> Iterator[None]:
    migrate = schema.upgrade
    schema.upgrade = RecordedSchema().upgrade
    yield
    schema.upgrade = migrate


@pytest.fixture(scope="session", autouse=True)
def _collects_seldom() -> None:
    """Collect garbage a tenth as often: a tenth of the processor's time otherwise goes there."""
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session", autouse=True)
def _statements_are_shared() -> Iterator[None]:
    with shared_statements():
        yield


@pytest.fixture(autouse=True, scope="module")
def _freeze_what_earlier_modules_left() -> Iterator[None]:
    """Spare the collector libraries' caches, which grow to hundreds of megabytes in a run."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp(mailbox: Mailbox) -> Iterator[SmtpSettings]:
    """A mail server on this machine, whose mails land in the mailbox."""
    with mail_server(mailbox) as settings:
        yield settings
