"""The bars on an idle kiosk and on memory: with the database loaded, and after many visits.

``python -m bench.idle VISITS`` makes the visits and prints the resident bytes early on and at the end.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence

from bench.homes import Run, small_school
from bench.pseudo_terminal import PseudoTerminal, kiosk, python
from bench.report import Bar, Rounds
from bench.start import BARE, BARE_LABEL, LOGIN_LABEL
from tests.paths import ROOT
from tests.pilot.family.test_nothing_left import visit_often


def bars(run: Run) -> list[Bar]:
    """Run kiosk and bare app in turns; then make the visits in a process of their own."""
    command = kiosk(run.home())
    seconds = 5 if run.short else 20
    rounds = Rounds(
        run.rounds(7), lambda: _idle("kiosk", command, LOGIN_LABEL, seconds) | _idle("bare", BARE, BARE_LABEL, seconds)
    )
    visits = run.rounds(1_000, 60)
    done = subprocess.run(python("-m", "bench.idle", str(visits)), cwd=ROOT, check=True, capture_output=True, text=True)
    early, late = (int(part) / 2**20 for part in done.stdout.split())
    return [
        rounds.ratio("idle processor time / bare", 1.0, "kiosk time", "bare time", f"s in {seconds} s"),
        rounds.ratio("memory with the database loaded / bare", 2.3, "kiosk memory", "bare memory", "MiB"),
        Bar(f"memory after {visits:,} visits / early on", late / early, 1.05, f"{late:.1f} / {early:.1f} MiB"),
    ]


def _idle(name: str, command: Sequence[str], label: str, seconds: float) -> dict[str, float]:
    """Return the processor seconds used while nobody types, and the resident MiB."""
    with PseudoTerminal(command) as terminal:
        terminal.wait_for(label)
        terminal.settle(2.0)
        before = terminal.cpu_seconds()
        time.sleep(seconds)
        return {
            f"{name} time": terminal.cpu_seconds() - before,
            f"{name} memory": terminal.resident_bytes() / 2**20,
        }


if __name__ == "__main__":
    with small_school() as (school, clock):
        print(*asyncio.run(visit_often(school, clock, int(sys.argv[1]))))
