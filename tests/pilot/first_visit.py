"""A parent's first visit: from the login to the menu, the form and the summary."""

from __future__ import annotations

from dataclasses import replace

from kiosk.config.sections import SmtpSecurity, SmtpSettings
from kiosk.services.school import School
from tests.pilot.people import QuickParent

FIRST_PASSWORD = "A123456789"
PASSWORD = "Harbour7lights"
MOTHER = ("林小花", "媽媽", "B200300401", "0910100200", "flower@example.org")
FATHER = ("王大明", "爸爸", "A100000001", "0910100201", "father@example.org")


async def to_hub(parent: QuickParent, number: str = "110001", first: str = FIRST_PASSWORD) -> None:
    await parent.logs_in(f"p{number}", first)
    await parent.changes_password(PASSWORD)


async def to_form(parent: QuickParent, mode: str = "one_parent") -> None:
    await to_hub(parent)
    await parent.confirms()
    await parent.opens("apply", "ConsentScreen")
    await parent.consents()
    await parent.chooses_mode(mode, "parents" if mode == "one_parent" else None)


def where_nobody_takes_mail(school: School) -> School:
    """The same school with a mail server set that is not there."""
    nobody = SmtpSettings("127.0.0.1", 1, SmtpSecurity.NONE, None, None, "registrar@example.org")
    return replace(school, settings=replace(school.settings, smtp=nobody))


async def to_read_back(parent: QuickParent) -> None:
    await to_form(parent)
    await parent.fills_in(*MOTHER)
    await parent.sees("SummaryScreen")
