"""The staff's services over an open school; imported where the staff mode begins, for the parents' needs none of it."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.services.school import School
from kiosk.services.staff_accounts import StaffAccounts


@dataclass(frozen=True)
class Office:
    """What the staff can do; who signs in does it through ``School.sign_in``."""

    staff_accounts: StaffAccounts


def open_office(school: School) -> Office:
    """The staff's services over a school that is open, and stays open as long as they are used."""
    return Office(staff_accounts=StaffAccounts(school.store, school.clock))
