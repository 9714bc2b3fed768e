"""T15: the app's loop goes on beating while passwords are verified and a roster is taken in.

As the app runs them: services in threads of the app's process, the import in a process of its own (the command line).
"""

from __future__ import annotations

import asyncio
import csv
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kiosk.clock import SystemClock
from kiosk.config.settings import Settings
from kiosk.services.administration.staff_accounts import StaffAccounts
from kiosk.services.auth.password_hashing import HASHER, PasswordStore
from kiosk.services.auth.staff_session import CommandLine, Role
from kiosk.services.school import School, open_school
from tests.builders.filled_school import CHOSEN, add_staff, roster_rows
from tests.builders.school import STAFF_CHOSEN, TERMINAL
from tests.paths import ROOT

_BEAT_SECONDS = 0.005
_MAX_LAG_SECONDS = 0.050
_ROWS = 1500
_TRIES = 3  # other work on the machine may hold the loop up once; the kiosk's own would each time


async def _lag_during(work: Awaitable[object]) -> float:
    """The longest time by which a beat of the loop came late while the work was done."""
    longest = 0.0
    task = asyncio.ensure_future(work)
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(_BEAT_SECONDS)
        longest = max(longest, time.perf_counter() - began - _BEAT_SECONDS)
    await task
    return longest


async def _least_lag(work: Callable[[], Awaitable[object]]) -> float:
    lags: list[float] = []
    while len(lags) < _TRIES and min(lags, default=1.0) >= _MAX_LAG_SECONDS:
        lags.append(await _lag_during(work()))
    return min(lags)


def _write_roster(file: Path) -> Path:
    sheet = roster_rows(_ROWS)
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(sheet.header)
        writer.writerows(cells for _line, cells in sheet.rows)
    return file


async def _import_in_a_process(settings: Settings, roster: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
    command = [sys.executable, str(ROOT / "run_kiosk.py"), "roster", "import", str(roster), "--yes"]
    process = await asyncio.create_subprocess_exec(
        *command, "--home", str(settings.home), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert await process.wait() == 0


async def _twenty_verifications(school: School) -> None:
    passwords = PasswordStore(school.store.keys, HASHER)
    own_hash = await asyncio.to_thread(passwords.hash, CHOSEN)
    verify = [asyncio.to_thread(passwords.verify, CHOSEN, own_hash, passwords.pepper_id) for _ in range(20)]
    assert all(await asyncio.gather(*verify))


async def _measure(settings: Settings, tmp_path: Path) -> dict[str, float]:
    roster = _write_roster(tmp_path / "roster.csv")
    school = await asyncio.to_thread(open_school, settings, SystemClock())
    sign_in = school.sign_in
    try:
        if not await asyncio.to_thread(StaffAccounts(school.store, school.clock).list, CommandLine()):
            await asyncio.to_thread(add_staff, school, "LIN.LI", Role.REGISTRAR)
        return {
            "sign-in": await _least_lag(lambda: asyncio.to_thread(sign_in.student, "P120002", CHOSEN, TERMINAL)),
            "staff's sign-in": await _least_lag(
                lambda: asyncio.to_thread(sign_in.staff, "LIN.LI", STAFF_CHOSEN, TERMINAL)
            ),
            "20 verifications": await _least_lag(lambda: _twenty_verifications(school)),
            "import of 1,500 rows": await _least_lag(lambda: _import_in_a_process(settings, roster)),
        }
    finally:
        school.close()


@pytest.mark.alone
async def test_t15_the_loop_beats_on(settings: Settings, tmp_path: Path) -> None:
    lags = await _measure(settings, tmp_path)
    assert max(lags.values()) < _MAX_LAG_SECONDS, lags


@pytest.mark.alone
async def test_t15_an_argon2_on_the_loop_would_be_found(settings: Settings) -> None:
    """The negative control."""
    school = open_school(settings, SystemClock())

    async def on_the_loop() -> None:
        school.sign_in.student("P120002", CHOSEN, TERMINAL)

    assert await _lag_during(on_the_loop()) > _MAX_LAG_SECONDS
    school.close()


@pytest.mark.long
async def test_t15_the_loop_beats_on_ten_times(
    settings: Settings, tmp_path: Path, report: Callable[[str], None]
) -> None:
    worst: dict[str, float] = {}
    for _round in range(10):
        for name, lag in (await _measure(settings, tmp_path)).items():
            worst[name] = max(worst.get(name, 0.0), lag)
    shown = ", ".join(f"{name} {lag * 1000:.1f} ms" for name, lag in worst.items())
    report(f"T15: the loop's longest lag, ten rounds: {shown}")
    assert max(worst.values()) < _MAX_LAG_SECONDS
