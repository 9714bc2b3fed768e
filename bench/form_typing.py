"""Bar 2: typing into the heaviest form, against a bare input."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from bench.homes import Run
from bench.pseudo_terminal import PseudoTerminal, python
from bench.report import Bar, percentile
from bench.start import BARE, BARE_LABEL

_KEYS = 60
_FORM, _FORM_LABEL = python("-m", "bench.form"), "申請人姓名"


@dataclass(frozen=True)
class _Typed:
    """Seconds to the echo of a key, its median and 95th percentile; processor seconds a key."""

    p50: float
    p95: float
    processor: float


def bars(run: Run) -> list[Bar]:
    """Form and bare input in turns, each started anew."""
    rounds = [(_typing(_FORM, _FORM_LABEL), _typing(BARE, BARE_LABEL)) for _ in range(run.rounds(9))]
    result = []
    for field, what, limit in (("p50", "p50", 1.6), ("p95", "p95", 2.0), ("processor", "processor time a key", 1.5)):
        ours, bare = ([getattr(pair[side], field) for pair in rounds] for side in (0, 1))
        ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
        detail = f"{statistics.median(ours) * 1000:.1f} ms / {statistics.median(bare) * 1000:.1f} ms"
        result.append(Bar(f"typing on the applicant form, {what} / bare", ratio, limit, detail))
    return result


def _typing(command: list[str], label: str) -> _Typed:
    with PseudoTerminal(command) as terminal:
        terminal.wait_for(label)
        terminal.settle(1.0)
        before = terminal.cpu_seconds()
        keys = [terminal.key_echo("abcdefghij"[number % 10]) for number in range(_KEYS)]
        used = terminal.cpu_seconds() - before
        return _Typed(percentile(keys, 0.5), percentile(keys, 0.95), used / _KEYS)
