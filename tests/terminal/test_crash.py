"""The end of the app, wanted or not: nothing of a visitor stays, and the terminal is given back (T06, T11).

What the kiosk does when it crashes or is killed stands in `test_walk_faults`.
"""

from __future__ import annotations

import signal
import sys
import termios

import psutil
import pytest

from tests.terminal.harness import Terminal, python
from tests.terminal.keys import F5
from tests.terminal.sample_app import SECRET
from tests.terminal.samples import assert_types_on, sample

NAME = "王小明"


def test_a_crash_without_a_supervisor_ends_with_its_own_code_and_a_silent_screen() -> None:
    with sample("--traps") as terminal:
        terminal.send(f"{NAME}{F5}")
        assert terminal.wait_exit() == 70
        assert NAME not in terminal.text
        assert b"ValueError" not in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_signals_do_not_stop_the_app_and_one_to_the_supervisor_ends_everything(number: signal.Signals) -> None:
    with Terminal(python("-m", "tests.terminal.sample_app", "--supervised")) as terminal:
        before = termios.tcgetattr(terminal.process.child_fd)
        terminal.wait_for("sample")
        app = terminal.app_process
        for ignored in (signal.SIGTSTP, signal.SIGQUIT, signal.SIGINT):
            terminal.signal(ignored, app=True)
            assert_types_on(terminal, ignored.name)
        threads = app.num_threads()
        terminal.signal(signal.SIGSTOP, app=True)
        terminal.wait_until(lambda: app.status() == psutil.STATUS_STOPPED, what="the stop")
        terminal.signal(signal.SIGCONT, app=True)
        assert_types_on(terminal)
        assert app.num_threads() == threads
        terminal.does(NAME, NAME)
        terminal.signal(number)
        assert terminal.wait_exit() == 128 + (signal.SIGTERM if number == signal.SIGINT else number)
        assert not app.is_running()
        assert NAME not in terminal.text
        assert termios.tcgetattr(terminal.process.child_fd)[3] == before[3]


def test_the_app_ends_in_order_when_its_supervisor_is_killed() -> None:
    command = f"{sys.executable} -m tests.terminal.sample_app --supervised; exec cat"
    with Terminal(["/bin/sh", "-c", command]) as terminal:
        terminal.wait_for("sample")
        supervisor = terminal.app_process
        [app] = supervisor.children()
        terminal.does(NAME, NAME)
        supervisor.kill()
        terminal.wait_until(lambda: not is_alive(app), what="the end of the app")
        terminal.wait_gone(NAME)
        assert b"\x1b[?1049l" in terminal.raw


def test_the_app_ends_when_its_terminal_is_gone() -> None:
    with sample("--supervised") as terminal:
        family = [psutil.Process(terminal.process.pid), terminal.app_process]
        terminal.process.close(force=False)
        _gone, alive = psutil.wait_procs(family, timeout=60.0)
        assert [process for process in alive if is_alive(process)] == []


def is_alive(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


ENDING = (
    "import sys; from kiosk.runtime.supervisor import supervise; "
    "print('one clear line'); sys.exit(supervise(lambda: {}))"
)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_an_end_for_good_is_not_restarted_and_its_words_stay_on_screen(code: int) -> None:
    with Terminal(python("-c", ENDING.format(code))) as terminal:
        assert terminal.wait_exit() == code
        assert "one clear line" in terminal.text


def test_nothing_typed_between_two_starts_is_shown_or_obeyed() -> None:
    between = (
        "import signal, sys; from kiosk.runtime.supervisor import supervise\n"
        "def run():\n    print('starting', flush=True)\n    signal.pause()\n    return 0\n"
        "sys.exit(supervise(run))"
    )
    with Terminal(python("-c", between)) as terminal:
        terminal.wait_for("starting")
        process = terminal.app_process.pid
        terminal.send(f"{SECRET}\r\x03\x1c\x1a")
        terminal.read(0.3)
        assert SECRET not in terminal.text
        assert terminal.app_process.pid == process
        assert terminal.app_process.status() != psutil.STATUS_STOPPED
