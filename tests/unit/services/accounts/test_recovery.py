"""忘記帳號、密碼: by a code to the account's e-mail, which nobody else can tell from no account; and at the desk."""

from __future__ import annotations

import re
import threading
from dataclasses import replace

import pytest
from sqlalchemy import event

from kiosk.domain.errors import Denied, PasswordChangeRequired, SignInRefused
from kiosk.services.accounts.recovery import Recovery
from kiosk.services.administration.login_reset_desk import IdNotSeen, UnknownAccount
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.lockout import FAILURES_TO_LOCK, LOCK_SECONDS
from kiosk.services.auth.staff_session import OwnChildRefused
from kiosk.services.messaging.verification_codes import MAILS_PER_HOUR, WrongCode
from kiosk.services.office import open_office
from kiosk.services.school import School
from tests.builders.accounts import Families, account_row
from tests.builders.applications import FATHER, FATHER_ID, MOTHER, MOTHER_ID, made_up_id, with_id
from tests.builders.decisions import clock_of, without_email
from tests.builders.mail_server import Mailbox
from tests.builders.school import CHOSEN, TERMINAL, add_member

NEW = "Second-Rain-2"


def begin(school: School, name: str = "劉小花", national_id: str = MOTHER_ID) -> Recovery:
    recovery = school.account_recovery.begin(name, national_id, TERMINAL)
    for thread in threading.enumerate():
        if thread.name == "code-mail":
            thread.join()
    return recovery


def test_a_recovery_code_signs_on_and_forces_a_new_password(
    school: School, families: Families, mailbox: Mailbox
) -> None:
    before = families.signed_on()
    recovery = begin(school, " 劉 小花", MOTHER_ID.lower())
    assert mailbox.recipients == [["flower@example.com"]]
    assert MOTHER_ID not in mailbox.bodies()[0]
    with pytest.raises(WrongCode):
        school.account_recovery.finish(recovery, "12345")
    signed_in = school.account_recovery.finish(recovery, mailbox.last_code())
    assert signed_in.must_change
    with pytest.raises(PasswordChangeRequired):
        school.accounts.children(signed_in.holder)
    with pytest.raises(PasswordChangeRequired):
        school.accounts.children(before)
    for password in (CHOSEN, MOTHER_ID[-6:]):
        with pytest.raises(SignInRefused):
            school.sign_in.parent("flower@example.com", password, TERMINAL)
    with pytest.raises(WrongCode):
        school.account_recovery.finish(recovery, mailbox.last_code())
    holder = school.sign_in.change_account_password(signed_in.holder, NEW)
    assert school.accounts.contact(holder).email_masked == "f***@example.com"
    assert not school.sign_in.parent("flower@example.com", NEW, TERMINAL).must_change
    with pytest.raises(Denied):
        school.accounts.children(before)


def test_a_recovery_ends_the_lock(school: School, families: Families, mailbox: Mailbox) -> None:
    families.signed_on()
    for _ in range(FAILURES_TO_LOCK):
        with pytest.raises(SignInRefused):
            school.sign_in.parent("0910100200", "wrong", TERMINAL)
    signed_in = school.account_recovery.finish(begin(school), mailbox.last_code())
    school.sign_in.change_account_password(signed_in.holder, NEW)
    for name in ("flower@example.com", "0910100200"):
        assert not school.sign_in.parent(name, NEW, TERMINAL).must_change


@pytest.mark.both_databases
def test_t14_nothing_tells_whether_there_is_such_an_account(
    school: School, families: Families, mailbox: Mailbox
) -> None:
    families.mother()
    families.approved(without_email(FATHER))
    families.closed("closed@example.com", "0922000001")
    families.expired_carer("0922000002", families.approved(with_id(MOTHER, MOTHER_ID)).account_id)
    asked = {
        "right": ("劉小花", MOTHER_ID),
        "without e-mail": ("王大明", FATHER_ID),
        "another's name": ("王大明", MOTHER_ID),
        "closed": ("劉小花", made_up_id(601)),
        "an expired carer": ("劉小花", made_up_id(604)),
        "unknown": ("陳一", made_up_id(999)),
        "no name": ("\x00<b>", made_up_id(998)),
        "no ID": ("劉小花", "\ud800"),
    }
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(school.store.writer, "before_cursor_execute", note)
    work = {}
    for kind, (name, national_id) in asked.items():
        statements.clear()
        recovery = begin(school, name, national_id)
        work[kind] = list(statements)
        with pytest.raises(WrongCode):
            school.account_recovery.finish(recovery, "12345")
        assert re.sub(r"0x\w+", "", repr(recovery)) == f"Recovery(terminal='{TERMINAL}')"
    event.remove(school.store.writer, "before_cursor_execute", note)
    reserved_anew = [one for one in work["another's name"] if "sign_in_counter" in one and "UPDATE" in one]
    assert len(reserved_anew) == 1, "the same ID once more"
    work.pop("another's name")
    assert all(done == work["unknown"] for done in work.values())
    assert mailbox.recipients == [["flower@example.com"]]


