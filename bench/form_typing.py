"""The bar on typing: from a key to its paint on the heaviest form."""

from __future__ import annotations

from bench.form import form_terminal
from bench.homes import Run
from bench.pseudo_terminal import PseudoTerminal
from bench.report import Bar, median_ratio, percentile
from bench.start import BARE, BARE_LABEL

_KEYS = 60
_MAX_SECONDS = 0.016


def bars(run: Run) -> list[Bar]:
    """Type into the form and into the bare input in turns, each started anew."""
    ratio, ours, bare = median_ratio(_on_the_form, _on_the_bare_input, run.rounds(9))
    detail = f"{ours * 1000:.1f} ms / {bare * 1000:.1f} ms"
    return [
        Bar("typing on the applicant form, p95 / bare", ratio, 2.0, detail),
        Bar("typing on the applicant form, p95 / 16 ms", ours / _MAX_SECONDS, 1.0),
    ]


def _on_the_form() -> float:
    with form_terminal("bench.form") as terminal:
        return _p95(terminal)


def _on_the_bare_input() -> float:
    with PseudoTerminal(BARE) as terminal:
        terminal.wait_for(BARE_LABEL)
        terminal.settle(1.0)
        return _p95(terminal)


def _p95(terminal: PseudoTerminal) -> float:
    return percentile([terminal.key_echo("abcdefghij"[number % 10]) for number in range(_KEYS)], 0.95)
