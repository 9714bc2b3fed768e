"""T21: the power fails at any acknowledgement; every acknowledged application is there when it comes back."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.config.settings import Settings
from tests.builders.filled_school import open_cheaply, settings_of
from tests.faults.power_loss import TRACED, Disk
from tests.faults.test_kill import audit_is_whole, kept
from tests.paths import ROOT

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing: make test-tools")


def _trace(settings: Settings, count: int, synchronous: str, trace: Path) -> Disk:
    """Have a process submit under strace, then kill it; returns the disk as it stood before."""
    disk = Disk(settings.home)
    command = ["strace", "-f", "-xx", "-s", "200000", "-e", f"trace={TRACED}", "-e", "signal=none", "-o", str(trace)]
    command += [sys.executable, "-m", "tests.faults.worker", str(settings.home), "1", str(count), synchronous]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line == "done\n":
                break
        os.killpg(process.pid, signal.SIGKILL)
    return disk


def _lost(settings: Settings, count: int, synchronous: str, folder: Path) -> tuple[int, int, int]:
    """Fail the power at each acknowledgement, twice; returns the failures, the acknowledged lost, and the worst."""
    trace = folder / "trace"
    disk = _trace(settings, count, synchronous, trace)
    acknowledged: set[str] = set()
    failures = lost = worst = 0
    for line in disk.replay(trace):
        if not line.startswith("ack "):
            continue
        acknowledged.add(line.removeprefix("ack "))
        for chance in (None, random.Random(len(acknowledged))):
            home = folder / f"after{failures}"
            home.mkdir(mode=0o700)
            disk.write_to(home, chance)
            missing = len(acknowledged - kept(settings_of(home)))
            failures, lost, worst = failures + 1, lost + bool(missing), max(worst, missing)
            if failures % 20 == 1 and not missing:
                school = open_cheaply(settings_of(home))
                assert audit_is_whole(school)
                school.close()
            shutil.rmtree(home)
    assert len(acknowledged) == count
    return failures, lost, worst


@needs_strace
def test_t21_a_power_loss_loses_nothing_acknowledged(settings: Settings, tmp_path: Path) -> None:
    assert _lost(settings, 8, "FULL", tmp_path) == (16, 0, 0)


@needs_strace
def test_t21_without_waiting_for_the_disk_it_would_be_found(settings: Settings, tmp_path: Path) -> None:
    """The negative control."""
    _failures, lost, worst = _lost(settings, 8, "NORMAL", tmp_path)
    assert lost > 0
    assert worst > 1


@needs_strace
@pytest.mark.long
def test_t21_through_checkpoints(settings: Settings, tmp_path: Path, report: Callable[[str], None]) -> None:
    again = settings_of(tmp_path / "again")
    shutil.copytree(settings.home, again.home)
    failures, lost, _worst = _lost(settings, 200, "FULL", tmp_path)
    _failures, control, worst = _lost(again, 200, "NORMAL", tmp_path)
    report(f"T21: {failures} power losses, {lost} lost anything acknowledged; NORMAL: {control}, up to {worst} at once")
    assert lost == 0
    assert control > 0
