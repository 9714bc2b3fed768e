"""The code that proves an address, within a visit."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlmodel import select
from textual.widgets import Input

from db.models.applications import Application
from kiosk.config.sections import SmtpSettings
from kiosk.services.auth.password_changes import reset_student_login
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.builders.mail_server import Mailbox
from tests.pilot.first_visit import FATHER, MOTHER, to_form, to_hub, to_read_back, where_nobody_takes_mail
from tests.pilot.people import parent_at


async def test_back_from_the_code_by_mail_sends_nothing(school: School) -> None:
    async with parent_at(where_nobody_takes_mail(school)) as parent:
        await to_read_back(parent)
        await parent.presses("enter", then="EmailCodeScreen")
        await parent.goes_back("SummaryScreen")
        with school.store.read() as session:
            assert session.exec(select(Application)).all() == []
        await parent.presses("enter", then="EmailCodeScreen")
        await until(parent.pilot, lambda: not parent.app.screen.query_one("#skip").disabled)
        await parent.clicks("#skip", then="ReceiptScreen")
        assert "信箱未驗證" in parent.text("#receipt-text")


@pytest.mark.parametrize(
    ("typed", "then"), [(MOTHER[2], "ReceiptScreen"), (FATHER[2], "EmailCodeScreen")], ids=["the same", "another"]
)
async def test_the_next_child_keeps_applicant_and_proved_address_after_the_id_only(
    school: School, mailbox: Mailbox, smtp: SmtpSettings, typed: str, then: str
) -> None:
    async with parent_at(replace(school, settings=replace(school.settings, smtp=smtp))) as parent:
        await to_form(parent)
        await parent.fills_in(*MOTHER)
        await parent.sends()
        await parent.sees("EmailCodeScreen")
        await parent.is_told("信已寄出")
        await parent.enters_code(re.findall("[0-9]{6}", mailbox.bodies()[0])[0])
        await parent.applies_for_another()
        await to_hub(parent, "110002", "A290000009")
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.sees("AskIdScreen")
        assert "林〇花" in parent.page()
        await parent.gives_id(typed)
        if typed == MOTHER[2]:
            await parent.sees("ApplicantFormScreen")
            assert parent.app.screen.query_one("#national_id", Input).value == MOTHER[2]
            await parent.clicks("#send")
        else:
            await parent.answers_notice()
            await parent.chooses_mode()
            assert all(field.value == "" for field in parent.app.screen.query(Input))
            await parent.fills_in(*MOTHER)
        await parent.sends()
        await parent.sees(then)


async def test_no_code_is_mailed_for_a_login_that_was_reset_and_the_visit_ends(school: School) -> None:
    async with parent_at(where_nobody_takes_mail(school)) as parent:
        await to_read_back(parent)
        with school.store.write() as unit:
            reset_student_login(unit, school.clock, "110001", "registrar")
        await parent.presses("enter", then="NoticeScreen")
        assert parent.text("#heading") == "請重新登入"
        await parent.presses("enter", then="LoginScreen")
