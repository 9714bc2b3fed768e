"""The bars on an idle kiosk and on memory: with the database loaded, and after many visits.

``python -m bench.idle VISITS`` makes the visits and prints the resident bytes early on and at the end.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from argon2 import PasswordHasher

from bench.homes import Run
from bench.pseudo_terminal import ROOT, PseudoTerminal, python
from bench.report import Bar
from bench.start import BARE, BARE_LABEL, LOGIN_LABEL, kiosk
from kiosk.config.settings import load_settings
from kiosk.services.school import open_school
from kiosk.testing.clock import FakeClock
from tests.pilot.conftest import add_students
from tests.pilot.family.test_nothing_left import visit_often

_SECONDS, _SECONDS_IN_SHORT = 20.0, 5.0
_VISITS, _VISITS_IN_SHORT = 1_000, 60


def bars(run: Run) -> list[Bar]:
    """Run kiosk and bare app in turns; then make the visits in a process of their own."""
    seconds = _SECONDS_IN_SHORT if run.short else _SECONDS
    command = kiosk(run.empty)
    rounds = [(_idle(command, LOGIN_LABEL, seconds), _idle(BARE, BARE_LABEL, seconds)) for _ in range(run.rounds(7))]
    ours, bare = [statistics.median(pair[side][0] for pair in rounds) * 1000 for side in (0, 1)]
    idle = statistics.median(a[0] / b[0] for a, b in rounds)
    memory = statistics.median(a[1] / b[1] for a, b in rounds)
    visits = _VISITS_IN_SHORT if run.short else _VISITS
    early, late = _memory_of_visits(visits)
    return [
        Bar("idle processor time / bare", idle, 1.0, f"{ours:.0f} ms / {bare:.0f} ms in {seconds:.0f} s"),
        Bar("memory with the database loaded / bare", memory, 2.3, f"{rounds[0][0][1] >> 20} MiB"),
        Bar(f"memory after {visits:,} visits / early on", late / early, 1.05, f"{late >> 20} MiB / {early >> 20} MiB"),
    ]


def _idle(command: list[str], label: str, seconds: float) -> tuple[float, int]:
    """Return the processor seconds used while nobody types, and the resident bytes."""
    with PseudoTerminal(command) as terminal:
        terminal.wait_for(label)
        terminal.settle(2.0)
        before = terminal.cpu_seconds()
        time.sleep(seconds)
        return terminal.cpu_seconds() - before, terminal.resident_bytes()


def _memory_of_visits(visits: int) -> tuple[int, int]:
    command = python("-m", "bench.idle", str(visits))
    early, late = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return int(early), int(late)


def _visit(visits: int) -> tuple[int, int]:
    """Make visits of every kind; return the resident bytes after a tenth of them and at the end."""
    clock = FakeClock()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder) / "home", environment={})
        school = open_school(settings, clock, PasswordHasher(1, 1024, 1))
        add_students(school)
        memory = asyncio.run(visit_often(school, clock, visits))
        school.close()
    return memory


if __name__ == "__main__":
    sys.stdout.write(" ".join(map(str, _visit(int(sys.argv[1])))))
