"""The invented school's parents with accounts, and a carer; all made by the real services."""

from __future__ import annotations

from datetime import timedelta

from kiosk.demo.family_visits import DEMO_PASSWORD, DemoVisits
from kiosk.demo.people import DemoLogin, invented_id, invented_roster, people_by_number
from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.school_calendar import today
from kiosk.services.accounts.visible_children import Scope
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.auth.staff_session import OPERATOR
from kiosk.services.imports.fee_import import FeeRow, import_fees, student_ids
from kiosk.services.school import School

FIRST_PASSWORD, CHOSEN, SECOND_CHILD = "110104", "110105", "110106"
"""Student numbers: mother not signed on yet, mother signed on, and the latter's second child."""
APPROVED = (FIRST_PASSWORD, CHOSEN, SECOND_CHILD)
_MOTHER = "母親"
_CARER_ID, _CARER_MOBILE, _CARER_EMAIL = invented_id("K", 2, 9460000), "0933666777", "carer@example.org"
_CARER_DAYS, _FEE_DAYS = 180, 30


def demo_account_logins() -> tuple[DemoLogin, ...]:
    """Return the parents' accounts to try."""
    people = people_by_number(invented_roster())
    chosen, first = people[CHOSEN], people[FIRST_PASSWORD]
    return (
        DemoLogin(chosen["母親電子郵件"], DEMO_PASSWORD, "家長，兩名子女"),
        DemoLogin(first["母親電子郵件"], first["母親身分證字號"][-6:], "家長，第一次登入"),
        DemoLogin(_CARER_EMAIL, DEMO_PASSWORD, "照顧者"),
    )


def apply_for_accounts(visits: DemoVisits) -> None:
    """Submit the applications; :mod:`kiosk.demo.staff_work` approves them."""
    for number in (FIRST_PASSWORD, CHOSEN):
        visits.sends(number, Mode.ONE_PARENT, Basis.PARENTS, visits.entry(number, _MOTHER))
    visits.sends(SECOND_CHILD, Mode.ONE_PARENT, Basis.PARENTS, visits.entry(CHOSEN, _MOTHER))


def use_accounts(visits: DemoVisits) -> None:
    """Let a mother sign on, admit a carer, who signs on too, and request deletion; then import fees."""
    school = visits.school
    row = visits.people[CHOSEN]
    mother = _first_sign_on(school, row["母親電子郵件"], row["母親身分證字號"])
    child = school.accounts.children(mother)[0]
    school.carers.grant(
        mother,
        child.student_id,
        name="林阿姨",
        national_id=_CARER_ID,
        mobile=_CARER_MOBILE,
        email=_CARER_EMAIL,
        scope=(Scope.STATES, Scope.SYSTEMS),
        last_day=today(school.clock) + timedelta(days=_CARER_DAYS),
    )
    _first_sign_on(school, _CARER_EMAIL, _CARER_ID)
    school.own_data.request_deletion(mother, "孩子要轉學了。")
    _import_fees(school)


def _import_fees(school: School) -> None:
    ids, due = student_ids(school.store), today(school.clock) + timedelta(days=_FEE_DAYS)
    listed = (
        FeeRow(2, ids[CHOSEN], "學雜費", 12_300, due, paid=False),
        FeeRow(3, ids[CHOSEN], "平安保險費", 179, due, paid=True),
        FeeRow(4, ids[FIRST_PASSWORD], "學雜費", 12_300, due, paid=False),
    )
    import_fees(school.store, listed, "", OPERATOR)


def _first_sign_on(school: School, email: str, national_id: str) -> AccountSession:
    first = school.sign_in.parent(email, national_id[-6:], "demo")
    return school.sign_in.change_account_password(first.holder, DEMO_PASSWORD)
