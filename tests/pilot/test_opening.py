"""Opening the school behind the first frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.worker import WorkerFailed

from kiosk.app import KioskApp
from kiosk.clock import Clock
from kiosk.locked_app import CRASHED
from kiosk.settings import Settings, load_settings
from kiosk.testing import FakeClock, until


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
