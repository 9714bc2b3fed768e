"""Opening the school behind the first frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.worker import WorkerFailed

from kiosk.app import KioskApp
from kiosk.clock import Clock
from kiosk.config.settings import Settings, load_settings
from kiosk.services.auth.sign_in import SignIn
from kiosk.services.school import School
from kiosk.terminal.locked_app import CRASHED
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from tests.pilot.people import QuickParent


async def test_an_opening_that_fails_for_an_unknown_reason_is_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(settings: Settings, clock: Clock) -> None:
        raise RuntimeError

    monkeypatch.setattr("kiosk.app.load_school", fail)
    app = KioskApp(load_settings(tmp_path, environment={}), FakeClock())
    with pytest.raises(WorkerFailed):
        async with app.run_test() as pilot:
            await until(pilot, lambda: app.return_code)
    assert app.return_code == CRASHED


async def _sign_in_to_the_end(pilot: Pilot[int]) -> None:
    await QuickParent(pilot).logs_in("P110001", "A123456789")
    await until(pilot, lambda: pilot.app.return_code)


async def test_a_sign_in_that_fails_for_an_unknown_reason_is_a_crash(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sign_in: SignIn, account: str, password: str, terminal: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(SignIn, "student", fail)
    app = KioskApp(school.settings, school.clock, school)
    with pytest.raises(WorkerFailed):
        async with app.run_test() as pilot:
            await _sign_in_to_the_end(pilot)
    assert app.return_code == CRASHED
