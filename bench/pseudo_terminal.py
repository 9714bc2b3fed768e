"""A program in a pseudo-terminal of its own, timed from outside, as a person would see it."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import psutil

from kiosk.config.settings import Settings
from tests.paths import ROOT


class PseudoTerminal:
    """Run a command in a 100x30 pseudo-terminal and time what it prints."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start the command; the clock runs from here."""
        fixed = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
        self.started = time.perf_counter()
        self.pid, self.descriptor = os.forkpty()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execvpe(command[0], list(command), {**os.environ, **fixed, **(environment or {})})
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.output = b""

    def __enter__(self) -> Self:
        """Return it, already started."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End it."""
        self.close()

    def wait_for(self, text: str, timeout: float = 30.0) -> float:
        """Return the seconds from the start of the command until :attr:`output` contains ``text``."""
        wanted, deadline = text.encode(), time.perf_counter() + timeout
        while wanted not in self.output:
            left = deadline - time.perf_counter()
            if left <= 0 or not self._read(left):
                raise TimeoutError(f"{text!r} was not printed")
        return time.perf_counter() - self.started

    def _read(self, timeout: float) -> bool:
        ready, _, _ = select.select([self.descriptor], [], [], timeout)
        if not ready:
            return False
        try:
            piece = os.read(self.descriptor, 1 << 16)
        except OSError:
            return False
        self.output += piece
        return bool(piece)

    def settle(self, quiet: float = 0.3, at_most: float = 10.0) -> None:
        """Read until nothing has been printed for ``quiet`` seconds, then forget it."""
        deadline = time.perf_counter() + at_most
        while time.perf_counter() < deadline and self._read(quiet):
            pass
        self.output = b""

    def send(self, text: str) -> None:
        """Type."""
        os.write(self.descriptor, text.encode())

    def key_echo(self, key: str) -> float:
        """Return the seconds from a key to the first byte printed for it."""
        self.output = b""
        began = time.perf_counter()
        self.send(key)
        if not self._read(5.0):
            raise TimeoutError("a key was not echoed")
        taken = time.perf_counter() - began
        self.settle(quiet=0.02, at_most=0.5)
        return taken

    def time_painted(self, keys: str, pattern: str = "", quiet: float = 0.06) -> float:
        """Return the seconds from typing ``keys`` to the last byte printed for them.

        Args:
            keys: the typed text.
            pattern: a regular expression that the output must match; no silence ends the wait before it does.
            quiet: seconds of silence that end the wait.

        Raises:
            TimeoutError: nothing was printed, or nothing that matches.
        """
        self.output = b""
        wanted = re.compile(pattern.encode())
        began = last = time.perf_counter()
        self.send(keys)
        while self._read(quiet if self.output and wanted.search(self.output) else 5.0):
            last = time.perf_counter()
        if not self.output or not wanted.search(self.output):
            raise TimeoutError("the typed keys were not answered")
        return last - began

    def _processes(self) -> list[psutil.Process]:
        """Return the command's process and all its children."""
        own = psutil.Process(self.pid)
        return [own, *own.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Return the processor time so far: the first ``schedstat`` figure of all threads, in nanoseconds (Linux)."""
        tasks = [task for process in self._processes() for task in Path(f"/proc/{process.pid}/task").iterdir()]
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def resident_bytes(self) -> int:
        """Return the resident bytes of the largest process; a supervisor beside it shares its pages."""
        return max(int(process.memory_info().rss) for process in self._processes())

    def close(self) -> None:
        """End it."""
        for process in self._processes():
            process.send_signal(signal.SIGKILL)
        os.close(self.descriptor)
        os.waitpid(self.pid, 0)


def python(*arguments: str) -> list[str]:
    """Return the command that runs this interpreter with these arguments."""
    return [sys.executable, *arguments]


def kiosk(settings: Settings) -> list[str]:
    """Return the command that runs the kiosk of a home."""
    return python("run_kiosk.py", "run", "--home", str(settings.home))
