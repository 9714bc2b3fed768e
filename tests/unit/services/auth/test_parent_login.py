"""Signing on with a parent's account: by each of its names, past the forced change, counted as one account."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.keyring import IndexColumn
from db.models.accounts import ParentAccount
from kiosk.domain.errors import ChangedMeanwhile, Denied, PasswordChangeRequired, PasswordRefused, SignInRefused
from kiosk.rules.passwords import PasswordFault
from kiosk.services.auth.lockout import FAILURES_TO_LOCK, LOCK_SECONDS
from kiosk.services.auth.parent_login import chosen_name
from tests.builders.accounts import Families
from tests.builders.applications import FATHER, FATHER_ID, MOTHER_ID
from tests.builders.decisions import apply_and_approve
from tests.builders.school import CHOSEN, TERMINAL, Opened, change_row

FIRST = MOTHER_ID[-6:]
NAMES = ("flower@example.com", "0910100200", "small.flower")
DAY = 24 * 60 * 60


@pytest.fixture
def families(opened: Opened) -> Families:
    return Families(opened.school)


def choose_name(families: Families, account_id: str, name: str) -> None:
    index = families.school.store.keys.index(IndexColumn.ACCOUNT, chosen_name(name))
    change_row(families.school, ParentAccount, account_id, chosen_account_index=index)


def refused(families: Families, name: str, password: str) -> SignInRefused:
    with pytest.raises(SignInRefused) as refusal:
        families.school.sign_in.parent(name, password, TERMINAL)
    return refusal.value


@pytest.mark.parametrize("name", [*NAMES, "Ｓｍａｌｌ．Ｆｌｏｗｅｒ", "+886 910-100-200", "FLOWER@EXAMPLE.COM"])
def test_every_name_signs_on_to_the_account(families: Families, name: str) -> None:
    account_id = families.mother()
    choose_name(families, account_id, NAMES[2])
    signed_in = families.school.sign_in.parent(name, f"{FIRST[:3]} {FIRST[3:]}", TERMINAL)
    assert (signed_in.holder.account_id, signed_in.must_change) == (account_id, True)
    assert signed_in.holder.name == "劉小花"
    assert "劉小花" not in repr(signed_in)


def test_t16_a_first_password_must_be_changed_first(families: Families) -> None:
    families.mother()
    first = families.school.sign_in.parent(NAMES[0], FIRST, TERMINAL).holder
    with pytest.raises(PasswordChangeRequired):
        families.school.accounts.children(first)
    holder = families.school.sign_in.change_account_password(first, CHOSEN)
    assert len(families.school.accounts.children(holder)) == 1
    with pytest.raises(Denied):
        families.school.accounts.children(first)
    again = families.school.sign_in.parent(NAMES[1], CHOSEN, TERMINAL)
    assert not again.must_change
    refused(families, NAMES[0], FIRST)


def test_the_first_password_is_good_for_thirty_days(families: Families, opened: Opened) -> None:
    families.mother()
    opened.clock.advance(30 * DAY - 1)
    assert families.school.sign_in.parent(NAMES[0], FIRST, TERMINAL).must_change
    opened.clock.advance(1)
    refused(families, NAMES[0], FIRST)


WEAK_PASSWORDS = {
    PasswordFault.PERSONAL: ("a0910100200", "flower@example.com1", "ab20100506", "ab0990506x", "p120001ab"),
    PasswordFault.IDENTITY: (f"z{MOTHER_ID}",),
    PasswordFault.TOO_SHORT: ("short1",),
    PasswordFault.NO_DIGIT: ("NoDigitsHere",),
}


def test_a_password_from_data_on_file_is_refused(families: Families) -> None:
    families.mother()
    first = families.school.sign_in.parent(NAMES[0], FIRST, TERMINAL).holder
    for fault, passwords in WEAK_PASSWORDS.items():
        for password in passwords:
            with pytest.raises(PasswordRefused) as wrong:
                families.school.sign_in.change_account_password(first, password)
            assert wrong.value.fault is fault, password


def test_an_outdated_session_and_the_last_password_are_refused(families: Families) -> None:
    holder = families.signed_on()
    with pytest.raises(PasswordRefused):
        families.school.sign_in.change_account_password(holder, CHOSEN)
    families.school.sign_in.change_account_password(holder, "Second-Rain-2")
    with pytest.raises(ChangedMeanwhile):
        families.school.sign_in.change_account_password(holder, "Third-Rain-33")


def test_t13_three_names_of_an_account_give_no_more_tries_than_one(families: Families, opened: Opened) -> None:
    account_id = families.mother()
    choose_name(families, account_id, NAMES[2])
    for place in range(FAILURES_TO_LOCK):
        assert refused(families, NAMES[place % 3], "wrong").minutes_left is None
    for name in NAMES:
        assert refused(families, name, FIRST).minutes_left is None, "which names belong together is not told"
    opened.clock.advance(LOCK_SECONDS + 1)
    assert families.school.sign_in.parent(NAMES[0], FIRST, TERMINAL).must_change
    assert families.school.sign_in.parent(NAMES[2], FIRST, TERMINAL).must_change


def test_the_password_is_asked_again_and_wrong_ones_lock_the_account(families: Families, opened: Opened) -> None:
    holder = families.signed_on()
    sign_in, verified = opened.school.sign_in, opened.hasher.verified
    sign_in.confirm_account_password(holder, CHOSEN)
    assert opened.hasher.verified == verified + 1
    for _try in range(FAILURES_TO_LOCK):
        with pytest.raises(SignInRefused):
            sign_in.confirm_account_password(holder, CHOSEN.lower())
    with pytest.raises(SignInRefused) as locked:
        sign_in.confirm_account_password(holder, CHOSEN)
    assert locked.value.minutes_left == 15
    refused(families, NAMES[0], CHOSEN)
    opened.clock.advance(LOCK_SECONDS)
    sign_in.confirm_account_password(holder, CHOSEN)
    assert not sign_in.parent(NAMES[0], CHOSEN, TERMINAL).must_change


def test_nobody_signs_on_with_the_id_of_an_account(families: Families) -> None:
    account_id = families.mother()
    for name in (account_id, f"parent|{account_id}", f"chosen|{account_id}"):
        refused(families, name, FIRST)


def test_t14_a_name_locked_through_another_says_what_an_unknown_one_says(families: Families) -> None:
    families.mother()
    for _ in range(FAILURES_TO_LOCK):
        refused(families, NAMES[0], "wrong")
    unknown = [refused(families, "0922333444", "wrong").minutes_left for _ in range(FAILURES_TO_LOCK + 2)]
    assert [refused(families, NAMES[1], FIRST).minutes_left for _ in range(FAILURES_TO_LOCK + 2)] == unknown


def test_a_shared_mobile_signs_on_to_no_account(families: Families, opened: Opened) -> None:
    families.sharing("0922000003")
    holder = families.signed_on()
    assert families.school.accounts.contact(holder).mobile_can_sign_on
    families.approved(replace(FATHER, mobile="0910-100-200"))
    assert not families.school.accounts.contact(holder).mobile_can_sign_on
    refused(families, NAMES[1], CHOSEN)
    assert not families.school.sign_in.parent(NAMES[0], CHOSEN, TERMINAL).must_change


def test_children_are_listed_in_the_order_of_approval(families: Families, opened: Opened) -> None:
    holder = families.signed_on()
    opened.clock.advance(60)
    apply_and_approve(opened.school, "110777", 777)
    first, second = opened.school.accounts.children(holder)
    assert (first.relation, first.application_state, first.card_state) == ("媽媽", "approved", "not_answered")
    assert (first.forms_signed, first.forms_total, first.scope, first.last_day) == (0, 2, None, None)
    assert second.student_id != first.student_id
    assert "王小明" not in repr(first)


def test_contact_data_is_masked(families: Families) -> None:
    contact = families.school.accounts.contact(families.signed_on(FATHER))
    masked = ("m***@example.com", "*******300")
    assert (contact.email_masked, contact.mobile_masked, contact.chosen_account) == (*masked, None)
    assert "0911200300" not in repr(contact)
    assert FATHER_ID not in repr(contact)
