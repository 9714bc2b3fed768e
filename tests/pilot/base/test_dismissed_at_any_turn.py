"""Every screen has contrast, and may be dismissed at any turn of the event loop while it opens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from textual.screen import Screen

import kiosk.screens.account
import kiosk.screens.base
import kiosk.screens.family
import kiosk.screens.office
import kiosk.screens.review
from kiosk.app import KioskApp
from kiosk.screens.base.kiosk_screen import KioskScreen
from kiosk.services.office import open_office
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.builders.school import add_member
from tests.pilot import account_walker, staff_walker, walker
from tests.pilot.family.test_every_screen import weak_texts
from tests.pilot.people import (
    STAFF_PASSWORD,
    QuickPerson,
    account_parent_at,
    at_work,
    parent_at,
    screen_worked_off,
)
from tests.pilot.screens_of import screens_of

_SAMPLES = 2
"""Turns at which a screen is dismissed; the next one is dismissed at turns in between."""
_BACK_TO = {
    "system": "SystemsScreen",
    "account": "ContactScreen",
    "mobile": "ContactScreen",
    "email": "ContactScreen",
    "email_code": "EmailScreen",
    "present_password": "ContactScreen",
    "end": "ChildScreen",
    "grant": "CarersScreen",
    "delete": "OwnDataScreen",
}
"""Where one step back leads to from a screen of the account; from the others it leads to the home."""
_MAX_TURNS = 1000

_PASSED_ON_THE_WAY = ("login", "change", "menu", "queue", "flag", "tickets", "desk", "deletions", "scan", "staff")
"""Screens of the staff that the walk to another one comes by, twice."""

Makes = dict[str, Callable[[], KioskScreen[Any]]]


@pytest.fixture
def makes(monkeypatch: pytest.MonkeyPatch) -> Makes:
    """How each screen that the test comes by was made, by its class."""
    found: Makes = {}

    def make(kind: type, *arguments: Any, **options: Any) -> object:
        made: object = type.__call__(kind, *arguments, **options)
        if isinstance(made, KioskScreen):
            found.setdefault(kind.__name__, partial(kind, *arguments, **options))
        return made

    monkeypatch.setattr(type(Screen), "__call__", make, raising=False)
    return found


async def _can_be_read(person: QuickPerson, screen: str) -> None:
    await person.sees(screen)
    await person.pilot.pause()
    assert list(weak_texts(person.app)) == []


async def _goes_back_to(person: QuickPerson, menu: str) -> None:
    while person.screen != menu:
        if person.screen == "StaffNoticeScreen" and person.app.screen.query("#drop"):
            person.app.screen.query_one("#drop").focus()
            await person.leaves("enter")
        else:
            await person.leaves("enter" if person.screen == "OneTimeCodeScreen" else "escape")
        await until(person.pilot, lambda: not person.screen.endswith("BlankScreen"))
        await _can_be_read(person, person.screen)


async def _turns_until_it_rests(app: KioskApp, screen: KioskScreen[Any]) -> int:
    app.push_screen(screen)
    for turn in range(_MAX_TURNS):
        if screen.is_active and screen.focused is not None and screen.focused.region:
            return turn
        await asyncio.sleep(0)
    return _MAX_TURNS


async def _dismiss(app: KioskApp, screen: KioskScreen[Any]) -> None:
    screen.dismiss()
    await screen_worked_off(app)
    assert app.screen is not screen


async def dismiss_at_many_turns(app: KioskApp, makes: Makes, samples: int = _SAMPLES) -> None:
    app.guard.begin_visit()
    for place, (name, make) in enumerate(list(makes.items())):
        screen = make()
        turns = await _turns_until_it_rests(app, screen)
        await _dismiss(app, screen)
        stride = max(1, turns // samples)
        for turn in range(place % stride, turns + stride, stride):
            screen = make()
            app.push_screen(screen)
            for _turn in range(turn):
                await asyncio.sleep(0)
            await _dismiss(app, screen)
            assert app._exception is None, f"{name} after {turn} turns: {app._exception!r}"


async def test_the_screens_of_a_visit(school: School, makes: Makes) -> None:
    async with parent_at(walker.make_ready(school)) as parent:
        for end in ("receipt", "pad", "card", "report", "adult_id", "change"):
            await walker.go_to(parent, end)
            await parent.comes_to_rest()
        _send_back(school)
        await parent.logs_in(f"P{walker.APPLIED}", walker.PASSWORD)
        await parent.opens_returned(walker.MOTHER.national_id)
        await parent.comes_to_rest()
        assert screens_of(kiosk.screens.family) <= set(makes)
        await dismiss_at_many_turns(parent.kiosk, makes)


def _send_back(school: School) -> None:
    registrar, office = add_member(school, name="REGISTRAR老師"), open_office(school)
    visitor = school.sign_in.student(f"P{walker.APPLIED}", walker.PASSWORD, "test").visitor
    (application,) = school.student_data.hub(visitor).applications
    version = office.review.open(registrar, application.id).version
    office.review.return_fields(registrar, application.id, version, {(1, "mobile"): "打不通"})


async def test_the_screens_of_a_parents_account(school: School, makes: Makes) -> None:
    async with account_parent_at(account_walker.make_ready(school)) as parent:
        await account_walker.go_to(parent, "recovery_code")
        await _can_be_read(parent, "RecoveryCodeScreen")
        for before in ("RecoveryScreen", "AccountLoginScreen"):
            await parent.goes_back(before)
            await _can_be_read(parent, before)
        await parent.goes_back("LoginScreen")
        await account_walker.go_to(parent, "home")
        for end, name in account_walker.BEHIND_THE_HOME.items():
            await account_walker.go_on(parent, end)
            await _can_be_read(parent, name)
            await parent.goes_back(_BACK_TO.get(end, "AccountHomeScreen"))
            await _goes_back_to(parent, "AccountHomeScreen")
        await parent.goes_back("LoginScreen")
        for end in ("which", "password"):
            await account_walker.go_to(parent, end)
            await _can_be_read(parent, account_walker.SCREENS[end])
            await parent.comes_to_rest()
        assert screens_of(kiosk.screens.account) <= set(makes)
        await dismiss_at_many_turns(parent.kiosk, makes)


async def test_the_screens_of_the_staff(demo: School, makes: Makes) -> None:
    async with at_work(demo, "REGISTRAR", (80, 24)) as reviewer:
        for end, name in staff_walker.SCREENS.items():
            if end in _PASSED_ON_THE_WAY:
                continue
            if end == "member":
                await reviewer.comes_to_rest()
                await reviewer.logs_in("ADMIN", STAFF_PASSWORD)
            await staff_walker.go_on(reviewer, end)
            await _can_be_read(reviewer, name)
            if end == "ticket":
                await reviewer.clicks(".verdict")
                await _can_be_read(reviewer, name)
            if end == "add":
                await reviewer.clicks("#send")
                await _can_be_read(reviewer, name)
            await _goes_back_to(reviewer, "StaffMenuScreen")
        await reviewer.opens("password", "ConfirmPasswordScreen")
        await reviewer.enters(STAFF_PASSWORD, then="StaffNewPasswordScreen")
        await _can_be_read(reviewer, "StaffNewPasswordScreen")
        await reviewer.comes_to_rest()
        assert screens_of(kiosk.screens.review) | screens_of(kiosk.screens.office) <= set(makes)
        await dismiss_at_many_turns(reviewer.kiosk, makes)
