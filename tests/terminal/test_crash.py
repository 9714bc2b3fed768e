"""The end of the app, wanted or not: nothing of a visitor stays, and it comes back (T06, T11)."""

from __future__ import annotations

import signal
import sys
import termios
from pathlib import Path

import psutil
import pytest

from tests.terminal.harness import Terminal, python
from tests.terminal.sample_app import SECRET
from tests.terminal.samples import F5, F7, assert_types_on, sample, typed

NAME = "王小明"


def supervised(*arguments: str) -> Terminal:
    return sample("--supervised", *arguments)


def test_a_crash_shows_and_logs_no_personal_data_and_the_app_comes_back(tmp_path: Path) -> None:
    report = tmp_path / "report"
    with supervised("--traps", "--report", str(report)) as terminal:
        crashed = terminal.app_process
        terminal.does(f"{NAME}\t\t{SECRET}", typed(NAME, "", SECRET))
        terminal.send(F5)
        gone = terminal.wait_gone(NAME)
        back = terminal.wait_for("sample")
        assert gone + back < 3.0
        assert terminal.app_process.pid != crashed.pid
        assert SECRET.encode() not in terminal.raw
        assert b"Traceback" not in terminal.raw
        assert_types_on(terminal)
        told = report.read_text(encoding="utf-8")
        assert "ValueError" in told
        assert "sample_app.py" in told
        assert SECRET not in told
        assert NAME not in told


def test_a_crash_without_a_supervisor_ends_with_its_own_code_and_a_silent_screen() -> None:
    with sample("--traps") as terminal:
        terminal.send(f"{NAME}{F5}")
        assert terminal.wait_exit() == 70
        assert NAME not in terminal.text
        assert b"ValueError" not in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV])
def test_after_the_app_is_killed_the_screen_is_clean_and_the_app_comes_back(number: signal.Signals) -> None:
    took: list[tuple[float, float]] = []
    with supervised() as terminal:
        while not took or (len(took) < 3 and not (took[-1][0] < 1.0 and took[-1][1] < 3.0)):
            terminal.does(NAME, typed(NAME, "", ""))
            terminal.signal(number, app=True)
            gone = terminal.wait_gone(NAME)
            took.append((gone, gone + terminal.wait_for("sample", 30)))
            assert_types_on(terminal)
            terminal.does(F7, typed("", "", ""))
    assert took[-1][0] < 1.0
    assert took[-1][1] < 3.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_the_supervisor_ends_everything_and_gives_the_terminal_back(number: signal.Signals) -> None:
    with Terminal(python("-m", "tests.terminal.sample_app", "--supervised")) as terminal:
        before = termios.tcgetattr(terminal.process.child_fd)
        terminal.wait_for("sample")
        app = terminal.app_process
        terminal.does(NAME, NAME)
        terminal.signal(number)
        expected = signal.SIGTERM if number == signal.SIGINT else number
        assert terminal.wait_exit() == 128 + expected
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
        terminal.wait_until(lambda: not is_alive(app), 5.0, "the end of the app")
        terminal.wait_gone(NAME)
        assert b"\x1b[?1049l" in terminal.raw


def is_alive(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


def test_the_app_ends_when_its_terminal_is_gone() -> None:
    with supervised() as terminal:
        family = [psutil.Process(terminal.process.pid), terminal.app_process]
        terminal.process.close(force=False)
        _gone, alive = psutil.wait_procs(family, timeout=8.0)
        assert [process for process in alive if is_alive(process)] == []


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGQUIT, signal.SIGINT])
def test_signals_that_would_stop_it_are_ignored(number: signal.Signals) -> None:
    with sample() as terminal:
        terminal.signal(number)
        assert_types_on(terminal)


def test_it_goes_on_after_being_stopped_from_outside() -> None:
    with supervised() as terminal:
        app = terminal.app_process
        threads = app.num_threads()
        terminal.signal(signal.SIGSTOP, app=True)
        terminal.wait_until(lambda: app.status() == psutil.STATUS_STOPPED, what="the stop")
        terminal.signal(signal.SIGCONT, app=True)
        assert_types_on(terminal)
        assert app.num_threads() == threads


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
        "import sys, time; from kiosk.runtime.supervisor import supervise\n"
        "def run():\n    print('starting', flush=True)\n    time.sleep(30)\n    return 0\n"
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
