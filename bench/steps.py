"""The bar on the steps: from the push of each step of a family's visit to its first frame.

:mod:`bench.shown_steps` shows the steps in one process, with the variables that the launcher gives Textual, and bare
forms of several sizes in another, with Textual's own. Each step is compared with the form nearest to its size.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping

from bench.homes import Run
from bench.report import Bar
from kiosk.launcher import TEXTUAL_ENVIRONMENT

_ROUNDS = 9
_LIMIT = 1.5
_MAX_SECONDS = 0.15


class _Shower:
    """A process that shows screens on demand and times them."""

    def __init__(self, what: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.shown_steps", what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def round(self) -> dict[str, tuple[float, int]]:
        """Return the seconds of each screen, and its number of widgets."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: dict[str, tuple[float, int]] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def bars(run: Run) -> list[Bar]:
    """Show steps and forms in turns: medians of the rounds for each step, then the worst step."""
    bare, kiosk = _Shower("bare", {}), _Shower("kiosk", TEXTUAL_ENVIRONMENT)
    ratios: defaultdict[str, list[float]] = defaultdict(list)
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    sizes: dict[str, tuple[int, int]] = {}
    try:
        for _round in range(run.rounds(_ROUNDS)):
            form_seconds = {count: taken for taken, count in bare.round().values()}
            for name, (taken, count) in kiosk.round().items():
                nearest = min(form_seconds, key=lambda size: abs(size - count))
                seconds[name].append(taken)
                ratios[name].append(taken / form_seconds[nearest])
                sizes[name] = count, nearest
    finally:
        bare.close()
        kiosk.close()
    ratio, worst = max((statistics.median(of), name) for name, of in ratios.items())
    longest, slowest = max((statistics.median(of), name) for name, of in seconds.items())
    count, nearest = sizes[worst]
    detail = f"{worst}, {statistics.median(seconds[worst]) * 1000:.0f} ms, {count} widgets / {nearest}"
    return [
        Bar(f"the slowest of {len(ratios)} steps / a bare form of as many widgets", ratio, _LIMIT, detail),
        Bar("the slowest step / 150 ms", longest / _MAX_SECONDS, 1.0, f"{slowest}, {longest * 1000:.0f} ms"),
    ]
