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
@pytest.mark.parametrize("count", [8, pytest.param(200, marks=pytest.mark.long)])
def test_t21_a_power_loss_loses_nothing_acknowledged(
    template: Path, tmp_path: Path, count: int, report: Callable[[str], None]
) -> None:
    """Without waiting for the disk, the negative control, it does; the long form passes checkpoints."""
    found: dict[str, tuple[int, int, int]] = {}
    for synchronous in ("FULL", "NORMAL"):
        settings = settings_of(tmp_path / synchronous)
        shutil.copytree(template, settings.home)
        found[synchronous] = _lost(settings, count, synchronous, tmp_path)
    _failures, lost, worst = found["NORMAL"]
    report(f"T21: {2 * count} power losses; NORMAL: {lost} lost what was acknowledged, up to {worst} at once")
    assert found["FULL"] == (2 * count, 0, 0)
    assert lost > 0
    assert worst > 1
