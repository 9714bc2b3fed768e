from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from kiosk.clock import Clock, SystemClock
from kiosk.testing.clock import FakeClock


def test_the_system_clock_gives_aware_utc() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs((datetime.now(UTC) - now).total_seconds()) < 5


def test_elapsed_counts_from_the_machines_start_and_never_goes_back() -> None:
    clock = SystemClock()
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    first, second = clock.elapsed(), clock.elapsed()
    assert before <= first <= second <= time.clock_gettime(time.CLOCK_BOOTTIME)


def test_the_boot_id_is_the_kernels(tmp_path: Path) -> None:
    file = tmp_path / "boot_id"
    file.write_text("0b5ac2f4-0000-4000-8000-000000000001\n", encoding="ascii")
    assert SystemClock(file).boot_id == "0b5ac2f4-0000-4000-8000-000000000001"


def test_without_a_boot_id_every_start_is_a_new_run(tmp_path: Path) -> None:
    missing = tmp_path / "boot_id"
    clock = SystemClock(missing)
    assert clock.boot_id
    assert clock.boot_id == clock.boot_id
    assert clock.boot_id != SystemClock(missing).boot_id


def test_the_fake_clock_stands_still_until_advanced() -> None:
    fake = FakeClock()
    clock: Clock = fake
    now, elapsed = clock.now(), clock.elapsed()
    assert (clock.now(), clock.elapsed()) == (now, elapsed)
    fake.advance(90.5)
    assert clock.now() - now == timedelta(seconds=90.5)
    assert clock.elapsed() - elapsed == 90.5


def test_setting_the_fake_wall_clock_leaves_the_elapsed_time() -> None:
    clock = FakeClock()
    elapsed = clock.elapsed()
    taipei = timezone(timedelta(hours=8))
    clock.set_wall(datetime(2027, 9, 1, 9, 0, tzinfo=taipei))
    assert clock.now() == datetime(2027, 9, 1, 1, 0, tzinfo=UTC)
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.elapsed() == elapsed


def test_the_fake_machine_restarts_into_a_new_run() -> None:
    clock = FakeClock()
    run, wall = clock.boot_id, clock.now()
    clock.restart_machine()
    assert clock.boot_id != run
    assert clock.elapsed() == 0
    assert clock.now() == wall


def test_the_fake_clock_refuses_impossible_times() -> None:
    clock = FakeClock()
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="aware"):
        clock.set_wall(datetime(2027, 9, 1))  # noqa: DTZ001 - the naive time is what is refused
