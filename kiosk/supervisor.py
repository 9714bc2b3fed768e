"""Keeps the kiosk running: starts it again after a crash, with a clean terminal.

It forks before anything heavy is imported, so it costs about a millisecond of the start; the parent only waits.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable

NOT_RESTARTED = frozenset({0, 1, 2})
_QUICK_CRASH_SECONDS = 30.0
_LONGEST_WAIT = 30.0
_RESET = b"\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?25h\x1bc\x1b[2J\x1b[3J\x1b[H"


def restart_wait(quick_crashes: int) -> float:
    """Seconds to wait before the next start: none after the first crash, then 1, 2, 4 … up to 30."""
    if quick_crashes <= 1:
        return 0.0
    return min(_LONGEST_WAIT, 2.0 ** min(quick_crashes - 2, 10))


def supervise(run: Callable[[], int]) -> int:
    """Run ``run`` in a child until it ends for good, and give its exit code.

    Exit codes 0, 1 and 2 and a signal passed on to the child end it; anything else is a crash, and starts it again.
    """
    saved = termios.tcgetattr(0) if os.isatty(0) else None
    stopped_by: list[int] = []
    child = 0

    def pass_on(number: int, _frame: object) -> None:
        stopped_by.append(number)
        if child:
            os.kill(child, number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    for number in (signal.SIGINT, signal.SIGTSTP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    quick_crashes = 0
    while True:
        began = time.monotonic()
        supervisor = os.getpid()
        child = os.fork()
        if child == 0:
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            _die_with(supervisor)
            _leave(run())
        code = os.waitstatus_to_exitcode(_wait(child))
        if stopped_by:
            _reset_terminal(saved)
            return 128 + stopped_by[0]
        if code in NOT_RESTARTED:
            return code
        _reset_terminal(saved)
        quick_crashes = quick_crashes + 1 if time.monotonic() - began < _QUICK_CRASH_SECONDS else 1
        if _wait_or_stop(restart_wait(quick_crashes), stopped_by):
            return 128 + stopped_by[0]


def _wait(child: int) -> int:
    return os.waitpid(child, 0)[1]


def _wait_or_stop(seconds: float, stopped_by: list[int]) -> bool:
    """Wait between two starts; True where a signal asked to end meanwhile."""
    deadline = time.monotonic() + seconds
    while not stopped_by and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))
    return bool(stopped_by)


def _leave(code: int) -> None:
    """End the child as a program does: what is buffered written, threads that still work not waited for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _die_with(supervisor: int) -> None:
    """Have the kernel end this process when the supervisor is gone (prctl(2), Linux)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    parent_death_signal = 1
    ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(1)


def _reset_terminal(saved: list[object] | None) -> None:
    """Leave nothing of the last visitor on the screen, and the terminal as it was found."""
    if saved is None:
        return
    termios.tcsetattr(0, termios.TCSAFLUSH, saved)  # type: ignore[arg-type]  # what tcgetattr gave, typed as Any there
    os.write(1, _RESET)