def test_an_id_is_locked_after_five_requests(school: School, families: Families, mailbox: Mailbox) -> None:
    families.mother()
    for national_id in (MOTHER_ID, made_up_id(999)):
        for _ in range(FAILURES_TO_LOCK):
            begin(school, national_id=national_id)
        with pytest.raises(TooManyTries) as refused:
            begin(school, national_id=national_id)
        assert refused.value.minutes_left == 15
    assert len(mailbox.mails) == MAILS_PER_HOUR
    clock_of(school).advance(LOCK_SECONDS + 1)
    begin(school)
    assert len(mailbox.mails) == MAILS_PER_HOUR, "one address gets five in an hour"


def test_a_code_is_invalid_for_another_purpose_or_a_closed_account(
    school: School, families: Families, mailbox: Mailbox
) -> None:
    holder = families.signed_on()
    recovery = begin(school)
    code = mailbox.last_code()
    with pytest.raises(WrongCode):
        school.accounts.change_email(holder, recovery.challenge, code)
    challenge = school.accounts.send_email_code(holder, "flower@example.com")
    with pytest.raises(WrongCode):
        school.account_recovery.finish(replace(recovery, challenge=challenge), mailbox.last_code())
    (child,) = school.accounts.children(holder)
    school.accounts.end_binding(holder, child.binding_id or "", "轉學")
    with pytest.raises(WrongCode):
        school.account_recovery.finish(recovery, code)


def test_a_failing_mail_server_is_not_disclosed(school: School, families: Families, mailbox: Mailbox) -> None:
    families.mother()
    mailbox.refuse_recipient = lambda _address: "550 no such mailbox"
    with pytest.raises(WrongCode):
        school.account_recovery.finish(begin(school), "123456")
    assert mailbox.mails == []


def test_the_desk_gives_a_code_to_who_showed_an_id(school: School, families: Families) -> None:
    before = families.signed_on()
    registrar, desk = add_member(school), open_office(school).desk
    for _ in range(FAILURES_TO_LOCK):
        with pytest.raises(SignInRefused):
            school.sign_in.parent("flower@example.com", "wrong", TERMINAL)
    with pytest.raises(IdNotSeen):
        desk.reset_account(registrar, MOTHER_ID, id_seen=False)
    with pytest.raises(UnknownAccount):
        desk.reset_account(registrar, made_up_id(999), id_seen=True)
    given = desk.reset_account(registrar, f" {MOTHER_ID.lower()}", id_seen=True)
    assert given.name == "f***@example.com"
    assert given.code not in repr(given)
    with pytest.raises(PasswordChangeRequired):
        school.accounts.children(before)
    signed_in = school.sign_in.parent("flower@example.com", given.code.lower(), TERMINAL)
    assert signed_in.must_change
    school.sign_in.change_account_password(signed_in.holder, NEW)
    with pytest.raises(SignInRefused):
        school.sign_in.parent("flower@example.com", given.code, TERMINAL)


def test_the_desk_invents_an_account_name_where_none_signs_on(school: School, families: Families) -> None:
    families.sharing("0922000003")
    registrar, desk = add_member(school), open_office(school).desk
    given = desk.reset_account(registrar, made_up_id(602), id_seen=True)
    assert re.fullmatch(r"family-[0-9]{6}", given.name)
    signed_in = school.sign_in.parent(given.name, given.code, TERMINAL)
    holder = school.sign_in.change_account_password(signed_in.holder, NEW)
    assert school.accounts.contact(holder).chosen_account == given.name
    again = desk.reset_account(registrar, made_up_id(602), id_seen=True)
    assert again.name == given.name
    families.approved(without_email(replace(FATHER, mobile="0955666777")))
    assert desk.reset_account(registrar, FATHER_ID, id_seen=True).name == "*******777"


def test_the_desk_resets_neither_ones_own_account_nor_a_closed_one(school: School, families: Families) -> None:
    account_id = families.mother()
    desk = open_office(school).desk
    with pytest.raises(OwnChildRefused):
        desk.reset_account(add_member(school, national_id=MOTHER_ID), MOTHER_ID, id_seen=True)
    families.closed("closed@example.com", "0922000001")
    with pytest.raises(UnknownAccount):
        desk.reset_account(add_member(school), made_up_id(601), id_seen=True)
    assert account_row(school, account_id).active
