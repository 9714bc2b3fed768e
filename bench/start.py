"""The bars on the start: to the first frame, to the first key echoed; and on a sign-in in an open kiosk."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from argon2.exceptions import VerifyMismatchError

from bench.homes import Run, clear_failures
from bench.pseudo_terminal import PseudoTerminal, kiosk, python
from bench.report import Bar, Rounds, seconds
from kiosk.config.settings import Settings
from kiosk.services.auth.password_hashing import HASHER

BARE, BARE_LABEL = python("-m", "bench.bare"), "READY"
LOGIN_LABEL = "登入帳號"


def bars(run: Run) -> list[Bar]:
    """Start kiosk and bare app in turns; then sign in, and verify a password in this process."""
    home = run.home()
    command = kiosk(home)
    password_hash = HASHER.hash("a password")
    rounds = Rounds(
        run.rounds(15),
        lambda: {
            "frame": _first_frame(command, LOGIN_LABEL),
            "bare frame": _first_frame(BARE, BARE_LABEL),
            "key": _first_key(command, LOGIN_LABEL),
            "bare key": _first_key(BARE, BARE_LABEL),
            "sign-in": _refusal(home),
            "argon2": seconds(lambda: _verify(password_hash)),
        },
    )
    sign_in, argon2 = rounds.median("sign-in"), rounds.median("argon2")
    return [
        rounds.ratio("start to first frame / bare", 1.25, "frame", "bare frame"),
        rounds.ratio("start to first key echoed / bare", 1.35, "key", "bare key"),
        Bar(
            "a sign-in in an open kiosk beyond its argon2, s", sign_in - argon2, 0.08, f"{sign_in:.3g} / {argon2:.3g} s"
        ),
    ]


def _first_frame(command: Sequence[str], label: str) -> float:
    with PseudoTerminal(command) as terminal:
        return terminal.wait_for(label)


def _first_key(command: Sequence[str], label: str) -> float:
    with PseudoTerminal(command) as terminal:
        terminal.wait_for(label)
        terminal.send("Q")
        terminal.output = b""
        return terminal.wait_for("Q")


def _refusal(home: Settings) -> float:
    """Return the seconds from Enter to the answer to a wrong login, the first in an open kiosk at rest."""
    clear_failures(home)
    with PseudoTerminal(kiosk(home)) as terminal:
        terminal.wait_for(LOGIN_LABEL)
        terminal.settle(2.0)
        terminal.send("P999999\tA123456789")
        terminal.settle()
        return terminal.time_painted("\r", "不正確")


def _verify(password_hash: str) -> None:
    with suppress(VerifyMismatchError):
        HASHER.verify(password_hash, "another password")
