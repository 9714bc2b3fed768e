"""A service that answers, or is given up, while whoever asked it is leaving or the kiosk ends: it is no crash."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from kiosk.app import KioskApp
from kiosk.clock import Clock
from kiosk.config.settings import Settings, load_settings
from kiosk.domain.errors import SignInRefused
from kiosk.runtime.startup import CannotOpen
from kiosk.screens.account.login import AccountLoginScreen
from kiosk.screens.family.change_password import ChangePasswordScreen
from kiosk.screens.family.email_code import EmailCodeScreen
from kiosk.services.errors import StoreError
from kiosk.services.messaging.email_verification import EmailCodes
from kiosk.services.messaging.verification_codes import MailNotSent
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from tests.pilot.first_visit import FIRST_PASSWORD, PASSWORD, to_read_back, where_nobody_takes_mail
from tests.pilot.people import QuickParent, parent_at

_A_YIELD = 0.02


class _SlowOpening:
    """Opens no school, and only when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def __call__(self, settings: Settings, clock: Clock) -> School:
        self.go.wait(5)
        raise CannotOpen("no")


@pytest.fixture
def opening(monkeypatch: pytest.MonkeyPatch) -> _SlowOpening:
    slow = _SlowOpening()
    monkeypatch.setattr("kiosk.app.load_school", slow)
    return slow


async def test_a_school_that_cannot_be_opened_is_no_crash_for_who_signs_in(
    tmp_path: Path, opening: _SlowOpening
) -> None:
    app = KioskApp(load_settings(tmp_path, environment={}), FakeClock())
    async with app.run_test() as pilot:
        await QuickParent(pilot).logs_in("P110001", FIRST_PASSWORD)
        opening.go.set()
        await until(pilot, lambda: app.return_code)
    assert app.return_code == 1


async def test_an_end_during_a_sign_in_is_no_crash(tmp_path: Path, opening: _SlowOpening) -> None:
    app = KioskApp(load_settings(tmp_path, environment={}), FakeClock())
    async with app.run_test() as pilot:
        await QuickParent(pilot).logs_in("P110001", FIRST_PASSWORD)
        app.exit(143, return_code=143)
        await until(pilot, lambda: app.return_code)
        opening.go.set()
    assert app.return_code == 143


async def test_an_idle_sign_in_leaves_the_kiosk_as_it_was(tmp_path: Path, opening: _SlowOpening) -> None:
    app = KioskApp(load_settings(tmp_path, environment={}), FakeClock())
    async with app.run_test() as pilot:
        await QuickParent(pilot).logs_in("P110001", FIRST_PASSWORD)
        app.reset_session()
        await until(pilot, lambda: not app.screen.query_one("#login").disabled)
        await pilot.pause()
        assert not app.return_code
        opening.go.set()


def _answers_while_leaving(monkeypatch: pytest.MonkeyPatch, left: type[Screen[Any]]) -> threading.Event:
    """Set once the first widget of a screen that is left has gone; the others wait a moment each."""
    going = threading.Event()
    leave = Widget._message_loop_exit

    async def slowly(widget: Widget) -> None:
        is_part = not isinstance(widget, left) and any(isinstance(one, left) for one in widget.ancestors)
        await leave(widget)
        if is_part:
            going.set()
            await asyncio.sleep(_A_YIELD)

    monkeypatch.setattr(Widget, "_message_loop_exit", slowly)
    return going


@pytest.mark.parametrize("refused", [True, False])
async def test_a_sign_in_that_answers_a_left_login(
    school: School, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    going = _answers_while_leaving(monkeypatch, AccountLoginScreen)

    def verify(screen: AccountLoginScreen, school: School, account: str, password: str) -> object:
        going.wait(5)
        if refused:
            raise SignInRefused(None, None)
        return object()

    monkeypatch.setattr(AccountLoginScreen, "verify", verify)
    app = KioskApp(school.settings, school.clock, school)
    async with app.run_test() as pilot:
        parent = QuickParent(pilot)
        await parent.sees("LoginScreen")
        await parent.presses("f7", then="AccountLoginScreen")
        for field in app.screen.query(Input):
            field.value = "a@example.org"
        app.screen.query_one("#password").focus()
        await parent.presses("enter", "escape")
        await parent.answers_notice("drop")
        await parent.sees("LoginScreen")
        await until(pilot, lambda: going.is_set() and not app.workers)
    assert not app.return_code


def _refuse_when(going: threading.Event, refusal: type[Exception]) -> Callable[..., None]:
    def refuse(*_arguments: object) -> None:
        going.wait(5)
        raise refusal

    return refuse


@pytest.mark.parametrize("refusal", [MailNotSent, StoreError])
async def test_a_mail_that_fails_for_a_left_code(
    school: School, monkeypatch: pytest.MonkeyPatch, refusal: type[Exception]
) -> None:
    going = _answers_while_leaving(monkeypatch, EmailCodeScreen)
    monkeypatch.setattr(EmailCodes, "send", _refuse_when(going, refusal))
    async with parent_at(where_nobody_takes_mail(school)) as parent:
        await to_read_back(parent)
        await parent.presses("enter", then="EmailCodeScreen")
        await parent.goes_back("SummaryScreen")
        await until(parent.pilot, going.is_set)
        await parent.pilot.pause()
    assert not parent.app.return_code


async def test_a_change_that_fails_for_a_left_password(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    going = _answers_while_leaving(monkeypatch, ChangePasswordScreen)
    monkeypatch.setattr(ChangePasswordScreen, "take", _refuse_when(going, StoreError))
    async with parent_at(school) as parent:
        await parent.logs_in("P110001", FIRST_PASSWORD)
        await parent.sees("ChangePasswordScreen")
        await parent.enters(PASSWORD)
        await parent.types(PASSWORD)
        await parent.presses("enter", "escape")
        await parent.answers_notice("drop")
        await parent.sees("LoginScreen")
        await until(parent.pilot, going.is_set)
        await parent.pilot.pause()
    assert not parent.app.return_code
