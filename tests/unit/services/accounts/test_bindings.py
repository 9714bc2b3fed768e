"""Accounts and bindings: opened by approvals, ended by the registrar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.errors import StoreConflict
from db.models.accounts import Binding, ParentAccount
from db.models.applications import Applicant, Application
from db.models.logins import Credential
from db.models.messages import OutboxMessage
from kiosk.domain.errors import AlreadyApplied, ChangedMeanwhile
from kiosk.domain.reason import MAX_REASON_LENGTH, UnusableReason
from kiosk.services.accounts.bindings_desk import Bindings
from kiosk.services.accounts.parent_accounts import EmailOfAnother
from kiosk.services.applications import history
from kiosk.services.applications.cases import get_case
from kiosk.services.applications.flag_check import compare
from kiosk.services.messaging import outbox
from kiosk.services.school import School
from tests.builders.applications import FATHER, MOTHER, MOTHER_ID, made_up_id, with_id
from tests.builders.decisions import apply_and_approve, approve, clock_of, sender, with_email, without_email
from tests.builders.school import add_member, change_row, fetch, only_row, rows

DAY = 24 * 60 * 60
TABLES = (ParentAccount, Binding, OutboxMessage, Credential)


def login_of(school: School, account_id: str) -> Credential:
    return only_row(school, Credential, kind="parent", account=account_id)


def choose_password(school: School, account_id: str) -> None:
    """The parent's first sign-on."""
    login = login_of(school, account_id)
    change_row(school, Credential, login.id, password_hash="chosen", pepper_id="p", version=login.version + 1)


def words_of(school: School, message: OutboxMessage) -> dict[str, str]:
    words: dict[str, str] = school.store.keys.open("outbox_message", message.id, message.sealed)["words"]
    return words


def messages(school: School) -> list[OutboxMessage]:
    return rows(school, OutboxMessage, "written_at")


def test_an_approval_opens_an_account_with_the_id_end_as_password(school: School) -> None:
    opened = apply_and_approve(school, "110001", 1)
    assert opened.is_new_account
    login = login_of(school, opened.account_id)
    assert (login.subject_id, login.initial_kind, login.active) == (opened.account_id, "national_id_end", True)
    assert login.initial_code == school.store.keys.initial_code(opened.account_id, MOTHER_ID[-6:])
    assert login.password_hash is None
    assert login.initial_expires_at == opened.first_password_until == school.store.now() + 30 * DAY * 1000


def test_both_parents_of_one_application_get_an_account_each(school: School) -> None:
    mother, father = approve(school, sender(school, "110001", 1).both())
    assert mother.account_id != father.account_id
    assert [one.account_email for one in (mother, father)] == ["f***@example.com", "m***@example.com"]
    assert sorted(one.relation for one in rows(school, Binding)) == ["媽媽", "爸爸"]


def test_a_second_child_reuses_the_account_with_its_address_and_password(school: School) -> None:
    first = apply_and_approve(school, "110001", 1)
    choose_password(school, first.account_id)
    clock_of(school).advance(60)
    second = apply_and_approve(school, "110002", 2, with_email(MOTHER, "new@example.com"))
    assert (second.account_id, second.is_new_account) == (first.account_id, False)
    assert (second.account_email, second.first_password_until) == ("f***@example.com", None)
    assert login_of(school, first.account_id).password_hash == "chosen"
    assert [len(rows(school, table)) for table in (ParentAccount, Binding)] == [1, 2]
    last = messages(school)[-1]
    assert last.kind == "second_child"
    assert words_of(school, last)["account"] == "f***@example.com"


def test_a_second_approval_renews_an_unused_first_password(school: School) -> None:
    first = apply_and_approve(school, "110001", 1)
    clock_of(school).advance(40 * DAY)
    second = apply_and_approve(school, "110002", 2)
    assert second.account_id == first.account_id
    assert second.first_password_until == school.store.now() + 30 * DAY * 1000
    assert [one.kind for one in messages(school)] == ["approved", "approved"]


