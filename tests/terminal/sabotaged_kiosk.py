"""The real kiosk with faults planted: F5 raises with what was typed in local variables, F6 stalls the loop.

``python -m tests.terminal.sabotaged_kiosk HOME WHERE``; WHERE is one of `PLACES`, or `NO_FILTER`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from kiosk.launcher import clean_environment, run_app

clean_environment()

from textual.widgets import Input, Static  # noqa: E402 - the environment comes first

import kiosk.app  # noqa: E402
from kiosk.runtime.supervisor import supervise  # noqa: E402
from kiosk.terminal.driver import SafeTextFilter  # noqa: E402

PLACES = ("binding", "worker", "thread", "timer", "later", "render", "message")
NO_FILTER = "filter"
"""Instead of a place: paint whatever is on file as it is."""


class _Broken(Static):
    def render(self) -> str:
        raise ValueError(_typed(self.app.screen.query(Input)))


class SabotagedApp(kiosk.app.KioskApp):
    """Raises where it was told to."""

    place = "binding"

    def on_mount(self) -> None:
        self._bindings.bind("f5", "sabotage", priority=True)
        self._bindings.bind("f6", "stall", priority=True)
        if self.place == NO_FILTER:
            self._filters = [kept for kept in self._filters if not isinstance(kept, SafeTextFilter)]

    def action_stall(self) -> None:
        time.sleep(0.8)

    def action_sabotage(self) -> None:
        match self.place:
            case "worker":
                self.run_worker(self._fail_later())
            case "thread":
                self.run_worker(self._fail_in_thread())
            case "timer":
                self.set_timer(0.01, self._fail)
            case "later":
                self.screen.call_later(self._fail)
            case "render":
                self.screen.mount(_Broken())
            case "message":
                self.screen.query_one("#foot", Static).update(object())  # type: ignore[arg-type]  # the fault itself
            case _:
                self._fail()

    def _fail(self) -> None:
        national_id = _typed(self.screen.query(Input))
        raise ValueError(f"not a number: {national_id}")

    async def _fail_later(self) -> None:
        self._fail()

    async def _fail_in_thread(self) -> None:
        await asyncio.to_thread(self._fail)


def _typed(fields: object) -> str:
    return "|".join(field.value for field in fields)  # type: ignore[attr-defined]  # a query of inputs


def main() -> int:
    home, place = sys.argv[1:]

    def run() -> int:
        SabotagedApp.place = place
        kiosk.app.KioskApp = SabotagedApp  # type: ignore[misc]  # the launcher makes it
        return run_app(Path(home), kiosk.app.AppOptions())

    return supervise(run)


if __name__ == "__main__":
    sys.exit(main())
