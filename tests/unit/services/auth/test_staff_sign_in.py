from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from db.models.audit import AuditEntry
from db.models.logins import Credential
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile, Denied, PasswordChangeRequired, PasswordRefused, SignInRefused
from kiosk.rules.passwords import PasswordFault
from kiosk.services.administration.staff_accounts import StaffAccounts
from kiosk.services.auth.lockout import FAILURES_TO_LOCK, LOCK_SECONDS, NAMES_AT_TERMINAL, TERMINAL_WAIT_SECONDS
from kiosk.services.auth.staff_session import ALL_STAFF, CommandLine, Role, StaffGate, StaffMember
from tests.builders.school import (
    NATIONAL_ID,
    STAFF_ACCOUNT,
    STAFF_CHOSEN,
    STAFF_FIRST,
    TERMINAL,
    Opened,
    add_staff,
    only_row,
    rows,
    staff_member,
)

_DAY = 24 * 60 * 60


@pytest.fixture
def member(opened: Opened) -> StaffMember:
    """A registrar past the forced change of the password."""
    return staff_member(opened.school)


def _acts(opened: Opened, member: StaffMember) -> Role:
    """Do something as a member of staff."""
    with StaffGate(opened.school.store).read(member, "test", ALL_STAFF) as (_session, acting):
        return acting.role


def _reset(opened: Opened) -> str:
    accounts = StaffAccounts(opened.school.store, opened.school.clock)
    row = accounts.find(CommandLine(), STAFF_ACCOUNT)
    return accounts.reset(CommandLine(), row.id, row.version)


def test_the_first_password_is_changed_before_anything_is_done(opened: Opened) -> None:
    row = add_staff(opened.school)
    first = opened.school.sign_in.staff("ｌｉｎ．li", STAFF_FIRST, TERMINAL)
    assert first.must_change
    assert (first.member.staff_id, first.member.account, first.member.role) == (row.id, STAFF_ACCOUNT, Role.REGISTRAR)
    with pytest.raises(PasswordChangeRequired):
        _acts(opened, first.member)
    changed = opened.school.sign_in.change_staff_password(first.member, STAFF_CHOSEN)
    assert _acts(opened, changed) is Role.REGISTRAR
    again = opened.school.sign_in.staff(STAFF_ACCOUNT, STAFF_CHOSEN, TERMINAL)
    assert not again.must_change
    assert again.member == changed
    for left_behind in (STAFF_FIRST, f"{STAFF_CHOSEN} "):
        with pytest.raises(SignInRefused):
            opened.school.sign_in.staff(STAFF_ACCOUNT, left_behind, TERMINAL)


def test_staff_passwords_are_case_sensitive(opened: Opened) -> None:
    add_staff(opened.school)
    for spelling in (STAFF_FIRST.lower(), STAFF_FIRST.replace("-", ""), f" {STAFF_FIRST}"):
        with pytest.raises(SignInRefused):
            opened.school.sign_in.staff(STAFF_ACCOUNT, spelling, TERMINAL)
    first = opened.school.sign_in.staff(STAFF_ACCOUNT, STAFF_FIRST, TERMINAL).member
    opened.school.sign_in.change_staff_password(first, STAFF_CHOSEN)
    with pytest.raises(SignInRefused):
        opened.school.sign_in.staff(STAFF_ACCOUNT, STAFF_CHOSEN.upper(), TERMINAL)


WEAK_PASSWORDS: dict[str, PasswordFault | None] = {
    "Heron-Lamp-143": PasswordFault.TOO_SHORT,
    "passwordpassword": PasswordFault.COMMON,
    "xx-A123456789-yy": PasswordFault.IDENTITY,
    "lin.li-LIN.LI-lin": PasswordFault.PERSONAL,
    "Heron Lamp Quiet": PasswordFault.NOT_ASCII,
    "x" * 129: PasswordFault.TOO_LONG,
    STAFF_FIRST: None,
}


def test_weak_staff_passwords_are_refused(opened: Opened) -> None:
    add_staff(opened.school)
    first = opened.school.sign_in.staff(STAFF_ACCOUNT, STAFF_FIRST, TERMINAL).member
    for password, expected in WEAK_PASSWORDS.items():
        with pytest.raises(PasswordRefused) as refused:
            opened.school.sign_in.change_staff_password(first, password)
        assert refused.value.fault is expected, password
        assert password not in str(refused.value)
    opened.school.sign_in.change_staff_password(first, "fifteenfreeherons")


def test_a_change_ends_every_other_session_and_an_old_session_changes_nothing(
    opened: Opened, member: StaffMember
) -> None:
    elsewhere = opened.school.sign_in.staff(STAFF_ACCOUNT, STAFF_CHOSEN, "office-2").member
    changed = opened.school.sign_in.change_staff_password(member, "Second-Heron-Lamp")
    assert _acts(opened, changed)
    for ended in (elsewhere, member):
        with pytest.raises(Denied):
            _acts(opened, ended)
        with pytest.raises(ChangedMeanwhile):
            opened.school.sign_in.change_staff_password(ended, "Third-Heron-Lamps")


