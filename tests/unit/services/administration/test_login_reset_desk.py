from __future__ import annotations

import pytest

from kiosk.domain.errors import SignInRefused, UnknownStudent
from kiosk.services.administration.login_reset_desk import Desk, IdNotSeen
from kiosk.services.school import School
from tests.builders.school import CHOSEN, NATIONAL_ID, TERMINAL, add_member, add_student


def test_a_reset_login_gets_a_one_time_code_and_is_unlocked(school: School) -> None:
    add_student(school, "110001")
    visitor = school.sign_in.student("P110001", NATIONAL_ID, TERMINAL).visitor
    school.sign_in.change_password(visitor, CHOSEN)
    for _guess in range(5):
        with pytest.raises(SignInRefused):
            school.sign_in.student("P110001", "wrong", TERMINAL)
    code = Desk(school.store, school.clock).reset_login(add_member(school), " 110001", id_seen=True)
    assert school.sign_in.student("P110001", code, TERMINAL).must_change
    with pytest.raises(SignInRefused):
        school.sign_in.student("P110001", CHOSEN, TERMINAL)


def test_no_login_is_reset_before_an_id_was_seen(school: School) -> None:
    add_student(school, "110001")
    with pytest.raises(IdNotSeen):
        Desk(school.store, school.clock).reset_login(add_member(school), "110001", id_seen=False)
    with pytest.raises(UnknownStudent):
        Desk(school.store, school.clock).reset_login(add_member(school), "999999", id_seen=True)
    assert school.sign_in.student("P110001", NATIONAL_ID, TERMINAL).must_change
