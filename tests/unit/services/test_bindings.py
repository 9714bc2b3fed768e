from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from db.models import Credential
from db.review_models import Binding, OutboxMessage, ParentAccount
from db.store import StoreConflict
from kiosk.services import outbox
from kiosk.services.application_form import ApplicantEntry
from kiosk.services.bindings import OpenedBinding, open_binding
from kiosk.services.parent_accounts import EmailOfAnother
from kiosk.services.receipts import Receipt
from kiosk.services.school import School, open_school
from kiosk.settings import Settings, SmtpSecurity, SmtpSettings
from kiosk.testing import FakeClock
from tests.unit.services.application_fixtures import (
    FATHER,
    MOTHER,
    MOTHER_ID,
    Sender,
    answer,
    made_up_id,
    new_visitor,
    rows,
    with_id,
)
from tests.unit.services.conftest import TERMINAL, CountingHasher

SMTP = SmtpSettings("localhost", 25, SmtpSecurity.NONE, None, None, "school@example.com")


@pytest.fixture
def school(tmp_path: Path, database_url: str | None) -> Iterator[School]:
    settings = Settings(home=tmp_path / "home", database_url=database_url, terminal_name=TERMINAL, smtp=SMTP)
    opened = open_school(settings, FakeClock(), CountingHasher())
    yield opened
    opened.close()


def sender(school: School, number: str, serial: int) -> Sender:
    visitor = new_visitor(school, number, made_up_id(serial))
    answer(school, visitor)
    return Sender(school, visitor)


def approve(school: School, receipt: Receipt) -> tuple[OpenedBinding, ...]:
    """As an approval does: open the bindings and tell the parents, in one unit of work."""
    with school.store.write() as unit:
        opened = open_binding(unit, "test", receipt.application_id)
        outbox.tell_approved(unit, school.settings, receipt.application_id, 1, opened)
        unit.audit("test", "application.approved", receipt.application_id)
    return opened


def apply_and_approve(school: School, number: str, serial: int, entry: ApplicantEntry) -> OpenedBinding:
    (opened,) = approve(school, sender(school, number, serial).one(entry))
    return opened


def test_an_approval_opens_an_account_whose_first_password_is_the_end_of_the_id(school: School) -> None:
    opened = apply_and_approve(school, "110001", 1, MOTHER)
    assert opened.is_new_account
    with school.store.read() as session:
        credential = session.exec(select(Credential).where(Credential.kind == "parent")).one()
    assert (credential.account, credential.subject_id) == (opened.account_id, opened.account_id)
    assert credential.initial_code == school.store.keys.initial_code(opened.account_id, MOTHER_ID[-6:])
    assert credential.password_hash is None
    assert credential.initial_expires_at == opened.first_password_until
    assert opened.first_password_until == school.store.now() + 30 * 24 * 60 * 60 * 1000


def test_a_second_child_reuses_the_account(school: School) -> None:
    first = apply_and_approve(school, "110001", 1, MOTHER)
    second = apply_and_approve(
        school, "110002", 2, replace(MOTHER, email="new@example.com", email_again="new@example.com")
    )
    assert (second.account_id, second.is_new_account) == (first.account_id, False)
    assert second.account_email == first.account_email
    assert len(rows(school, ParentAccount)) == 1
    assert len(rows(school, Binding)) == 2


def test_an_email_of_another_person_refuses_the_whole_approval(school: School) -> None:
    receipt = sender(school, "110001", 1).one(MOTHER)
    approve(school, receipt)
    other = sender(school, "110002", 2).both(FATHER, with_id(MOTHER, made_up_id(77)))
    with pytest.raises(EmailOfAnother) as refused:
        approve(school, other)
    assert (refused.value.position, refused.value.email) == (2, "f***@example.com")
    assert (refused.value.other_name, refused.value.other_number) == ("劉〇花", receipt.number)
    assert [len(rows(school, model)) for model in (ParentAccount, Binding, OutboxMessage)] == [1, 1, 1]


def test_a_second_message_for_one_decision_and_person_is_refused(school: School) -> None:
    receipt = sender(school, "110001", 1).one(MOTHER)
    opened = approve(school, receipt)

    def tell_again() -> None:
        with school.store.write() as unit:
            outbox.tell_approved(unit, school.settings, receipt.application_id, 1, opened)
            unit.audit("test", "application.approved", receipt.application_id)

    with pytest.raises(StoreConflict):
        tell_again()
    assert len(rows(school, OutboxMessage)) == 1
