"""Restarts the kiosk after a crash, with a clean terminal.

It forks before heavy imports, which costs the start about a millisecond. Between two starts the terminal echoes
nothing and keys raise no signals.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

CRASHED = 70  # EX_SOFTWARE of sysexits.h
NOT_RESTARTED = frozenset({0, 1, 2})
_QUICK_CRASH_SECONDS = 30.0
_MAX_WAIT = 30.0
_SECONDS_TO_END = 3.0
_STOPPING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_IGNORED = (signal.SIGTSTP, signal.SIGQUIT, signal.SIGTTOU)
_WAITED_FOR = frozenset({*_STOPPING, signal.SIGCHLD})
_INPUT, _OUTPUT = 0, 2
_RESET = (
    b"\x18\x1b\\"  # end a sequence that was cut short
    b"\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
    b"\x1b[?1004l\x1b[?2004l\x1b[?2048l\x1b[?1049l\x1b[?7h\x1b[?25h"
    b"\x1bc\x1b[2J\x1b[3J\x1b[H"
)


def restart_wait(quick_crashes: int) -> float:
    """Return the seconds before the next start: 0 after the first crash in a row, then 1, 2, 4 … up to 30."""
    if quick_crashes <= 1:
        return 0.0
    return min(_MAX_WAIT, 2.0 ** min(quick_crashes - 2, 10))


def count_quick_crashes(before: int, lived: float) -> int:
    """Return the crashes in a row; a run of at least 30 seconds resets the count.

    Args:
        before: the count before this crash.
        lived: the seconds that the run lasted.
    """
    return before + 1 if lived < _QUICK_CRASH_SECONDS else 1


def supervise(run: Callable[[], int], report: Callable[[str], None] | None = None) -> int:
    """Run ``run`` in a child process, restart it after each crash, and return its last exit code.

    Exit codes 0, 1 and 2 end it, and so do SIGTERM, SIGHUP and SIGINT, which are passed on. The child ends with
    this process.

    Args:
        run: imports and runs the kiosk in the child; returns its exit code.
        report: takes a line about each crash, without personal data.
    """
    terminal = _Terminal()
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    signals_before = signal.pthread_sigmask(signal.SIG_BLOCK, _WAITED_FOR)
    quick_crashes = 0
    try:
        while True:
            began = time.monotonic()
            code, stopped = _run_once(run, signals_before, report)
            if code not in NOT_RESTARTED:
                terminal.reset()
            if stopped or code in NOT_RESTARTED:
                return code
            quick_crashes = count_quick_crashes(quick_crashes, time.monotonic() - began)
            wait = restart_wait(quick_crashes)
            if report is not None:
                report(f"the kiosk ended with code {code}; it starts again in {wait:.0f} s")
            stopped_by = signal.sigtimedwait(_STOPPING, wait)
            if stopped_by is not None:
                return 128 + stopped_by.si_signo
    finally:
        terminal.give_back()
        signal.pthread_sigmask(signal.SIG_SETMASK, signals_before)


def _run_once(
    run: Callable[[], int], signals: set[int | signal.Signals], report: Callable[[str], None] | None
) -> tuple[int, bool]:
    """Run one child; return its exit code and whether a signal ended it."""
    lifeline, held_by_parent = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(held_by_parent)
        _be_the_child(run, signals, lifeline, report)
    os.close(lifeline)
    try:
        return _wait_for(child)
    finally:
        os.close(held_by_parent)


def _wait_for(child: int) -> tuple[int, bool]:
    """Wait for the child and pass signals on; kill it if it outlives one by three seconds."""
    stopped = False
    while True:
        if stopped:
            event = signal.sigtimedwait(_WAITED_FOR, _SECONDS_TO_END)
            number = event.si_signo if event else signal.SIGKILL
        else:
            number = signal.sigwait(_WAITED_FOR)
        if number != signal.SIGCHLD:
            stopped = True
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM if number == signal.SIGINT else number)
        ended, status = os.waitpid(child, 0 if number == signal.SIGKILL else os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return (code if code >= 0 else 128 - code), stopped


def _be_the_child(
    run: Callable[[], int],
    signals: set[int | signal.Signals],
    lifeline: int,
    report: Callable[[str], None] | None,
) -> None:
    """Run the kiosk, then leave the process in every case."""
    code = CRASHED
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        _end_with_the_parent(lifeline)
        code = run()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException as error:  # the parent's code must not go on in this process
        from kiosk.terminal.crash_report import describe_crash

        if report is not None:
            report(describe_crash(error))
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)  # does not wait for threads


def _end_with_the_parent(lifeline: int) -> None:
    """End this process in order when the other end of the pipe closes."""
    import threading  # only the child needs it

    def watch() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_SECONDS_TO_END)
        os._exit(128 + signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


class _Terminal:
    """The terminal of this process; without one, every method does nothing."""

    def __init__(self) -> None:
        """Save the terminal's modes, then turn echo and key signals off."""
        self._found: list[Any] | None = None
        with suppress(termios.error):
            self._found = termios.tcgetattr(_INPUT)
            self._locked = termios.tcgetattr(_INPUT)
            self._locked[3] &= ~(termios.ECHO | termios.ISIG | termios.ICANON)
            termios.tcsetattr(_INPUT, termios.TCSANOW, self._locked)

    def reset(self) -> None:
        """Clear the screen and drop unread input."""
        if self._found is None:
            return
        with suppress(OSError):
            os.write(_OUTPUT, _RESET)
        with suppress(termios.error):
            termios.tcsetattr(_INPUT, termios.TCSAFLUSH, self._locked)

    def give_back(self) -> None:
        """Restore the saved modes."""
        if self._found is not None:
            with suppress(termios.error):
                termios.tcsetattr(_INPUT, termios.TCSANOW, self._found)
