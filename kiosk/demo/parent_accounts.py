"""The invented school's parents who sign on with their accounts, and a carer; all by the real services."""

from __future__ import annotations

from datetime import timedelta

from kiosk.demo.family_visits import DEMO_PASSWORD, DemoVisits
from kiosk.demo.seed import DemoLogin, invented_id
from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.school_calendar import today
from kiosk.services.accounts.carers import Scope
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.auth.staff_session import OPERATOR
from kiosk.services.imports.fee_check import FeeRow
from kiosk.services.imports.fee_import import import_fees, student_ids
from kiosk.services.school import School

FIRST_PASSWORD, CHOSEN, SECOND_CHILD = "110104", "110105", "110106"
"""Student numbers: whose mother has not signed on yet, whose has, and that one's other child."""
APPROVED = (FIRST_PASSWORD, CHOSEN, SECOND_CHILD)
_MOTHER = "母親"
_CARER_ID, _CARER_MOBILE, _CARER_EMAIL = invented_id("K", 2, 9460000), "0933666777", "carer@example.org"
_CARER_DAYS, _FEE_DAYS = 180, 30


def demo_account_logins() -> tuple[DemoLogin, ...]:
    """The parents' accounts to try."""
    return (
        DemoLogin(_email(CHOSEN), DEMO_PASSWORD, "家長，兩名子女"),
        DemoLogin(_email(FIRST_PASSWORD), _mother_id(FIRST_PASSWORD)[-6:], "家長，第一次登入"),
        DemoLogin(_CARER_EMAIL, DEMO_PASSWORD, "照顧者"),
    )


def apply_for_accounts(visits: DemoVisits) -> None:
    """The applications; the office approves them."""
    for number in (FIRST_PASSWORD, CHOSEN):
        visits.sends(number, Mode.ONE_PARENT, Basis.PARENTS, visits.entry(number, _MOTHER))
    visits.sends(SECOND_CHILD, Mode.ONE_PARENT, Basis.PARENTS, visits.entry(CHOSEN, _MOTHER))


def use_accounts(visits: DemoVisits) -> None:
    """One mother signs on, lets a carer in, who signs on too, and asks for deletion; fees are due."""
    school = visits.school
    mother = _first_sign_on(visits, _email(CHOSEN), _mother_id(CHOSEN))
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
    _first_sign_on(visits, _CARER_EMAIL, _CARER_ID)
    school.own_data.request_deletion(mother, "孩子要轉學了。")
    _bring_fees(school)


def _bring_fees(school: School) -> None:
    ids, due = student_ids(school.store), today(school.clock) + timedelta(days=_FEE_DAYS)
    listed = (
        FeeRow(2, ids[CHOSEN], "學雜費", 12_300, due, paid=False),
        FeeRow(3, ids[CHOSEN], "平安保險費", 179, due, paid=True),
        FeeRow(4, ids[FIRST_PASSWORD], "學雜費", 12_300, due, paid=False),
    )
    import_fees(school.store, listed, "", OPERATOR)


def _first_sign_on(visits: DemoVisits, email: str, national_id: str) -> AccountSession:
    sign_in = visits.school.sign_in
    first = sign_in.parent(email, national_id[-6:], "demo")
    return sign_in.change_account_password(first.holder, DEMO_PASSWORD)


def _place(number: str) -> int:
    """A student's place in the invented roster."""
    return int(number) - 110001


def _email(number: str) -> str:
    return f"parent{_place(number)}@example.org"


def _mother_id(number: str) -> str:
    return invented_id("H", 2, 9200000 + _place(number))
