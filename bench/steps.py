"""Bar 3: each step of a parent's visit, from the push to its first frame, against a bare form of twenty widgets.

The steps are shown by :mod:`bench.shown_steps` in a process of their own, with the environment that the front door
gives a kiosk; the bare form in another, with Textual's own.
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
_LIMIT = 1.2


class _Shower:
    """A process that shows screens on demand, and says how long each took."""

    def __init__(self, what: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.shown_steps", what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def round(self) -> dict[str, float]:
        """The seconds of each screen."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: dict[str, float] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def bars(run: Run) -> list[Bar]:
    """The slowest step over the bare form: medians of the rounds' ratios."""
    bare, kiosk = _Shower("bare", {}), _Shower("kiosk", TEXTUAL_ENVIRONMENT)
    ratios: defaultdict[str, list[float]] = defaultdict(list)
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    try:
        for _round in range(run.rounds(_ROUNDS)):
            (limit,) = bare.round().values()
            for name, taken in kiosk.round().items():
                seconds[name].append(taken)
                ratios[name].append(taken / limit)
    finally:
        bare.close()
        kiosk.close()
    found = {name: statistics.median(of) for name, of in ratios.items()}
    worst = max(found, key=lambda name: found[name])
    detail = f"{worst} {statistics.median(seconds[worst]) * 1000:.0f} ms, the worst of {len(found)}"
    return [Bar("a step shown / a bare form of 20 widgets", found[worst], _LIMIT, detail)]
