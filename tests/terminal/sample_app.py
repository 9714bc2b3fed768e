"""A small app behind the locks, for the terminal's tests: two clear fields, a password, a list, ways to crash.

``python -m tests.terminal.sample_app [--supervised] [--report FILE] [--text TEXT] [--traps] [--deaf]``
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"

from textual.app import ComposeResult  # noqa: E402 - the environment comes first
from textual.binding import Binding, BindingType  # noqa: E402
from textual.widgets import Input, Label, Static  # noqa: E402

from kiosk.runtime.supervisor import supervise  # noqa: E402
from kiosk.terminal.locked_app import LockedApp  # noqa: E402
from kiosk.widgets.safe_input import SafeInput  # noqa: E402

SECRET = "A123456789"
CRASH_KEY, STALL_KEY, CLEAR_KEY = "f5", "f6", "f7"


class SampleApp(LockedApp):
    """The fields show their length and their value's fate in one line each, so that a test can read them."""

    CSS = "SafeInput { height: 1; border: none; padding: 0; } #typed { height: 4; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding(CLEAR_KEY, "clear", priority=True)]

    def __init__(self, report: Callable[[str], None], texts: list[str], *, traps: bool) -> None:
        super().__init__(report)
        if traps:
            self._bindings.bind(CRASH_KEY, "crash", priority=True)
            self._bindings.bind(STALL_KEY, "stall", priority=True)
        self.texts = texts
        self.rounds = 0

    def compose(self) -> ComposeResult:
        yield Label("sample", markup=False)
        yield SafeInput(id="first", half_width=True)
        yield SafeInput(id="second")
        yield SafeInput(id="secret", password=True)
        yield Static("", id="typed", markup=False)
        for text in self.texts:
            yield Static(text, markup=False)

    def on_input_changed(self) -> None:
        first, second, secret = (self.screen.query_one(f"#{name}", SafeInput) for name in ("first", "second", "secret"))
        self.screen.query_one("#typed", Static).update(
            f"<{first.value[:30]}|{second.value[:30]}|{len(secret.value)}|{hash_of(secret.value)}>"
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "secret":
            self.action_clear()
        else:
            self.screen.focus_next()

    def on_safe_input_non_ascii_refused(self) -> None:
        self.screen.query_one("#typed", Static).update("refused: not ASCII")

    def action_clear(self) -> None:
        self.rounds += 1
        for field in self.screen.query(SafeInput):
            field.clear()
        self.screen.query_one("#first").focus()
        self.screen.query_one(Label).update(f"sample round {self.rounds}")

    def action_stall(self) -> None:
        time.sleep(0.8)

    def action_crash(self) -> None:
        national_id = SECRET
        raise ValueError(f"not a number: {national_id}")


def hash_of(text: str) -> int:
    """Give a number that tells two texts apart without showing them."""
    return sum(place * ord(character) for place, character in enumerate(text, 1)) % 10_007


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--supervised", action="store_true")
    parser.add_argument("--traps", action="store_true", help="F5 crashes, F6 stalls for 800 ms")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--text", action="append", default=[])
    parser.add_argument("--deaf", action="store_true", help="hears of no SIGWINCH")
    options = parser.parse_args()

    def report(text: str) -> None:
        if options.report is not None:
            with options.report.open("a", encoding="utf-8") as file:
                file.write(text + "\n")

    def run() -> int:
        app = SampleApp(report, options.text, traps=options.traps)
        if options.deaf:
            app.call_later(signal.signal, signal.SIGWINCH, signal.SIG_IGN)
        return app.run() or 0

    return supervise(run, report) if options.supervised else run()


if __name__ == "__main__":
    sys.exit(main())
