"""The invented school's accounts, as `demo` prints them."""

from __future__ import annotations

import shutil
from pathlib import Path

from kiosk.config.settings import load_settings
from kiosk.demo.parent_accounts import demo_account_logins
from kiosk.services.accounts.visible_children import Scope
from tests.builders.filled_school import open_cheaply


def test_every_account_of_the_demo_can_be_signed_on_with(filled_demo: Path, tmp_path: Path) -> None:
    home = shutil.copytree(filled_demo, tmp_path / "home")
    school = open_cheaply(load_settings(home, demo=True, environment={}))
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
