"""The bar on bursts of three fields with Tabs, alone and during an import of a roster."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from bench.homes import Run
from bench.pseudo_terminal import ROOT, python
from bench.report import Bar
from bench.roster import csv_of, make_school
from tests.terminal.harness import Terminal
from tests.terminal.keys import F7
from tests.terminal.samples import sample, typed

_BURSTS = 100
_MAX_WAIT = 10.0


def bars(run: Run) -> list[Bar]:
    """Send the bursts alone, then during imports."""
    bursts = run.rounds(_BURSTS, 20)
    with sample() as terminal:
        alone = _count_right(terminal, bursts)
        during = _during_import(run, terminal, bursts)
    return [
        Bar(f"of {bursts} bursts of three fields: right", alone, bursts, at_least=True),
        Bar(f"of {bursts} bursts during an import of {run.students:,}: right", during, bursts, at_least=True),
    ]


def _count_right(terminal: Terminal, bursts: int) -> int:
    return sum(_is_right(terminal, number) for number in range(bursts))


def _is_right(terminal: Terminal, number: int) -> bool:
    """Return whether each part of a burst arrives in its field."""
    values = f"P110{number:04}", f"m{number}", f"A1234{number:05}"
    terminal.send(F7 + "\t".join(values))
    try:
        terminal.wait_until(lambda: typed(*values) in terminal.text, what="a burst", timeout=_MAX_WAIT)
    except AssertionError:
        return False
    return True


def _during_import(run: Run, terminal: Terminal, bursts: int) -> int:
    """Return the count of right bursts during imports, each into another home."""
    right = done = 0
    with tempfile.TemporaryDirectory() as folder:
        file = csv_of(Path(folder) / "roster.csv", run.students)
        while done < bursts:
            home = Path(folder) / f"home{done}"
            make_school(home)
            command = python("run_kiosk.py", "roster", "import", str(file), "--yes", "--home", str(home))
            with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as importing:
                while importing.poll() is None and done < bursts:
                    right += _is_right(terminal, done)
                    done += 1
            if importing.returncode != os.EX_OK:
                raise RuntimeError("the import failed")
    return right
