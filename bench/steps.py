"""The bars on the steps of a family's visit: from the push of each screen to its first frame.

``python -m bench.steps kiosk|bare`` shows all steps, or bare forms of several sizes, once for each line on its input.
The kiosk has the variables that the launcher gives Textual, the bare app Textual's own. Each step is compared with the
form nearest to its size. Style sheets are parsed before, as in a kiosk that has shown each step.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from textual.app import App
from textual.screen import Screen

from bench.bare import BareApp, BareForm
from bench.homes import Run, small_school
from bench.pseudo_terminal import python
from bench.report import Bar, Rounds
from kiosk.app import KioskApp
from kiosk.launcher import TEXTUAL_ENVIRONMENT
from kiosk.screens.family.change_password import ChangePasswordScreen
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import School
from tests.pilot.people import QuickParent
from tests.pilot.walker import go_to, make_ready

_SIZE = (100, 30)
_VISITS = ("receipt", "report", "adult_id")
"""Where the visits lead; together they meet every step but the forced change of the password."""
_FORM_SIZES = range(10, 70, 10)
_NOBODY = StudentSession("", "", "", "", 1)

_Make = Callable[[], Screen[Any]]


def bars(run: Run) -> list[Bar]:
    """Show steps and forms in turns, and report the step of the worst ratio and the slowest step."""
    with _start("kiosk", TEXTUAL_ENVIRONMENT) as kiosk, _start("bare", {}) as bare:

        def show_all() -> dict[str, float]:
            forms = {widgets: seconds for seconds, widgets in _show(bare).values()}
            figures: dict[str, float] = {}
            for name, (seconds, widgets) in _show(kiosk).items():
                nearest = min(forms, key=lambda size: abs(size - widgets))
                figures |= {name: seconds, f"bare {name}": forms[nearest]}
            return figures

        rounds = Rounds(run.rounds(9), show_all)
    steps = rounds.names[::2]
    ratios = [rounds.ratio(f"{name} / a bare form of as many widgets", 1.5, name, f"bare {name}") for name in steps]
    slowest = max(steps, key=rounds.median)
    return [
        max(ratios, key=lambda bar: bar.figure),
        Bar(f"the slowest of {len(steps)} steps, s", rounds.median(slowest), 0.15, slowest),
    ]


def _start(what: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        python("-m", "bench.steps", what),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def _show(process: subprocess.Popen[str]) -> dict[str, tuple[float, int]]:
    """Return what :func:`_shown` returns in the process."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    found: dict[str, tuple[float, int]] = json.loads(process.stdout.readline())
    return found


async def _shown(app: App[Any], makes: dict[str, _Make]) -> dict[str, tuple[float, int]]:
    """Push each screen three times.

    Returns:
        For each the fewest seconds from the push to the first frame, and the number of widgets, hidden ones included.
    """
    taken: defaultdict[str, list[float]] = defaultdict(list)
    counts: dict[str, int] = {}
    async with app.run_test(size=_SIZE) as pilot:
        for _time in range(3):
            for name, make in makes.items():
                await pilot.pause()
                painted = asyncio.Event()
                began = time.perf_counter()
                screen = make()
                app.push_screen(screen)
                screen.call_after_refresh(painted.set)
                await painted.wait()
                taken[name].append(time.perf_counter() - began)
                counts[name] = len(screen.query("*"))
                await screen.dismiss()
    return {name: (min(of), counts[name]) for name, of in taken.items()}


async def _steps_of(school: School) -> dict[str, _Make]:
    """Visit, and return for each class of screen that was pushed how to make another one."""
    makes: dict[str, _Make] = {ChangePasswordScreen.__name__: lambda: ChangePasswordScreen(_NOBODY)}
    visiting = True

    def remember(kind: type[Screen[Any]], *arguments: Any, **options: Any) -> Screen[Any]:
        if visiting:
            makes[kind.__name__] = lambda: kind(*arguments, **options)
        return object.__new__(kind)

    Screen.__new__ = remember  # type: ignore[assignment,method-assign]  # stays: a class cannot give it back
    for target in _VISITS:
        async with KioskApp(school.settings, school.clock, school).run_test(size=_SIZE) as pilot:
            await go_to(QuickParent(pilot), target)
    visiting = False
    return makes


async def _answer_with_kiosk() -> None:
    with small_school() as (school, _clock):
        makes = await _steps_of(make_ready(school))
        for _line in sys.stdin:
            print(json.dumps(await _shown(KioskApp(school.settings, school.clock, school), makes)), flush=True)


async def _answer_with_bare_forms() -> None:
    makes: dict[str, _Make] = {f"BareForm{size}": partial(BareForm, size) for size in _FORM_SIZES}
    for _line in sys.stdin:
        print(json.dumps(await _shown(BareApp(), makes)), flush=True)


if __name__ == "__main__":
    asyncio.run(_answer_with_kiosk() if sys.argv[1] == "kiosk" else _answer_with_bare_forms())
