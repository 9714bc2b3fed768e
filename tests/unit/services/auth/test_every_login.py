"""T13 and T14 for every kind of login; T14 in full, with its times, is in tests/faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from db.models.logins import SignInCounter
from kiosk.domain.errors import SignInRefused
from kiosk.services.administration.staff_accounts import StaffAccounts
from kiosk.services.auth.lockout import DAY_SECONDS, FAILURES_TO_LOCK
from kiosk.services.auth.staff_session import CommandLine
from tests.builders.accounts import Families
from tests.builders.applications import FATHER_ID, MOTHER_ID
from tests.builders.school import (
    ACCOUNT,
    CHOSEN,
    NATIONAL_ID,
    STAFF_CHOSEN,
    STAFF_FIRST,
    TERMINAL,
    Opened,
    add_staff,
    add_student,
    rows,
    staff_member,
)

_ATTEMPTS = 40  # past the ten failures that end a first password
_ATTEMPTS_A_DAY = 10  # five up to the lock, five past it
_WRONG = ("B123456780", "Another-Heron-Lamp", "x" * 200)
Said = tuple[str, int | None, int | None]


@dataclass(frozen=True)
class Login:
    """One kind of login.

    ``accounts``: unknown, initial, chosen, disabled, and others that are refused. ``right``: what opens the initial and
    the chosen one. ``spellings``: of the initial one. ``counters``: how many count a failure of it.
    """

    opened: Opened
    sign_in: Callable[[str, str, str], object]
    accounts: tuple[str, ...]
    right: tuple[str, str]
    spellings: tuple[str, ...]
    counters: int = 1

    def refusal(self, account: str, password: str) -> Said:
        """What is said where the sign-in must be refused."""
        with pytest.raises(SignInRefused) as refused:
            self.sign_in(account, password, TERMINAL)
        return str(refused.value), refused.value.minutes_left, refused.value.wait_seconds


def _students(opened: Opened) -> Login:
    add_student(opened.school, "110002")
    add_student(opened.school, "110003", active=False)
    sign_in = opened.school.sign_in
    sign_in.change_password(sign_in.student("P110002", NATIONAL_ID, TERMINAL).visitor, CHOSEN)
    spellings = ("P110001", "p110001", "Ｐ１１０００１", " P 110 001", "P110\u200b001", "p-110001")
    return Login(opened, sign_in.student, ("P777777", ACCOUNT, "P110002", "P110003"), (NATIONAL_ID, CHOSEN), spellings)


def _staff(opened: Opened) -> Login:
    add_staff(opened.school, "first.one")
    staff_member(opened.school, "chosen.one")
    disabled = add_staff(opened.school, "disabled.one")
    StaffAccounts(opened.school.store, opened.school.clock).disable(CommandLine(), disabled.id, disabled.version)
    spellings = ("first.one", "FIRST.ONE", "ｆｉｒｓｔ．ｏｎｅ", " first. one", "first\u200b.one", "first-.one")
    return Login(
        opened,
        opened.school.sign_in.staff,
        ("nobody.here", "first.one", "chosen.one", "disabled.one"),
        (STAFF_FIRST, STAFF_CHOSEN),
        spellings,
    )


def _parents(opened: Opened) -> Login:
    family = Families(opened.school)
    mother = family.mother()
    family.first_sign_on(family.father(), "ming@example.com", FATHER_ID)
    family.closed("closed@example.com", "0922000001")
    family.expired_carer("0922000002", given_by=mother)
    family.sharing("0922000003")
    spellings = (
        *("flower@example.com", "FLOWER@Example.COM", "ｆｌｏｗｅｒ＠ｅｘａｍｐｌｅ．ｃｏｍ", " flower@ example.com"),
        *("flower\u200b@example.com", "flower@example。com"),
    )
    accounts = ("nobody@example.com", "flower@example.com", "ming@example.com", "closed@example.com")
    others = ("0922000001", "0922000002", "0922000003", "0922999999", "nobody.chosen", "")
    return Login(
        opened, opened.school.sign_in.parent, (*accounts, *others), (MOTHER_ID[-6:], CHOSEN), spellings, counters=2
    )


@pytest.fixture(params=[_students, _staff, _parents], ids=["student", "staff", "parent"])
def login(request: pytest.FixtureRequest, opened: Opened) -> Login:
    """Each kind of login, with an account of every sort."""
    made: Login = request.param(opened)
    return made


@pytest.mark.both_databases
def test_t13_all_spellings_of_an_account_share_one_counter(login: Login) -> None:
    said = [login.refusal(spelling, _WRONG[0]) for spelling in login.spellings]
    assert said == [("sign-in refused", None, None)] * 4 + [("sign-in refused", 15, None)] * 2
    counted = [one.failures for one in rows(login.opened.school, SignInCounter) if one.failures]
    assert counted == [FAILURES_TO_LOCK] * login.counters
    login.refusal(login.spellings[0], login.right[0])


def test_t14_refusals_cost_and_say_the_same_for_every_account(login: Login) -> None:
    hasher = login.opened.hasher
    said: list[list[Said]] = [[] for _account in login.accounts]
    hashed = hasher.hashed
    for attempt in range(_ATTEMPTS):
        if attempt and attempt % _ATTEMPTS_A_DAY == 0:
            login.opened.clock.advance(DAY_SECONDS + 1)
        for place, account in enumerate(login.accounts):
            verified = hasher.verified
            said[place].append(login.refusal(account, _WRONG[attempt % len(_WRONG)]))
            assert hasher.verified == verified + 1
    assert hasher.hashed == hashed
    assert said[1:] == [said[0]] * (len(login.accounts) - 1)
    assert sum(minutes is not None for _words, minutes, _wait in said[0]) == _ATTEMPTS * 6 // 10


def test_t14_right_passwords_cost_one_verification_too(login: Login) -> None:
    for account, password in zip(login.accounts[1:3], login.right, strict=True):
        verified = login.opened.hasher.verified
        login.sign_in(account, password, TERMINAL)
        assert login.opened.hasher.verified == verified + 1
    for account in login.accounts[3:]:
        login.refusal(account, login.right[0])
        login.refusal(account, login.right[1])


@pytest.mark.both_databases
def test_t14_a_hostile_password_is_a_wrong_password(login: Login) -> None:
    for password in ("", "\ud800", "\x00" * 9, "\u202e" + login.right[0][:5]):
        assert login.refusal(login.accounts[1][:1] + password, password) == ("sign-in refused", None, None)
        assert login.refusal(login.accounts[2], password)[0] == "sign-in refused"
