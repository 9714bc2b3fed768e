"""What a parent changes of their own account, and the end of a binding by its own parent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.models.applications import Applicant, Application
from kiosk.domain.errors import ChangedMeanwhile, Denied, SignInRefused
from kiosk.domain.reason import UnusableReason
from kiosk.rules.accounts import AccountNameFault
from kiosk.rules.contact import InvalidEmail, InvalidMobile
from kiosk.services.accounts.account_settings import AccountNameRefused, EmailTaken
from kiosk.services.accounts.bindings_desk import Bindings
from kiosk.services.applications import history
from kiosk.services.applications.flag_check import compare
from kiosk.services.messaging.verification_codes import WrongCode
from kiosk.services.school import School
from tests.builders.accounts import Families, account_row, child_of, invented_parent, messages
from tests.builders.applications import FATHER, MOTHER, MOTHER_ID
from tests.builders.decisions import apply_and_approve, approve, sender
from tests.builders.mail_server import Mailbox
from tests.builders.school import CHOSEN, TERMINAL, add_member, fetch, last_audited, rows


def may_sign_on(school: School, name: str, password: str = CHOSEN) -> bool:
    try:
        school.sign_in.parent(name, password, TERMINAL)
    except SignInRefused:
        return False
    return True


def test_a_self_chosen_account_can_be_set_changed_and_removed(school: School, families: Families) -> None:
    holder = families.signed_on()
    school.accounts.choose_account(holder, " Ｓmall.Flower ")
    assert school.accounts.contact(holder).chosen_account == "Small.Flower"
    assert may_sign_on(school, "SMALL.FLOWER")
    school.accounts.choose_account(holder, "big-flower")
    assert [may_sign_on(school, name) for name in ("small.flower", "bigflower")] == [False, True]
    school.accounts.choose_account(holder, "")
    assert school.accounts.contact(holder).chosen_account is None
    assert not may_sign_on(school, "big-flower")
    assert may_sign_on(school, "flower@example.com")


UNUSABLE_NAMES = {
    AccountNameFault.LENGTH: ("short", "x" * 33),
    AccountNameFault.FORM: ("小花小花小花", "1flower", "flower!x"),
    AccountNameFault.LOOKS_LIKE_EMAIL: ("flower@example",),
    AccountNameFault.LOOKS_LIKE_MOBILE: ("0910-100-200",),
    AccountNameFault.IDENTITY: (MOTHER_ID,),
    AccountNameFault.PERSONAL: (f"x{MOTHER_ID[-6:]}", "m0910100200", "P120001"),
}


def test_unusable_account_names_are_refused(school: School, families: Families) -> None:
    holder = families.signed_on()
    for fault, texts in UNUSABLE_NAMES.items():
        for text in texts:
            with pytest.raises(AccountNameRefused) as refused:
                school.accounts.choose_account(holder, text)
            assert refused.value.fault is fault, text
            assert text not in str(refused.value)


@pytest.mark.both_databases
def test_an_account_name_is_unique_until_the_account_closes(school: School, families: Families) -> None:
    mother, father = families.signed_on(), families.signed_on(FATHER)
    school.accounts.choose_account(mother, "small.flower")
    with pytest.raises(AccountNameRefused) as refused:
        school.accounts.choose_account(father, "SMALL.flower")
    assert refused.value.fault is AccountNameFault.TAKEN
    (child,) = school.accounts.children(mother)
    school.accounts.end_binding(mother, child.binding_id or "", "搬家")
    school.accounts.choose_account(father, "SMALL.flower")
    assert may_sign_on(school, "small.flower")
    assert account_row(school, mother.account_id).chosen_account_index is None


def test_a_changed_mobile_signs_on_unless_it_is_shared(school: School, families: Families) -> None:
    mother, father = families.signed_on(), families.signed_on(FATHER)
    assert school.accounts.change_mobile(mother, "+886 922-333-444")
    assert school.accounts.contact(mother).mobile_masked == "*******444"
    assert [may_sign_on(school, name) for name in ("0922333444", "0910100200")] == [True, False]
    assert not school.accounts.change_mobile(father, "0922333444")
    assert not may_sign_on(school, "0922333444")
    with pytest.raises(InvalidMobile):
        school.accounts.change_mobile(mother, "02-2722-6616")


def test_changing_the_email_needs_a_code_and_notifies_the_old_one(
    school: School, families: Families, mailbox: Mailbox
) -> None:
    holder = families.signed_on()
    challenge = school.accounts.send_email_code(holder, "New.Flower@Example.com")
    assert mailbox.recipients == [["New.Flower@example.com"]]
    with pytest.raises(WrongCode):
        school.accounts.change_email(holder, challenge, "12345")
    school.accounts.change_email(holder, challenge, mailbox.last_code())
    last = last_audited(school)
    assert (last.action, last.subject) == ("account.email_changed", holder.account_id)
    assert [may_sign_on(school, name) for name in ("new.flower@example.com", "flower@example.com")] == [True, False]
    (notice,) = messages(school, "email_changed")
    assert (notice["email"], notice["account"], notice["day"]) == (
        "flower@example.com",
        "N***@example.com",
        "115年9月1日",
    )
    assert (notice["channel"], notice["person"]) == ("mail", "劉〇花")
    assert school.accounts.contact(holder).email_masked == "N***@example.com"


def test_a_taken_email_is_reported_only_after_the_right_code(
    school: School, families: Families, mailbox: Mailbox
) -> None:
    holder, _father = families.signed_on(), families.signed_on(FATHER)
    challenge = school.accounts.send_email_code(holder, "MING@example.com")
    with pytest.raises(WrongCode):
        school.accounts.change_email(holder, challenge, "x")
    with pytest.raises(EmailTaken):
        school.accounts.change_email(holder, challenge, mailbox.last_code())
    assert school.accounts.contact(holder).email_masked == "f***@example.com"
    with pytest.raises(InvalidEmail):
        school.accounts.send_email_code(holder, "no address")


def test_an_expired_carers_email_can_be_taken(school: School, families: Families, mailbox: Mailbox) -> None:
    holder = families.signed_on()
    entry = invented_parent(31)
    expired = families.signed_on_but_expired(entry, given_by=holder.account_id)
    challenge = school.accounts.send_email_code(holder, entry.email)
    school.accounts.change_email(holder, challenge, mailbox.last_code())
    assert not account_row(school, expired.account_id).active


@pytest.mark.both_databases
def test_a_parent_ends_their_own_binding(school: School) -> None:
    receipt = sender(school, "110001", 1).both()
    mother, _father = approve(school, receipt)
    apply_and_approve(school, "110002", 2)
    holder = Families(school).first_sign_on(mother.account_id, "flower@example.com", MOTHER_ID)
    school.accounts.end_binding(holder, mother.binding_id, "  監護權\n已變更 ")
    (left,) = school.accounts.children(holder)
    assert left.binding_id != mother.binding_id
    assert fetch(school, Application, receipt.application_id).state == "approved"
    live = {one.name: one.live for one in rows(school, Applicant, application_id=receipt.application_id)}
    assert live == {"劉小花": False, "王大明": True}
    with school.store.read() as session:
        *_earlier, last = history.lines(session.connection(), school.store.keys, receipt.application_id)
    assert (last.action, last.by, last.text) == (history.Action.BINDING_ENDED, "", "監護權 已變更")
    (told,) = messages(school, "binding_ended")
    assert (told["email"], told["reason"]) == ("flower@example.com", "監護權 已變更")
    with pytest.raises(ChangedMeanwhile):
        school.accounts.end_binding(holder, mother.binding_id, "再一次")
    assert compare(school.store).is_right
    row = next(
        one
        for one in Bindings(school.store, school.settings).list(
            add_member(school), fetch(school, Application, receipt.application_id).student_id
        )
        if not one.is_active
    )
    assert (row.ended_by, row.reason) == ("", "監護權 已變更")


def test_ending_the_last_binding_closes_account_and_session(school: School, families: Families) -> None:
    holder = families.signed_on()
    (child,) = school.accounts.children(holder)
    with pytest.raises(UnusableReason):
        school.accounts.end_binding(holder, child.binding_id or "", "")
    school.accounts.end_binding(holder, child.binding_id or "", "轉學")
    with pytest.raises(Denied):
        school.accounts.children(holder)
    assert not may_sign_on(school, "flower@example.com")
    back = families.approved(replace(MOTHER, mobile="0910-100-200"))
    assert (back.account_id, back.is_new_account) == (holder.account_id, True)
    assert child_of(school, holder.account_id).student_number == "120002"
