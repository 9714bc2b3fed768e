"""A real pseudo-terminal with a screen in memory: what pilot tests cannot see (signals, raw bytes, crash output).

`Terminal` starts a program, reads what it paints and says what stands on the screen. There are no sleeps: every
wait has a condition and a deadline.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pexpect
import psutil
import pyte

from tests.paths import ROOT

_NOT_FOR_PYTE = re.compile(r"\x1b\[[<>=?][0-9;]*[upq$][py]?|\x1b\[[<>][0-9;]*[A-Za-z]")
_POLL, _ANSWER_SECONDS = 0.02, 0.5
_PATIENCE = 90.0
"""Seconds that a busy machine may take for anything; what a person would wait is measured by long tests and bench."""
_READS_OF_A_PICTURE = 64


class Terminal:
    """A program in a terminal of its own.

    Args:
        command: the program and its arguments; ``[sys.executable, …]`` for Python.
        size: columns and rows.
        env: environment variables to add; None as a value takes one away.
        folder: where the program runs; the project by default.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str | None] | None = None,
        folder: Path = ROOT,
    ) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        for name, value in (env or {}).items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value
        columns, rows = size
        self.raw = bytearray()
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self.process = pexpect.spawn(
            command[0],
            list(command[1:]),
            env=environment,
            dimensions=(rows, columns),
            timeout=10,
            cwd=str(folder),
            echo=False,
            preexec_fn=_heed_ctrl_c,
        )
        self.process.delaybeforesend = None

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def text(self) -> str:
        """What stands on the screen, rows joined by newlines; wide characters without the blank after them."""
        for _more in range(_READS_OF_A_PICTURE):  # one picture may come in several pieces
            if not self.read():
                break
        return "\n".join(self._row(number) for number in range(self.screen.lines))

    def _row(self, number: int) -> str:
        cells = self.screen.buffer[number]
        return "".join(cells[column].data for column in range(self.screen.columns)).rstrip()

    def read(self, timeout: float = 0.0) -> bool:
        """Take in what the program wrote; False where there was nothing."""
        try:
            data = self.process.read_nonblocking(65536, timeout)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.raw += data
        self._stream.feed(_NOT_FOR_PYTE.sub("", self.shown(self._decoder.decode(data))))
        return True

    def shown(self, text: str) -> str:
        """What of the painted text the screen in memory is given: all of it."""
        return text

    def send(self, keys: str | bytes, *, deadline: float = _PATIENCE) -> None:
        """Type, reading what is painted meanwhile so that neither side waits for the other."""
        data = keys.encode("utf-8", "surrogateescape") if isinstance(keys, str) else keys
        end = time.monotonic() + deadline
        os.set_blocking(self.process.child_fd, False)
        try:
            while data:
                assert time.monotonic() < end, "the program takes no more input"
                try:
                    data = data[os.write(self.process.child_fd, data[:1024]) :]
                except BlockingIOError:
                    self.read(_POLL)
        finally:
            os.set_blocking(self.process.child_fd, True)

    def wait_until(self, condition: Callable[[], bool], *, what: str, timeout: float = _PATIENCE) -> float:
        """Wait for a condition, taking in what is painted; gives the seconds it took.

        Raises:
            AssertionError: it did not come true in time; the message shows the screen.
        """
        began = time.monotonic()
        while not condition():
            waited = time.monotonic() - began
            assert waited < timeout, f"{what} did not come within {timeout} s; on screen:\n{self.text}"
            self.read(_POLL)
        return time.monotonic() - began

    def wait_for(self, text: str) -> float:
        """Wait for a text on the screen; gives the seconds it took."""
        return self.wait_until(lambda: text in self.text, what=repr(text))

    def wait_gone(self, text: str) -> float:
        """Wait until a text has left the screen; gives the seconds it took."""
        return self.wait_until(lambda: text not in self.text, what=f"the end of {text!r}")

    def does(self, keys: str | bytes, seen: str) -> float:
        """Type, and wait for a text on the screen; gives the seconds it took."""
        self.send(keys)
        return self.wait_for(seen)

    def insists(self, keys: str | bytes, seen: str) -> None:
        """Type, every half a second anew, until a text stands there: input that comes too early may be dropped."""
        self.wait_until(lambda: self._answers(keys, seen), what=f"{seen!r} after typing")

    def _answers(self, keys: str | bytes, seen: str) -> bool:
        self.send(keys)
        end = time.monotonic() + _ANSWER_SECONDS
        while time.monotonic() < end:
            if seen in self.text:
                return True
            self.read(_POLL)
        return False

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size, as a person does by dragging it."""
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    @property
    def alive(self) -> bool:
        """Whether the program that was started runs."""
        return bool(self.process.isalive())

    def wait_exit(self) -> int:
        """Wait for the end of the program; gives its exit code, 128 and more for a signal."""
        self.wait_until(lambda: not self.alive, what="the end of the program")
        while self.read():
            pass
        if self.process.signalstatus is not None:
            return 128 + int(self.process.signalstatus)
        return int(self.process.exitstatus)

    @property
    def app_process(self) -> psutil.Process:
        """The process that runs the app: the supervisor's child, or the program itself where there is none."""
        own = psutil.Process(self.process.pid)
        children = [child for child in own.children() if child.status() != psutil.STATUS_ZOMBIE]
        return children[0] if children else own

    @property
    def rss(self) -> int:
        """Bytes of memory of the app's process."""
        return int(self.app_process.memory_info().rss)

    def signal(self, number: signal.Signals, *, app: bool = False) -> None:
        """Send a signal to the program, or to the app's process under its supervisor."""
        os.kill(self.app_process.pid if app else self.process.pid, number)

    def close(self) -> None:
        """End the program and whatever it started."""
        if self.alive:
            family = [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]
            for process in reversed(family):
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    continue
        self.process.close(force=True)


def _heed_ctrl_c() -> None:
    """Undo what a shell does to its background jobs, and so to the tests: it has them ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def python(*arguments: str) -> list[str]:
    """Give the command that runs this Python with arguments."""
    return [sys.executable, *arguments]
