from __future__ import annotations

import pytest

from kiosk.domain.errors import Denied, SignInRefused, UnknownStudent
from kiosk.services.administration.login_reset_desk import Desk, IdNotSeen
from kiosk.services.auth.staff_session import OwnChildRefused, Role
from kiosk.services.school import School
from tests.builders.applications import MOTHER, MOTHER_ID, made_up_id
from tests.builders.decisions import sender
from tests.builders.school import CHOSEN, NATIONAL_ID, TERMINAL, add_member, add_student


def test_a_login_gets_a_code_that_works_once_and_its_locks_are_gone(school: School) -> None:
    add_student(school, "110001")
    visitor = school.sign_in.student("P110001", NATIONAL_ID, TERMINAL).visitor
    school.sign_in.change_password(visitor, CHOSEN)
    for _guess in range(5):
        with pytest.raises(SignInRefused):
            school.sign_in.student("P110001", "wrong", TERMINAL)
    code = Desk(school.store, school.clock).reset_login(add_member(school), " 110001", id_seen=True)
    signed_in = school.sign_in.student("P110001", code, TERMINAL)
    assert signed_in.must_change
    with pytest.raises(SignInRefused):
        school.sign_in.student("P110001", CHOSEN, TERMINAL)


def test_no_login_is_reset_before_an_id_was_seen(school: School) -> None:
    add_student(school, "110001")
    with pytest.raises(IdNotSeen):
        Desk(school.store, school.clock).reset_login(add_member(school), "110001", id_seen=False)
    assert school.sign_in.student("P110001", NATIONAL_ID, TERMINAL).must_change


def test_who_may_reset_whose_login(school: School) -> None:
    sender(school, "110001", 1).one(MOTHER)
    desk = Desk(school.store, school.clock)
    own = add_member(school, Role.HOMEROOM_TEACHER, ["科二智"], made_up_id(9000002))
    assert desk.reset_login(own, "110001", id_seen=True)
    for member in (
        add_member(school, Role.HOMEROOM_TEACHER, ["資二智"], made_up_id(9000003)),
        add_member(school, Role.ADMINISTRATOR, (), made_up_id(9000004)),
    ):
        with pytest.raises(Denied):
            desk.reset_login(member, "110001", id_seen=True)
    with pytest.raises(OwnChildRefused):
        desk.reset_login(add_member(school, national_id=MOTHER_ID), "110001", id_seen=True)
    with pytest.raises(UnknownStudent):
        desk.reset_login(own, "999999", id_seen=True)
