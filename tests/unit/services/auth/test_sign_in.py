from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest
from sqlmodel import update

from db.errors import StoreBusy
from db.key_file import write_keys
from db.keyring import with_new_key
from db.models.logins import Credential
from db.models.school import Guardian, Student
from kiosk.config.settings import Settings
from kiosk.domain.errors import (
    ChangedMeanwhile,
    Denied,
    PasswordChangeRequired,
    PasswordRefused,
    SignInRefused,
    UnknownStudent,
)
from kiosk.rules.passwords import PasswordFault
from kiosk.services.auth.credentials import INITIAL_FAILURES
from kiosk.services.auth.lockout import (
    FAILURES_A_DAY,
    FAILURES_TO_LOCK,
    LOCK_SECONDS,
    NAMES_AT_TERMINAL,
    TERMINAL_WAIT_SECONDS,
)
from kiosk.services.auth.sign_in import SignedIn
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import open_school
from tests.builders.school import (
    ACCOUNT,
    CHOSEN,
    NATIONAL_ID,
    STUDENT_NUMBER,
    TERMINAL,
    CountingHasher,
    Opened,
    audited,
    only_row,
    reset_login,
)

WRONG = "B123456780"
_REFUSED = "sign-in refused"
Try = Callable[[str, str], object]


def _guess_until_locked(try_sign_in: Try, account: str = ACCOUNT) -> None:
    for _ in range(FAILURES_TO_LOCK):
        try_sign_in(account, WRONG)


def test_first_sign_in_must_change_and_chosen_one_need_not(opened: Opened, try_sign_in: Try) -> None:
    assert opened.school.sign_in.student(ACCOUNT, NATIONAL_ID, TERMINAL).must_change
    first = opened.school.sign_in.student("ｐ 110001", " a12345-6789 ", TERMINAL)
    assert first.must_change
    with pytest.raises(PasswordChangeRequired):
        opened.school.student_data.hub(first.visitor)
    changed = opened.school.sign_in.change_password(first.visitor, CHOSEN)
    assert opened.school.student_data.hub(changed).student.student_number == STUDENT_NUMBER
    again = try_sign_in(ACCOUNT, CHOSEN)
    assert isinstance(again, SignedIn)
    assert not again.must_change
    assert try_sign_in(ACCOUNT, NATIONAL_ID) == (_REFUSED, None, None)


def test_five_failures_lock_for_fifteen_minutes_and_the_right_password_waits_too(
    opened: Opened, try_sign_in: Try
) -> None:
    assert [try_sign_in(ACCOUNT, WRONG) for _ in range(5)] == [(_REFUSED, None, None)] * 4 + [(_REFUSED, 15, None)]
    opened.clock.advance(LOCK_SECONDS - 1)
    assert try_sign_in(ACCOUNT, NATIONAL_ID) == (_REFUSED, 1, None)
    opened.clock.advance(1)
    assert isinstance(try_sign_in(ACCOUNT, NATIONAL_ID), SignedIn)


def test_a_success_resets_the_failures(opened: Opened, visitor: StudentSession, try_sign_in: Try) -> None:
    for _ in range(FAILURES_A_DAY):
        assert [try_sign_in(ACCOUNT, WRONG) for _ in range(4)] == [(_REFUSED, None, None)] * 4
        assert isinstance(try_sign_in(ACCOUNT, CHOSEN), SignedIn)


def test_twenty_failures_lock_for_the_day(opened: Opened, try_sign_in: Try) -> None:
    for _ in range(FAILURES_A_DAY):
        last = try_sign_in("P999999", WRONG)
        opened.clock.advance(LOCK_SECONDS / FAILURES_TO_LOCK + LOCK_SECONDS)
    assert isinstance(last, tuple)
    assert last[1] > 60 * 12
    opened.clock.advance(LOCK_SECONDS)
    assert try_sign_in("P999999", WRONG) != (_REFUSED, None, None)
    opened.clock.advance(24 * 60 * 60)
    assert try_sign_in("P999999", WRONG) == (_REFUSED, None, None)


@pytest.mark.parametrize("gone", [Credential, Student])
def test_the_right_password_of_a_disabled_login_or_a_student_who_left_is_refused(
    opened: Opened, visitor: StudentSession, try_sign_in: Try, gone: type[Credential] | type[Student]
) -> None:
    assert isinstance(try_sign_in(ACCOUNT, CHOSEN), SignedIn)
    with opened.school.store.write() as unit:
        unit.session.exec(update(gone).values(active=False))
        unit.audit("test", "disabled", visitor.student_id)
    assert try_sign_in(ACCOUNT, CHOSEN) == (_REFUSED, None, None)
    with pytest.raises(Denied):
        opened.school.student_data.hub(visitor)


