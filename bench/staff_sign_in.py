"""The bar on a staff sign-in: keys on the heaviest form while it hashes, against the same form alone.

``python -m bench.staff_sign_in HOME`` shows the form: F2 begins to sign in again and again in threads, F3 ends it.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from bench.form import FormApp, form_terminal
from bench.homes import REGISTRAR, Run
from bench.pseudo_terminal import PseudoTerminal
from bench.report import Bar, percentile
from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.services.school import open_school
from tests.builders.school import STAFF_CHOSEN, TERMINAL

_ROUNDS = 9
_KEYS = 60
_BEGIN, _END = "\x1bOQ", "\x1bOR"


class SigningInApp(FormApp):
    """The form, with staff sign-ins that never rest."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "begin", priority=True),
        Binding("f3", "end", priority=True),
    ]
    signing_in = False

    def action_begin(self) -> None:
        """Sign in again and again."""
        self.signing_in = True
        self._sign_in()

    def action_end(self) -> None:
        """Sign in no more."""
        self.signing_in = False

    @work
    async def _sign_in(self) -> None:
        while self.signing_in:
            await asyncio.to_thread(self.school.sign_in.staff, REGISTRAR, STAFF_CHOSEN, TERMINAL)


def bars(run: Run) -> list[Bar]:
    """Type with and without sign-ins, in turns on the same form."""
    rounds = []
    with form_terminal("bench.staff_sign_in", str(run.empty.home)) as terminal:
        for _round in range(run.rounds(_ROUNDS)):
            idle = _keys(terminal)
            terminal.send(_BEGIN)
            terminal.settle(0.3, at_most=1.0)
            busy = _keys(terminal)
            terminal.send(_END)
            terminal.settle(0.3, at_most=1.0)
            rounds.append((percentile(busy, 0.95), percentile(idle, 0.95)))
    ratio = statistics.median(busy / idle for busy, idle in rounds)
    shown = [statistics.median(pair[side] for pair in rounds) * 1000 for side in (0, 1)]
    detail = f"{shown[0]:.1f} ms / {shown[1]:.1f} ms"
    return [Bar("p95 of a key while a staff sign-in hashes / idle", ratio, 3.0, detail)]


def _keys(terminal: PseudoTerminal) -> list[float]:
    """Type a letter and delete it in turns, so that the field never fills."""
    return [terminal.key_echo("\x7f" if place % 2 else "a") for place in range(_KEYS)]


if __name__ == "__main__":
    settings = load_settings(Path(sys.argv[1]), environment={})
    SigningInApp(settings, SystemClock(), open_school(settings, SystemClock())).run()
