"""Schools with parents' accounts, and parents who log in with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from kiosk.services.files.table_reader import Sheet
from kiosk.services.imports.fee_import import check_fees, import_fees, student_ids
from kiosk.services.school import School
from tests.builders.accounts import Families
from tests.builders.applications import MOTHER
from tests.builders.decisions import with_email
from tests.builders.school import CHOSEN
from tests.pilot.people import QuickAccountParent, account_parent_at

PASSWORD = CHOSEN
PARENT = replace(with_email(MOTHER, "flower@example.com"), mobile="0910100200")
FIRST = PARENT.national_id[-6:]
CHILD = "120001"
"""The student number of the first child of :class:`Families`."""

_FEE_HEADER = ("學號", "項目", "金額", "繳費期限", "繳費狀態")


def approved(school: School) -> Families:
    """A parent whose application was approved; they have never logged in."""
    families = Families(school)
    families.approved(PARENT)
    return families


def ready(school: School) -> Families:
    """That parent, past the forced change."""
    families = Families(school)
    families.signed_on(PARENT)
    return families


def bring_fees(school: School, *rows: tuple[str, str, str, str]) -> None:
    """Import the fees of the first child, each row without the student number."""
    sheet = Sheet(_FEE_HEADER, [(line, (CHILD, *row)) for line, row in enumerate(rows, 2)])
    found = check_fees(sheet, student_ids(school.store))
    assert found.faults == ()
    import_fees(school.store, found.fees, "", "test")


@asynccontextmanager
async def signed_on(school: School, size: tuple[int, int] = (80, 24)) -> AsyncIterator[QuickAccountParent]:
    """A parent who is :func:`ready`, at the home of their account."""
    async with account_parent_at(school, size) as parent:
        await parent.logs_in(PARENT.email, PASSWORD)
        await parent.sees("AccountHomeScreen")
        yield parent
