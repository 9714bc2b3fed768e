"""A whole visit, login to receipt, at a school whose database is PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlmodel import select
from textual.widgets import Input

from db import audit
from db.models.applications import Application, Consent, Draft, Ticket
from kiosk.config.settings import load_settings
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.builders.databases import postgresql_url
from tests.pilot.conftest import STUDENTS, add_students
from tests.pilot.people import parent_at
from tests.pilot.walker import MOTHER, PASSWORD


@pytest.fixture
def postgresql_school(tmp_path: Path, clock: FakeClock) -> Iterator[School]:
    with postgresql_url() as url:
        settings = load_settings(tmp_path / "home", environment={"KIOSK_DATABASE_URL": url})
        school = open_school(settings, clock, PasswordHasher(1, 1024, 1))
        assert not school.store.is_sqlite
        add_students(school)
        yield school
        school.close()


async def test_from_the_first_login_to_the_receipt_and_back(postgresql_school: School) -> None:
    school = postgresql_school
    async with parent_at(school) as parent:
        await parent.logs_in("P110001", "A100000001")
        await parent.is_told("不正確")
        await parent.presses("escape")
        await parent.logs_in("P110001", STUDENTS["110001"][2])
        await parent.changes_password(PASSWORD)
        await parent.opens("confirm", "ConfirmStudentScreen")
        await parent.clicks("#wrong")
        await parent.types("科二仁")
        await parent.clicks("#send")
        await parent.answers_notice()
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.chooses_mode()
        await parent.fills_in(MOTHER.name, MOTHER.relation, MOTHER.national_id, MOTHER.mobile, MOTHER.email)
        await parent.sees("SummaryScreen")
        await parent.goes_back("ApplicantFormScreen")
        await parent.clicks("#save")
        await parent.answers_notice()

        await parent.logs_in("P110001", PASSWORD)
        await parent.sees("MenuScreen")
        assert "草稿" in parent.text("#states")
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.sees("AskIdScreen")
        await parent.enters(MOTHER.national_id, then="ApplicantFormScreen")
        assert parent.app.screen.query_one("#name", Input).value == MOTHER.name
        await parent.clicks("#send")
        await parent.sends()
        await parent.sees("ReceiptScreen")
        assert "115-000-0001-" in parent.text("#receipt-text")
        await parent.presses("enter")

        await parent.logs_in("P110001", PASSWORD)
        await parent.sees("MenuScreen")
        assert "錯誤回報" in parent.text("#states")
        assert "審核中" in parent.text("#states")
        assert "資料更正中" in parent.text("#applications")
    with school.store.read() as session:
        kept = {table: len(session.exec(select(table)).all()) for table in (Ticket, Consent, Application, Draft)}
        assert audit.verify(session.connection(), school.store.keys).broken_at is None
    assert kept == {Ticket: 1, Consent: 2, Application: 1, Draft: 0}
