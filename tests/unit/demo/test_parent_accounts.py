"""The invented school's accounts, as `demo` prints them."""

from __future__ import annotations

from pathlib import Path

from kiosk.config.settings import load_settings
from kiosk.demo.parent_accounts import demo_account_logins
from kiosk.demo.seed import fill_demo_school
from kiosk.services.accounts.visible_children import Scope
from kiosk.services.school import open_school
from kiosk.testing.clock import FakeClock
from tests.builders.school import CountingHasher


def test_every_account_of_the_demo_can_be_signed_on_with(tmp_path: Path) -> None:
    school = open_school(load_settings(tmp_path / "home", demo=True, environment={}), FakeClock(), CountingHasher())
    fill_demo_school(school)
    signed_in = [school.sign_in.parent(one.account, one.password, "demo") for one in demo_account_logins()]
    assert [one.must_change for one in signed_in] == [False, True, False]
    parent, _first, carer = (one.holder for one in signed_in)
    children = school.accounts.children(parent)
    assert [(one.relation, one.application_state) for one in children] == [("媽媽", "approved")] * 2
    assert children[0].card_state == "not_answered"
    (seen,) = school.accounts.children(carer)
    assert seen.student_id == children[0].student_id
    assert seen.scope == frozenset({Scope.STATES, Scope.SYSTEMS})
    school.close()