def test_a_second_child_does_not_reset_failed_sign_ons(school: School) -> None:
    first = apply_and_approve(school, "110001", 1)
    change_row(school, Credential, login_of(school, first.account_id).id, initial_failures=9)
    apply_and_approve(school, "110002", 2)
    assert login_of(school, first.account_id).initial_failures == 9


def test_an_account_without_address_takes_the_one_of_the_next_application(school: School) -> None:
    first = apply_and_approve(school, "110001", 1, without_email(MOTHER))
    assert first.account_email is None
    assert [one.channel for one in messages(school)] == ["call"]
    second = apply_and_approve(school, "110002", 2, MOTHER)
    assert (second.account_id, second.account_email) == (first.account_id, "f***@example.com")


@pytest.mark.parametrize("spelling", ["flower@example.com", "FLOWER@Example.com"])
@pytest.mark.both_databases
def test_an_address_of_another_person_refuses_the_whole_approval(school: School, spelling: str) -> None:
    number = sender(school, "110001", 1).one(MOTHER)
    approve(school, number)
    before = [len(rows(school, table)) for table in TABLES]
    stranger = with_email(with_id(MOTHER, made_up_id(77)), spelling)
    other = sender(school, "110002", 2).both(FATHER, stranger)
    with pytest.raises(EmailOfAnother) as refused:
        approve(school, other)
    assert (refused.value.position, refused.value.email[1:]) == (2, "***@example.com")
    assert (refused.value.other_name, refused.value.other_number) == ("劉〇花", number.number)
    assert "flower" not in str(refused.value)
    assert [len(rows(school, table)) - (table is Credential) for table in TABLES] == before
    assert fetch(school, Application, other.application_id).state == "under_review"


def test_a_taken_email_is_refused_for_an_existing_account_too(school: School) -> None:
    approve(school, sender(school, "110001", 1).both())
    second = sender(school, "110002", 2).one(with_email(MOTHER, FATHER.email))
    with pytest.raises(EmailOfAnother):
        approve(school, second)
    assert len(rows(school, Binding)) == 2


@pytest.mark.both_databases
def test_a_second_message_for_one_decision_and_person_is_refused(school: School) -> None:
    receipt = sender(school, "110001", 1).one(MOTHER)
    opened = approve(school, receipt)

    def tell_again() -> None:
        with school.store.write() as unit:
            case = replace(get_case(unit.connection, receipt.application_id), version=1)
            outbox.notify_approved(unit, school.settings, case, opened)
            unit.audit("test", "application.approved", receipt.application_id)

    with pytest.raises(StoreConflict):
        tell_again()
    assert len(messages(school)) == 1


def test_a_list_shows_who_is_bound_and_since_when(school: School) -> None:
    opened = approve(school, sender(school, "110001", 1).both())
    apply_and_approve(school, "110002", 2)
    student_id = fetch(school, Binding, opened[0].binding_id).student_id
    listed = Bindings(school.store, school.settings).list(add_member(school), student_id)
    shown = {(one.name, one.relation, one.email, one.other_children, one.is_active) for one in listed}
    assert shown == {
        ("劉小花", "媽媽", "f***@example.com", 1, True),
        ("王大明", "爸爸", "m***@example.com", 0, True),
    }
    assert "劉小花" not in repr(listed)


