"""A carer's access: given by a bound parent with scope and last day, revoked, expired, and what it opens."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from typing import Any

import pytest

from kiosk.domain.errors import ChangedMeanwhile, Denied, PasswordChangeRequired, SignInRefused
from kiosk.rules.contact import EmailFault, MobileFault
from kiosk.rules.identity import IdFault
from kiosk.rules.names import NameFault
from kiosk.services.accounts.carer_entry import MAX_DAYS, CarerFault
from kiosk.services.accounts.carers import CarerRefused, CarerRow
from kiosk.services.accounts.visible_children import Scope
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.lockout import FAILURES_TO_LOCK
from kiosk.services.school import School
from tests.builders.accounts import Families, account_row, child_of, invented_parent, messages
from tests.builders.applications import FATHER, MOTHER, TODAY, made_up_id
from tests.builders.decisions import apply_and_approve, clock_of
from tests.builders.school import CHOSEN, TERMINAL

CARER = invented_parent(50)
GIVEN: dict[str, Any] = {
    "name": CARER.name,
    "national_id": CARER.national_id,
    "mobile": CARER.mobile,
    "email": CARER.email,
    "scope": [Scope.STATES, Scope.FEES],
    "last_day": TODAY + timedelta(days=10),
}
DAY = 24 * 60 * 60


@pytest.fixture
def parent(families: Families) -> AccountSession:
    return families.signed_on()


@pytest.fixture
def student_id(school: School, parent: AccountSession) -> str:
    return school.accounts.children(parent)[0].student_id


def grant(school: School, parent: AccountSession, student_id: str, **changed: Any) -> CarerRow:
    return school.carers.grant(parent, student_id, **{**GIVEN, **changed})


def carer_signs_on(school: School, national_id: str = CARER.national_id, name: str = CARER.email) -> AccountSession:
    first = school.sign_in.parent(name, national_id[-6:], TERMINAL)
    assert first.must_change
    return school.sign_in.change_account_password(first.holder, CHOSEN)


def refused(school: School, parent: AccountSession, student_id: str, **changed: Any) -> dict[str, Enum]:
    with pytest.raises(CarerRefused) as refusal:
        grant(school, parent, student_id, **changed)
    return refusal.value.faults


def test_a_carer_gets_an_account_and_sees_what_was_given(
    school: School, parent: AccountSession, student_id: str
) -> None:
    row = grant(school, parent, student_id)
    assert (row.name, row.state, row.last_day) == ("劉小花", "active", TODAY + timedelta(days=10))
    assert row.scope == {Scope.STATES, Scope.FEES}
    assert school.carers.of_child(parent, student_id) == (row,)
    (told,) = messages(school, "carer_added")
    assert (told["email"], told["account"], told["channel"]) == (CARER.email, "p***@example.com", "mail")
    assert (told["fields"], told["until"], told["student"]) == (
        "申請與學生證狀態\n繳費資料",
        "115年9月11日",
        "王〇明",
    )
    carer = carer_signs_on(school)
    (child,) = school.accounts.children(carer)
    assert (child.binding_id, child.relation, child.scope) == (None, "照顧者", row.scope)
    assert (child.application_state, child.card_state, child.forms_signed) == ("approved", "not_answered", 0)
    assert child.last_day == row.last_day
    with pytest.raises(Denied):
        school.carers.of_child(carer, student_id)
    with pytest.raises(Denied):
        grant(school, carer, student_id, national_id=made_up_id(51))


def test_what_is_outside_the_scope_is_not_shown(school: School, parent: AccountSession, student_id: str) -> None:
    grant(school, parent, student_id, scope={Scope.FEES})
    (child,) = school.accounts.children(carer_signs_on(school))
    assert (child.application_number, child.application_state) == (None, None)
    assert (child.card_state, child.forms_signed) == (None, None)


def test_access_ends_after_the_last_day(school: School, parent: AccountSession, student_id: str) -> None:
    grant(school, parent, student_id)
    carer = carer_signs_on(school)
    clock_of(school).advance(10 * DAY)
    assert len(school.accounts.children(carer)) == 1
    assert not school.sign_in.parent(CARER.email, CHOSEN, TERMINAL).must_change
    clock_of(school).advance(DAY)
    with pytest.raises(Denied):
        school.accounts.children(carer)
    with pytest.raises(SignInRefused):
        school.sign_in.parent(CARER.email, CHOSEN, TERMINAL)
    with pytest.raises(Denied):
        school.sign_in.change_account_password(carer, "Second-Rain-2")
    (row,) = school.carers.of_child(parent, student_id)
    assert row.state == "expired"


@pytest.mark.both_databases
def test_a_parent_revokes_and_gives_again(school: School, parent: AccountSession, student_id: str) -> None:
    row = grant(school, parent, student_id)
    carer = carer_signs_on(school)
    assert refused(school, parent, student_id) == {"national_id": CarerFault.ALREADY}
    school.carers.revoke(parent, row.access_id, row.version)
    with pytest.raises(Denied):
        school.accounts.children(carer)
    assert not account_row(school, carer.account_id).active
    with pytest.raises(ChangedMeanwhile):
        school.carers.revoke(parent, row.access_id, row.version)
    with pytest.raises(SignInRefused):
        school.sign_in.parent(CARER.email, CHOSEN, TERMINAL)
    clock_of(school).advance(60)
    grant(school, parent, student_id)
    assert [one.state for one in school.carers.of_child(parent, student_id)] == ["active", "revoked"]
    assert carer_signs_on(school).account_id == carer.account_id, "one person is one account"


def test_an_access_that_is_over_may_be_given_anew(school: School, parent: AccountSession, student_id: str) -> None:
    grant(school, parent, student_id)
    clock_of(school).advance(11 * DAY)
    grant(school, parent, student_id, last_day=TODAY + timedelta(days=20))
    assert {one.state for one in school.carers.of_child(parent, student_id)} == {"active", "revoked"}


def test_ending_a_binding_ends_its_carers_access(school: School, parent: AccountSession, student_id: str) -> None:
    grant(school, parent, student_id)
    carer = carer_signs_on(school)
    clock_of(school).advance(60)
    apply_and_approve(school, "110777", 777)
    second = child_of(school, parent.account_id).id
    grant(school, parent, second)
    first = next(one for one in school.accounts.children(parent) if one.student_id == student_id)
    school.accounts.end_binding(parent, first.binding_id or "", "搬家")
    (left,) = school.accounts.children(carer)
    assert left.student_id == second
    with pytest.raises(Denied):
        school.carers.of_child(parent, student_id)


def test_each_faulty_field_is_named(school: School, parent: AccountSession, student_id: str) -> None:
    cases: list[tuple[dict[str, Any], dict[str, Enum]]] = [
        ({"name": ""}, {"name": NameFault.EMPTY}),
        ({"national_id": "A123456788"}, {"national_id": IdFault.CHECK_DIGIT}),
        ({"mobile": "02-27226616"}, {"mobile": MobileFault.NOT_MOBILE}),
        ({"email": "no address"}, {"email": EmailFault.NO_AT}),
        ({"email": f"x{CARER.national_id[-6:]}@example.com"}, {"email": EmailFault.LOCAL_PART}),
        ({"scope": []}, {"scope": CarerFault.NO_SCOPE}),
        ({"last_day": TODAY - timedelta(days=1)}, {"last_day": CarerFault.DAY_OVER}),
        ({"last_day": TODAY + timedelta(days=MAX_DAYS + 1)}, {"last_day": CarerFault.DAY_TOO_FAR}),
        ({"last_day": date.max}, {"last_day": CarerFault.DAY_TOO_FAR}),
        ({"name": "", "scope": []}, {"name": NameFault.EMPTY, "scope": CarerFault.NO_SCOPE}),
        ({"national_id": MOTHER.national_id}, {"national_id": CarerFault.BOUND}),
        ({"national_id": made_up_id(501)}, {"national_id": CarerFault.THE_STUDENT}),
    ]
    for changed, faults in cases:
        assert refused(school, parent, student_id, **changed) == faults
    assert messages(school, "carer_added") == []


def test_a_wrong_name_for_a_known_id_is_refused_and_counted(
    school: School, parent: AccountSession, student_id: str, families: Families
) -> None:
    families.approved(FATHER)
    for _ in range(FAILURES_TO_LOCK):
        faults = refused(school, parent, student_id, name="王大名", national_id=FATHER.national_id)
        assert faults == {"name": CarerFault.NAME_DIFFERS}
    with pytest.raises(TooManyTries):
        grant(school, parent, student_id, name="王大明", national_id=FATHER.national_id)


def test_a_parent_of_another_child_keeps_their_account(
    school: School, parent: AccountSession, student_id: str, families: Families
) -> None:
    other = families.signed_on(FATHER)
    grant(school, parent, student_id, name="王大明", national_id=FATHER.national_id, email="other@example.com")
    assert school.accounts.contact(other).email_masked == "m***@example.com"
    assert [one.scope is None for one in school.accounts.children(other)] == [True, False]
    (told,) = messages(school, "carer_added")
    assert (told["email"], told["mobile"]) == ("ming@example.com", "0911200300")


def test_a_taken_email_is_silently_left_out(
    school: School, parent: AccountSession, student_id: str, families: Families
) -> None:
    families.approved(FATHER)
    grant(school, parent, student_id, email="MING@example.com")
    (told,) = messages(school, "carer_added")
    assert (told["channel"], told["email"]) == ("call", None)
    assert school.accounts.contact(carer_signs_on(school, name=CARER.mobile)).email_masked is None


def test_contacts_typed_by_a_parent_do_not_open_a_later_approved_account(
    school: School, parent: AccountSession, student_id: str, families: Families
) -> None:
    """A parent who knows somebody's ID could else make their account beforehand, and sign on to it afterwards."""
    grant(school, parent, student_id, mobile="0900000001", email="mine@example.com")
    posing = carer_signs_on(school, name="mine@example.com")
    school.accounts.choose_account(posing, "wait.for.it")
    opened = families.approved(CARER)
    assert (opened.account_id, opened.is_new_account) == (posing.account_id, True)
    with pytest.raises(PasswordChangeRequired):
        school.accounts.children(posing)
    with pytest.raises(ChangedMeanwhile):
        school.sign_in.change_account_password(posing, "Second-Rain-2")
    for name in ("mine@example.com", "0900000001", "wait.for.it", CARER.email):
        with pytest.raises(SignInRefused):
            school.sign_in.parent(name, CHOSEN, TERMINAL)
    assert len(school.accounts.children(carer_signs_on(school))) == 2


@pytest.mark.both_databases
def test_an_applicants_email_replaces_a_carers(
    school: School, parent: AccountSession, student_id: str, families: Families
) -> None:
    grant(school, parent, student_id, email="ming@example.com")
    opened = families.approved(FATHER)
    families.first_sign_on(opened.account_id, "ming@example.com", FATHER.national_id)
    assert school.accounts.contact(carer_signs_on(school, name=CARER.mobile)).email_masked is None