@pytest.mark.parametrize("kind", ["first password", "code"])
def test_a_first_password_and_a_code_end_after_thirty_days(opened: Opened, kind: str) -> None:
    add_staff(opened.school)
    secret = STAFF_FIRST if kind == "first password" else _reset(opened)
    opened.clock.advance(30 * _DAY - 1)
    assert opened.school.sign_in.staff(STAFF_ACCOUNT, secret, TERMINAL).must_change
    opened.clock.advance(1)
    with pytest.raises(SignInRefused):
        opened.school.sign_in.staff(STAFF_ACCOUNT, secret, TERMINAL)
    assert opened.school.sign_in.staff(STAFF_ACCOUNT, _reset(opened), TERMINAL).must_change


def test_a_code_ends_password_sessions_and_lock_and_may_be_typed_in_any_case(
    opened: Opened, member: StaffMember
) -> None:
    for _try in range(FAILURES_TO_LOCK):
        with pytest.raises(SignInRefused):
            opened.school.sign_in.staff(STAFF_ACCOUNT, "wrong", TERMINAL)
    code = _reset(opened)
    with pytest.raises(Denied):
        _acts(opened, member)
    with pytest.raises(SignInRefused):
        opened.school.sign_in.staff(STAFF_ACCOUNT, STAFF_CHOSEN, TERMINAL)
    reset = opened.school.sign_in.staff(STAFF_ACCOUNT, code.replace("-", "").lower(), TERMINAL)
    assert reset.must_change
    with pytest.raises(PasswordRefused):
        opened.school.sign_in.change_staff_password(reset.member, STAFF_CHOSEN)
    assert _acts(opened, opened.school.sign_in.change_staff_password(reset.member, "Second-Heron-Lamp"))


def test_the_password_is_asked_again_and_wrong_ones_lock_the_login(opened: Opened, member: StaffMember) -> None:
    sign_in = opened.school.sign_in
    verified = opened.hasher.verified
    sign_in.confirm_password(member, STAFF_CHOSEN, ALL_STAFF)
    assert opened.hasher.verified == verified + 1
    for _try in range(FAILURES_TO_LOCK):
        with pytest.raises(SignInRefused):
            sign_in.confirm_password(member, STAFF_CHOSEN.lower(), ALL_STAFF)
    for locked in (
        lambda: sign_in.confirm_password(member, STAFF_CHOSEN, ALL_STAFF),
        lambda: sign_in.staff(STAFF_ACCOUNT, STAFF_CHOSEN, "office-2"),
    ):
        with pytest.raises(SignInRefused) as refused:
            locked()
        assert refused.value.minutes_left == 15
    opened.clock.advance(LOCK_SECONDS)
    sign_in.confirm_password(member, STAFF_CHOSEN, ALL_STAFF)


def test_a_colleagues_password_does_not_confirm(opened: Opened, member: StaffMember) -> None:
    colleague = staff_member(opened.school, "CHEN", national_id=NATIONAL_ID)
    with pytest.raises(Denied):
        opened.school.sign_in.confirm_password(replace(member, account=colleague.account), STAFF_CHOSEN, ALL_STAFF)


def test_staff_and_students_share_the_terminals_limit(opened: Opened) -> None:
    sign_in = opened.school.sign_in
    for number in range(NAMES_AT_TERMINAL):
        with pytest.raises(SignInRefused):
            (sign_in.staff if number % 2 else sign_in.student)(f"P20{number:04}", "wrong", TERMINAL)
    for item in (sign_in.staff, sign_in.student):
        with pytest.raises(SignInRefused) as refused:
            item("P200000", "wrong", TERMINAL)
        assert refused.value.wait_seconds == TERMINAL_WAIT_SECONDS


def test_a_sign_in_leaves_its_audit_rows(opened: Opened, member: StaffMember) -> None:
    opened.school.sign_in.confirm_password(member, STAFF_CHOSEN, ALL_STAFF)
    actions = [entry.action for entry in rows(opened.school, AuditEntry, "seq")]
    kept = only_row(opened.school, Credential, kind="staff")
    assert actions[-6:] == [
        *("staff.added", "sign_in.attempt", "sign_in.success", "password.changed"),
        *("password.confirm.attempt", "password.confirm.success"),
    ]
    assert kept.initial_kind == "first_password"
    assert STAFF_FIRST not in repr(kept)


def test_a_students_login_is_no_staff_login(opened: Opened, member: StaffMember) -> None:
    student = only_row(opened.school, Credential, kind="student")
    with pytest.raises(SignInRefused):
        opened.school.sign_in.staff("P110001", NATIONAL_ID, TERMINAL)
    forged = replace(member, credential_id=student.id, staff_id=student.subject_id, credential_version=student.version)
    with pytest.raises(Denied):
        _acts(opened, forged)
    with pytest.raises(Denied):
        opened.school.sign_in.change_staff_password(forged, "Second-Heron-Lamp")


def test_a_parents_sign_in_loads_nothing_of_the_staff(settings: Settings, opened: Opened) -> None:
    opened.school.close()
    code = (
        "import sys, pathlib\n"
        "from kiosk.clock import SystemClock\n"
        "from kiosk.services.school import open_school\n"
        "from kiosk.config.settings import Settings\n"
        "school = open_school(Settings(home=pathlib.Path(sys.argv[1])), SystemClock())\n"
        f"school.sign_in.student('P110001', '{NATIONAL_ID}', 'lobby')\n"
        "staff = ('db.models.messages', 'kiosk.services.auth.staff')\n"
        "print([name for name in sys.modules if name.startswith(staff)])\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(settings.home)], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
