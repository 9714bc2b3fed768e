"""The bars on typing: from a key to its paint on the heaviest form, and bursts of three fields with Tabs.

``python -m bench.form_typing`` shows the form.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from bench.homes import Run
from bench.pseudo_terminal import PseudoTerminal, python
from bench.report import Bar, Rounds, p95
from bench.start import BARE, BARE_LABEL
from kiosk.app import KioskApp
from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.domain.application_form import Mode
from kiosk.launcher import TEXTUAL_ENVIRONMENT
from kiosk.screens.family.applicant_form import ApplicantFormScreen
from kiosk.services.texts.loader import TextName, load_text
from tests.terminal.harness import Terminal
from tests.terminal.keys import F7
from tests.terminal.samples import sample, typed

_KEYS = 60


class _FormApp(KioskApp):
    """The kiosk with an empty form of the first applicant as its first screen."""

    def get_default_screen(self) -> ApplicantFormScreen:  # type: ignore[override]  # another screen than the login
        return ApplicantFormScreen(
            Mode.ONE_PARENT,
            date(2026, 9, 1),
            position=1,
            entry=None,
            other=None,
            warning=load_text(TextName.WARNING, None).body,
            email_notice=load_text(TextName.EMAIL_NOTICE, None).body,
        )


def bars(run: Run) -> list[Bar]:
    """Type into the form, with the launcher's variables, and into the bare input in turns; then send the bursts."""
    form = python("-m", "bench.form_typing")
    rounds = Rounds(
        run.rounds(9),
        lambda: {
            "form": _key(form, "申請人姓名", TEXTUAL_ENVIRONMENT),
            "bare": _key(BARE, BARE_LABEL, {}),
        },
    )
    bursts = run.rounds(100, 20)
    with sample() as terminal:
        wrong = sum(not _is_right(terminal, number) for number in range(bursts))
    return [
        rounds.ratio("typing on the applicant form, p95 / bare", 2.0, "form", "bare"),
        Bar("typing on the applicant form, p95 in s", rounds.median("form"), 0.016),
        Bar(f"of {bursts} bursts of three fields: wrong", wrong, 0),
    ]


def _key(command: Sequence[str], label: str, environment: Mapping[str, str]) -> float:
    """Return the 95th percentile of the seconds from a key to its paint."""
    with PseudoTerminal(command, environment) as terminal:
        terminal.wait_for(label)
        terminal.settle(1.0)
        return p95(terminal.key_echo("abcdefghij"[number % 10]) for number in range(_KEYS))


def _is_right(terminal: Terminal, number: int) -> bool:
    """Return whether each part of a burst arrives in its field."""
    values = f"P110{number:04}", f"m{number}", f"A1234{number:05}"
    terminal.send(F7 + "\t".join(values))
    try:
        terminal.wait_until(lambda: typed(*values) in terminal.text, what="a burst", timeout=10.0)
    except AssertionError:
        return False
    return True


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        _FormApp(load_settings(Path(folder) / "home", environment={}), SystemClock()).run()