@pytest.mark.parametrize("days", [365, -365])
def test_t18_setting_the_wall_clock_neither_clears_nor_extends(opened: Opened, try_sign_in: Try, days: int) -> None:
    _guess_until_locked(try_sign_in)
    opened.clock.set_wall(opened.clock.now() + timedelta(days=days))
    opened.clock.advance(60)
    assert try_sign_in(ACCOUNT, NATIONAL_ID) == (_REFUSED, 14, None)
    opened.clock.advance(LOCK_SECONDS - 60)
    assert isinstance(try_sign_in(ACCOUNT, NATIONAL_ID), SignedIn)


def test_a_restart_of_the_machine_keeps_the_lock(opened: Opened, try_sign_in: Try) -> None:
    _guess_until_locked(try_sign_in)
    opened.clock.restart_machine()
    assert try_sign_in(ACCOUNT, NATIONAL_ID) == (_REFUSED, 15, None)
    opened.clock.advance(LOCK_SECONDS)
    assert isinstance(try_sign_in(ACCOUNT, NATIONAL_ID), SignedIn)


def test_a_restart_with_a_wrong_clock_does_not_extend_the_lock(opened: Opened, try_sign_in: Try) -> None:
    _guess_until_locked(try_sign_in)
    opened.clock.restart_machine()
    opened.clock.set_wall(opened.clock.now() - timedelta(days=365))
    assert try_sign_in(ACCOUNT, NATIONAL_ID) == (_REFUSED, 15, None)
    opened.clock.advance(LOCK_SECONDS)
    assert isinstance(try_sign_in(ACCOUNT, NATIONAL_ID), SignedIn)


def _fail_first_password(opened: Opened, try_sign_in: Try, times: int) -> None:
    for number in range(1, times + 1):
        try_sign_in(ACCOUNT, WRONG)
        if number % FAILURES_TO_LOCK == 0:
            opened.clock.advance(LOCK_SECONDS)


def test_first_password_is_dead_after_ten_failures_until_the_desk_resets_it(opened: Opened, try_sign_in: Try) -> None:
    _fail_first_password(opened, try_sign_in, INITIAL_FAILURES - 1)
    assert isinstance(try_sign_in(ACCOUNT, NATIONAL_ID), SignedIn)
    _fail_first_password(opened, try_sign_in, 1)
    assert try_sign_in(ACCOUNT, NATIONAL_ID) == (_REFUSED, None, None)
    opened.clock.advance(7 * 24 * 60 * 60)
    assert try_sign_in(ACCOUNT, NATIONAL_ID) == (_REFUSED, None, None)
    code = reset_login(opened.school)
    assert isinstance(try_sign_in(ACCOUNT, code), SignedIn)


def test_desk_code_ends_the_lock_and_the_old_password_and_must_be_changed(
    opened: Opened, visitor: StudentSession, try_sign_in: Try
) -> None:
    _guess_until_locked(try_sign_in)
    code = reset_login(opened.school)
    with pytest.raises(PasswordChangeRequired):
        opened.school.student_data.hub(visitor)
    assert try_sign_in(ACCOUNT, CHOSEN) == (_REFUSED, None, None)
    assert try_sign_in(ACCOUNT, NATIONAL_ID) == (_REFUSED, None, None)
    signed_in = try_sign_in(ACCOUNT, code.lower())
    assert isinstance(signed_in, SignedIn)
    assert signed_in.must_change
    for used in (CHOSEN, code):
        with pytest.raises(PasswordRefused):
            opened.school.sign_in.change_password(signed_in.visitor, used)
    opened.school.sign_in.change_password(signed_in.visitor, "Another-Rain-8")
    assert try_sign_in(ACCOUNT, code) == (_REFUSED, None, None)


def test_desk_code_needs_a_student_and_leaves_an_audit_row(opened: Opened) -> None:
    with pytest.raises(UnknownStudent):
        reset_login(opened.school, "999999")
    reset_login(opened.school)
    assert [entry.actor for entry in audited(opened.school, "login.reset")] == ["staff"]


def test_the_last_three_passwords_are_refused_as_reused(opened: Opened, visitor: StudentSession) -> None:
    change = opened.school.sign_in.change_password
    later = ["Second-Rain-2", "Third-Rain-33", "Fourth-Rain-4"]
    for password in later[:2]:
        visitor = change(visitor, password)
    for used in (CHOSEN, *later[:2]):
        with pytest.raises(PasswordRefused) as refused:
            change(visitor, used)
        assert refused.value.fault is None
    change(change(visitor, later[2]), CHOSEN)


WEAK_PASSWORDS = {
    PasswordFault.TOO_SHORT: ("short1",),
    PasswordFault.IDENTITY: (NATIONAL_ID, "a800000014-x"),
    PasswordFault.PERSONAL: ("m0912345678", "xP110001x", "m20100506!", "m0990506zz"),
}


