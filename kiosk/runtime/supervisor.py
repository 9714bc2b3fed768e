"""Keeps the kiosk running: starts it again after a crash, with a clean terminal.

It forks before anything heavy is imported, so it costs about a millisecond of the start; the parent only waits.
While it runs the terminal echoes nothing and makes no signals of keys, so that nobody breaks in, and nothing that
somebody types is shown, between two starts.
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
    """Seconds to wait before the next start: none after the first crash, then 1, 2, 4 … up to 30.

    Args:
        quick_crashes: how many times in a row the kiosk ended soon after its start, this time included.
    """
    if quick_crashes <= 1:
        return 0.0
    return min(_MAX_WAIT, 2.0 ** min(quick_crashes - 2, 10))


def count_quick_crashes(before: int, lived: float) -> int:
    """Count the crashes in a row, beginning anew after a run that lasted.

    Args:
        before: the count before this crash.
        lived: the seconds that the run lasted.
    """
    return before + 1 if lived < _QUICK_CRASH_SECONDS else 1


def supervise(run: Callable[[], int], report: Callable[[str], None] | None = None) -> int:
    """Run ``run`` in a child process until it ends for good, and give its exit code.

    Exit codes 0, 1 and 2 end it, and so do SIGTERM, SIGHUP and SIGINT to this process, which are passed on;
    anything else is a crash, and starts it again. The child ends when this process does.

    Args:
        run: imports and runs the kiosk; gives its exit code. Only the child calls it.
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
    """Run one child; gives its exit code and whether it was asked to end."""
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
    """Wait for the child to end, passing signals on; kills it where it does not end soon after one."""
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
    """Run the kiosk and leave the process, whatever happens."""
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
        os._exit(code)  # threads that still work are not waited for


def _end_with_the_parent(lifeline: int) -> None:
    """Have this process end in order, its terminal restored, when the other end of the pipe is gone."""
    import threading  # here: the parent does without

    def watch() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_SECONDS_TO_END)
        os._exit(128 + signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


class _Terminal:
    """The terminal this process was started on; does nothing where there is none."""

    def __init__(self) -> None:
        """Remember the terminal's modes and lock it: no echo, no signals from keys."""
        self._found: list[Any] | None = None
        with suppress(termios.error):
            self._found = termios.tcgetattr(_INPUT)
            self._locked = termios.tcgetattr(_INPUT)
            self._locked[3] &= ~(termios.ECHO | termios.ISIG | termios.ICANON)
            termios.tcsetattr(_INPUT, termios.TCSANOW, self._locked)

    def reset(self) -> None:
        """Leave nothing of the last visitor on the screen or in what waits to be read."""
        if self._found is None:
            return
        with suppress(OSError):
            os.write(_OUTPUT, _RESET)
        with suppress(termios.error):
            termios.tcsetattr(_INPUT, termios.TCSAFLUSH, self._locked)

    def give_back(self) -> None:
        """Set the terminal's modes as they were found."""
        if self._found is not None:
            with suppress(termios.error):
                termios.tcsetattr(_INPUT, termios.TCSANOW, self._found)
