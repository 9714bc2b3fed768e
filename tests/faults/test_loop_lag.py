"""T15: the app's loop goes on beating while passwords are verified, in threads of the app's process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from kiosk.clock import SystemClock
from kiosk.config.settings import Settings
from kiosk.services.auth.password_hashing import HASHER, PasswordStore
from kiosk.services.auth.staff_session import Role
from kiosk.services.school import School, open_school
from tests.builders.filled_school import CHOSEN, add_staff
from tests.builders.school import STAFF_CHOSEN, TERMINAL

_BEAT_SECONDS = 0.005
_MAX_LAG_SECONDS = 0.050
_TRIES = 3  # other work on the machine may hold the loop up once; the kiosk's own would each time


async def _lag_during(work: Awaitable[object]) -> tuple[float, float]:
    """The longest time by which a beat of the loop came late while the work was done, and the time of the work."""
    longest, start = 0.0, time.perf_counter()
    task = asyncio.ensure_future(work)
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(_BEAT_SECONDS)
        longest = max(longest, time.perf_counter() - began - _BEAT_SECONDS)
    await task
    return longest, time.perf_counter() - start


async def _verifications(school: School, count: int) -> None:
    passwords = PasswordStore(school.store.keys, HASHER)
    own_hash = await asyncio.to_thread(passwords.hash, CHOSEN)
    verify = [asyncio.to_thread(passwords.verify, CHOSEN, own_hash, passwords.pepper_id) for _ in range(count)]
    assert all(await asyncio.gather(*verify))


async def test_t15_the_loop_beats_on_while_passwords_are_verified(settings: Settings) -> None:
    """Eight at once hold the loop up for a part of their time only; one on the loop, the control, for all of it."""
    school = open_school(settings, SystemClock())

    async def on_the_loop() -> None:
        school.sign_in.student("P120002", CHOSEN, TERMINAL)

    for work, holds_up in ((_verifications(school, 8), False), (on_the_loop(), True)):
        lag, took = await _lag_during(work)
        assert (lag > took / 2) == holds_up, (lag, took)
    school.close()


@pytest.mark.long
async def test_t15_no_beat_is_late_in_ten_rounds(settings: Settings, report: Callable[[str], None]) -> None:
    school = open_school(settings, SystemClock())
    add_staff(school, "LIN.LI", Role.REGISTRAR)
    sign_in = school.sign_in
    works: dict[str, Callable[[], Awaitable[object]]] = {
        "sign-in": lambda: asyncio.to_thread(sign_in.student, "P120002", CHOSEN, TERMINAL),
        "staff's sign-in": lambda: asyncio.to_thread(sign_in.staff, "LIN.LI", STAFF_CHOSEN, TERMINAL),
        "20 verifications": lambda: _verifications(school, 20),
    }
    worst = dict.fromkeys(works, 0.0)
    for _round in range(10):
        for name, work in works.items():
            lags: list[float] = []
            while len(lags) < _TRIES and min(lags, default=1.0) >= _MAX_LAG_SECONDS:
                lags.append((await _lag_during(work()))[0])
            worst[name] = max(worst[name], min(lags))
    school.close()
    report("T15: longest lag, ten rounds: " + ", ".join(f"{name} {lag * 1000:.1f} ms" for name, lag in worst.items()))
    assert max(worst.values()) < _MAX_LAG_SECONDS
