"""The bars on the start: to the first frame, to the first key echoed; and on a sign-in in an open kiosk."""

from __future__ import annotations

import statistics
import time
from contextlib import suppress

from argon2.exceptions import VerifyMismatchError

from bench.homes import Run, forget_failures
from bench.pseudo_terminal import PseudoTerminal, python
from bench.report import Bar, median_ratio
from kiosk.config.settings import Settings
from kiosk.services.auth.password_hashing import HASHER

BARE, BARE_LABEL = python("-m", "bench.bare"), "READY"
LOGIN_LABEL = "登入帳號"
WRONG_LOGIN, REFUSED = "P999999\tA123456789", "不正確"
_MAX_BEYOND_ARGON2 = 0.08


def kiosk(settings: Settings) -> list[str]:
    """Return the command that runs the kiosk of a home."""
    return python("run_kiosk.py", "run", "--home", str(settings.home))


def bars(run: Run) -> list[Bar]:
    """Start kiosk and bare app in turns; then sign in, and verify a password in this process, in turns."""
    command = kiosk(run.empty)
    frame, ours, bare = median_ratio(
        lambda: _first_frame(command, LOGIN_LABEL), lambda: _first_frame(BARE, BARE_LABEL), run.rounds(15)
    )
    key, *_ = median_ratio(
        lambda: _first_key(command, LOGIN_LABEL), lambda: _first_key(BARE, BARE_LABEL), run.rounds(11)
    )
    password_hash = HASHER.hash("a password")
    rounds = [(_refusal(run.empty), _verification(password_hash)) for _ in range(run.rounds(15))]
    refusal, argon2 = (statistics.median(taken) for taken in zip(*rounds, strict=True))
    return [
        Bar("start to first frame / bare", frame, 1.25, f"{ours * 1000:.0f} ms / {bare * 1000:.0f} ms"),
        Bar("start to first key echoed / bare", key, 1.35),
        Bar(
            "a sign-in in an open kiosk, beyond its argon2 time / 80 ms",
            (refusal - argon2) / _MAX_BEYOND_ARGON2,
            1.0,
            f"{refusal * 1000:.0f} ms, argon2 {argon2 * 1000:.0f} ms",
        ),
    ]


def _first_frame(command: list[str], label: str) -> float:
    with PseudoTerminal(command) as terminal:
        return terminal.wait_for(label)


def _first_key(command: list[str], label: str) -> float:
    with PseudoTerminal(command) as terminal:
        terminal.wait_for(label)
        terminal.send("Q")
        terminal.output = b""
        return terminal.wait_for("Q")


def _refusal(settings: Settings) -> float:
    """Return the seconds from Enter to the answer to a wrong login, the first in an open kiosk at rest."""
    forget_failures(settings)
    with PseudoTerminal(kiosk(settings)) as terminal:
        terminal.wait_for(LOGIN_LABEL)
        terminal.settle(2.0)
        terminal.send(WRONG_LOGIN)
        terminal.settle()
        return terminal.time_painted("\r", REFUSED)


def _verification(password_hash: str) -> float:
    """Return the seconds of one verification with the kiosk's own hasher."""
    began = time.perf_counter()
    with suppress(VerifyMismatchError):
        HASHER.verify(password_hash, "another password")
    return time.perf_counter() - began