def test_ending_a_binding_tells_the_parent_and_frees_them_to_apply_anew(school: School) -> None:
    family = sender(school, "110001", 1)
    (opened,) = approve(school, family.one(MOTHER))
    with pytest.raises(AlreadyApplied):
        family.one(MOTHER)
    clock_of(school).advance(60)
    registrar = add_member(school)
    service = Bindings(school.store, school.settings)
    service.end(registrar, opened.binding_id, 1, f"  監護權已變更，\n證號 {MOTHER_ID}、末六碼{MOTHER_ID[-6:]} ")
    (row,) = service.list(registrar, family.visitor.student_id)
    assert (row.is_active, row.ended_by, row.email) == (False, "林老師", None)
    assert row.reason.startswith("監護權已變更， 證號 ")
    last = messages(school)[-1]
    told = school.store.keys.open("outbox_message", last.id, last.sealed)
    assert (last.kind, last.channel, told["email"]) == ("binding_ended", "mail", "flower@example.com")
    assert told["words"]["reason"] == "監護權已變更， 證號 ***、末六碼***"
    assert told["words"]["day"] == "115年9月1日"
    assert school.student_data.hub(family.visitor).account_state == "ended"
    (again,) = approve(school, family.one(MOTHER))
    assert (again.account_id, again.is_new_account) == (opened.account_id, True)


@pytest.mark.both_databases
def test_an_account_ends_with_its_last_child_and_its_address_is_free(school: School) -> None:
    first = apply_and_approve(school, "110001", 1)
    second = apply_and_approve(school, "110002", 2)
    choose_password(school, first.account_id)
    registrar, service = add_member(school), Bindings(school.store, school.settings)
    service.end(registrar, first.binding_id, 1, "轉學")
    assert login_of(school, first.account_id).active
    service.end(registrar, second.binding_id, 1, "轉學")
    assert not login_of(school, first.account_id).active
    other = apply_and_approve(school, "110003", 3, with_email(FATHER, MOTHER.email))
    assert other.is_new_account
    back = apply_and_approve(school, "110004", 4, with_email(MOTHER, "later@example.com"))
    assert (back.account_id, back.is_new_account, back.account_email) == (first.account_id, True, "l***@example.com")
    login = login_of(school, first.account_id)
    assert (login.active, login.password_hash, login.initial_failures) == (True, None, 0)


def test_an_application_goes_on_while_one_of_its_parents_is_bound(school: School) -> None:
    receipt = sender(school, "110001", 1).both()
    mother, father = approve(school, receipt)
    registrar, service = add_member(school), Bindings(school.store, school.settings)
    service.end(registrar, mother.binding_id, 1, "本人要求")
    assert fetch(school, Application, receipt.application_id).state == "approved"
    assert {one.name: one.live for one in rows(school, Applicant)} == {"劉小花": False, "王大明": True}
    service.end(registrar, father.binding_id, 1, "本人要求")
    assert fetch(school, Application, receipt.application_id).state == "ended"
    with school.store.read() as session:
        *earlier, last = history.lines(session.connection(), school.store.keys, receipt.application_id)
    assert (last.action, last.by, last.text) == (history.Action.BINDING_ENDED, "林老師", "本人要求")
    assert [line.action for line in earlier].count(history.Action.BINDING_ENDED) == 1  # one for each parent
    assert compare(school.store).is_right


@pytest.mark.both_databases
def test_a_binding_ends_once_and_the_second_try_names_the_first(school: School) -> None:
    opened = apply_and_approve(school, "110001", 1)
    registrar, service = add_member(school), Bindings(school.store, school.settings)
    service.end(registrar, opened.binding_id, 1, "轉學")
    with pytest.raises(ChangedMeanwhile) as slower:
        service.end(registrar, opened.binding_id, 1, "轉學")
    assert (slower.value.by, slower.value.at, slower.value.what) == ("林老師", school.store.now(), "ended")
    assert [one.kind for one in messages(school)] == ["approved", "binding_ended"]


def test_ending_a_binding_needs_a_usable_reason(school: School) -> None:
    opened, registrar = apply_and_approve(school, "110001", 1), add_member(school)
    for reason in ("", " \n ", "長" * (MAX_REASON_LENGTH + 1), "轉\x1b[2J學", "轉\u202e學"):
        with pytest.raises(UnusableReason):
            Bindings(school.store, school.settings).end(registrar, opened.binding_id, 1, reason)
    assert len(messages(school)) == 1
