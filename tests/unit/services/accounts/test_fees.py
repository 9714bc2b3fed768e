"""繳費 as a parent or a carer sees it: of the own children only, and of a carer's only where they may."""

from __future__ import annotations

from datetime import date, timedelta

from kiosk.domain.school_calendar import today
from kiosk.services.accounts.visible_children import Scope
from kiosk.services.imports.fee_import import FeeRow, import_fees, student_ids
from kiosk.services.school import School
from tests.builders.accounts import Families, invented_parent
from tests.builders.applications import made_up_id
from tests.builders.school import Opened

_DUE = date(2026, 9, 30)


def _bring(school: School, *numbers: str) -> None:
    ids = student_ids(school.store)
    rows = [FeeRow(line, ids[number], "學雜費", 100 + line, _DUE, paid=False) for line, number in enumerate(numbers, 2)]
    import_fees(school.store, rows, "", "test")


def test_a_parent_sees_the_fees_of_their_own_child_what_is_unpaid_first(opened: Opened) -> None:
    school = opened.school
    families = Families(school)
    parent, other = (families.signed_on(invented_parent(serial)) for serial in (1, 2))
    assert [child.imported_at for child in school.fees.of_account(parent)] == [None]
    ids = student_ids(school.store)
    paid = FeeRow(2, ids["120001"], "平安保險費", 200, _DUE, paid=True)
    unpaid = FeeRow(3, ids["120001"], "學雜費", 12_300, _DUE, paid=False)
    import_fees(school.store, [paid, unpaid], "", "test")
    (child,) = school.fees.of_account(parent)
    assert [(fee.item, fee.amount, fee.due_date, fee.paid) for fee in child.fees] == [
        ("學雜費", 12_300, _DUE, False),
        ("平安保險費", 200, _DUE, True),
    ]
    (child,) = school.fees.of_account(other)
    assert child.fees == ()
    assert child.imported_at is not None


def test_a_carer_sees_fees_only_where_they_may_and_only_until_their_last_day(opened: Opened) -> None:
    school, families = opened.school, Families(opened.school)
    parent = families.signed_on(invented_parent(1))
    _bring(school, "120001")
    child = school.accounts.children(parent)[0]
    last_day = today(opened.clock) + timedelta(days=2)
    seen = {}
    for place, scope in enumerate((Scope.FEES, Scope.STATES)):
        national_id = made_up_id(50 + place)
        school.carers.grant(
            parent,
            child.student_id,
            name="陳阿姨",
            national_id=national_id,
            mobile=f"092233344{place}",
            email=None,
            scope=[scope],
            last_day=last_day,
        )
        first = school.sign_in.parent(f"092233344{place}", national_id[-6:], "test").holder
        carer = school.sign_in.change_account_password(first, f"Carers{place}lights")
        seen[scope] = [len(one.fees) for one in school.fees.of_account(carer)]
    assert seen == {Scope.FEES: [1], Scope.STATES: []}
