from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.cli.parser import main


class Lines(io.StringIO):
    """Standard input."""

    is_terminal = False

    def isatty(self) -> bool:
        return self.is_terminal


@dataclass(frozen=True)
class Command:
    """Runs commands and gives exit code, output and errors."""

    run: Callable[..., tuple[int, str, str]]

    def __call__(self, *arguments: str, **options: str) -> tuple[int, str, str]:
        return self.run(*arguments, **options)

    def prints(self, *arguments: str, **options: str) -> str:
        """The output of a command that succeeds."""
        code, out, err = self(*arguments, **options)
        assert code == 0, err
        return out

    def refuses(self, *arguments: str, **options: str) -> str:
        """The one line of a refusal."""
        code, _out, err = self(*arguments, **options)
        assert code == 1
        (line,) = err.splitlines()
        return line


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where every command looks; not made yet."""
    folder = tmp_path / "home"
    monkeypatch.setenv("KIOSK_HOME", str(folder))
    monkeypatch.delenv("KIOSK_DATABASE_URL", raising=False)
    return folder


@pytest.fixture
def demo_home(filled_demo: Path, home: Path) -> Path:
    """The demo's school as the commands' own."""
    return shutil.copytree(filled_demo, home)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command on lines of standard input: exit code and what is printed, none of the lines among it."""

    def run(*arguments: str, lines: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", Lines(lines))
        capsys.readouterr()
        code = main(list(arguments))
        out, err = capsys.readouterr()
        for secret in (*filter(str.strip, lines.split("\n")), "Traceback"):
            assert secret not in out + err
        return code, out, err

    return Command(run)