def test_a_password_from_the_students_data_is_refused(opened: Opened) -> None:
    first = opened.school.sign_in.student(ACCOUNT, NATIONAL_ID, TERMINAL).visitor
    with opened.school.store.write() as unit:
        sealed = unit.keys.seal("guardian", "1" * 32, {"national_id": None, "mobile": "0912345678", "email": None})
        unit.session.add(
            Guardian(id="1" * 32, student_id=first.student_id, role="mother", name="林美玉", sealed=sealed)
        )
        unit.audit("test", "guardian.added", first.student_id)
    for fault, passwords in WEAK_PASSWORDS.items():
        for password in passwords:
            with pytest.raises(PasswordRefused) as refused:
                opened.school.sign_in.change_password(first, password)
            assert refused.value.fault is fault, password
            assert password not in str(refused.value)


def test_the_first_of_two_parents_to_change_the_password_wins(opened: Opened) -> None:
    first, second = (opened.school.sign_in.student(ACCOUNT, NATIONAL_ID, place).visitor for place in ("k-1", "k-2"))
    opened.school.sign_in.change_password(first, CHOSEN)
    with pytest.raises(ChangedMeanwhile):
        opened.school.sign_in.change_password(second, "Second-Rain-2")
    with pytest.raises(Denied):
        opened.school.student_data.hub(second)
    assert not opened.school.sign_in.student(ACCOUNT, CHOSEN, TERMINAL).must_change


def test_the_first_of_two_password_changes_wins(
    opened: Opened, visitor: StudentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = opened.hasher.hash

    def hash_while_another_changes(password: str | bytes, *, salt: bytes | None = None) -> str:
        monkeypatch.setattr(opened.hasher, "hash", original)
        opened.school.sign_in.change_password(visitor, "Second-Rain-2")
        return original(password, salt=salt)

    monkeypatch.setattr(opened.hasher, "hash", hash_while_another_changes)
    with pytest.raises(ChangedMeanwhile):
        opened.school.sign_in.change_password(visitor, "Third-Rain-33")
    opened.school.sign_in.student(ACCOUNT, "Second-Rain-2", TERMINAL)


def test_reset_during_the_verification_wins(
    opened: Opened, visitor: StudentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = opened.hasher.verify

    def verify_while_the_desk_resets(hash: str | bytes, password: str | bytes) -> Literal[True]:
        reset_login(opened.school)
        return original(hash, password)

    monkeypatch.setattr(opened.hasher, "verify", verify_while_the_desk_resets)
    with pytest.raises(SignInRefused):
        opened.school.sign_in.student(ACCOUNT, CHOSEN, TERMINAL)


def test_a_sign_in_rehashes_with_the_new_pepper(settings: Settings, opened: Opened, visitor: StudentSession) -> None:
    keys = with_new_key(opened.school.store.keys)
    write_keys(settings.key_file, keys, replace=True)
    again = open_school(settings, opened.clock, CountingHasher())
    try:
        again.sign_in.student(ACCOUNT, CHOSEN, TERMINAL)
        assert only_row(again, Credential).pepper_id == keys.active.key_id.hex()
        assert not again.sign_in.student(ACCOUNT, CHOSEN, TERMINAL).must_change
    finally:
        again.close()


def test_fifteen_failing_names_slow_one_terminal(opened: Opened, try_sign_in: Try) -> None:
    for number in range(NAMES_AT_TERMINAL):
        assert try_sign_in(f"P20{number:04}", WRONG) == (_REFUSED, None, None)
    before = opened.hasher.verified
    assert try_sign_in(ACCOUNT, NATIONAL_ID) == (_REFUSED, None, TERMINAL_WAIT_SECONDS)
    assert opened.hasher.verified == before + 1
    assert isinstance(opened.school.sign_in.student(ACCOUNT, NATIONAL_ID, "kiosk-2"), SignedIn)
    opened.clock.advance(TERMINAL_WAIT_SECONDS)
    assert isinstance(try_sign_in(ACCOUNT, NATIONAL_ID), SignedIn)
    assert len(audited(opened.school, "terminal.many_failures")) == 2


def test_slow_failures_do_not_slow_a_terminal(opened: Opened, try_sign_in: Try) -> None:
    for number in range(NAMES_AT_TERMINAL * 2):
        assert try_sign_in(f"P20{number:04}", WRONG) == (_REFUSED, None, None)
        opened.clock.advance(45)


def test_an_attempt_that_cannot_be_counted_is_not_verified(
    settings: Settings, opened: Opened, visitor: StudentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.store.BUSY_SECONDS", 0.02)
    before = opened.hasher.verified
    other = sqlite3.connect(settings.database_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        opened.school.sign_in.student(ACCOUNT, CHOSEN, TERMINAL)
    assert opened.hasher.verified == before
    other.close()
    assert opened.school.sign_in.student(ACCOUNT, CHOSEN, TERMINAL)
