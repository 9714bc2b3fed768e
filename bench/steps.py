"""Bar 3: each step of a parent's visit, from the push to its first frame, against a bare form of twenty widgets.

A visit is walked once, headless, to learn how each step is made; then all are pushed anew in the running app, in
turns with the bare form in an app of its own. As in the kiosk, each has been shown before: style sheets are read.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from textual.app import App
from textual.screen import Screen

from bench.bare import BareApp, BareForm
from bench.homes import Run
from bench.report import Bar
from kiosk.app import KioskApp
from kiosk.screens.change_password import ChangePasswordScreen
from kiosk.services.school import School, open_school
from kiosk.services.visitor import Visitor
from kiosk.settings import load_settings
from kiosk.testing import FakeClock
from tests.pilot.conftest import STUDENTS, add_student
from tests.pilot.quick import QuickParent
from tests.pilot.walker import go_to, make_ready

_ROUNDS = 9
_LIMIT = 1.2
_SIZE = (100, 30)
_WALKS = ("receipt", "report", "adult_id")
"""Between them they meet every step of a visit but the forced change of the password."""

_NOBODY = Visitor("", "", "", "", 1)

_Make = Callable[[], Screen[Any]]


def bars(run: Run) -> list[Bar]:
    """The slowest step over the bare form: medians of the rounds' ratios."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder), run.rounds(_ROUNDS)))


async def _measure(folder: Path, rounds: int) -> list[Bar]:
    school = open_school(load_settings(folder / "home", environment={}), FakeClock(), PasswordHasher(1, 1024, 1))
    for number in STUDENTS:
        add_student(school, number)
    makes = await _steps_of(make_ready(school))
    ratios: defaultdict[str, list[float]] = defaultdict(list)
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for _round in range(rounds):
        bare = statistics.median((await _shown(BareApp(), {"BareForm": BareForm})).values())
        for name, taken in (await _shown(KioskApp(school.settings, school.clock, school), makes)).items():
            seconds[name].append(taken)
            ratios[name].append(taken / bare)
    school.close()
    found = {name: statistics.median(of) for name, of in ratios.items()}
    worst = max(found, key=lambda name: found[name])
    detail = f"{worst} {statistics.median(seconds[worst]) * 1000:.0f} ms, the worst of {len(found)}"
    return [Bar("a step shown / a bare form of 20 widgets", found[worst], _LIMIT, detail)]


async def _steps_of(school: School) -> dict[str, _Make]:
    """Walk, and give for each kind of screen that was pushed how to make another like it."""
    makes: dict[str, _Make] = {ChangePasswordScreen.__name__: lambda: ChangePasswordScreen(_NOBODY)}

    walking = True

    def remember(kind: type[Screen[Any]], *arguments: Any, **options: Any) -> Screen[Any]:
        if walking:
            makes[kind.__name__] = lambda: kind(*arguments, **options)
        return object.__new__(kind)

    Screen.__new__ = remember  # type: ignore[assignment,method-assign]  # stays: a class cannot give it back
    for walk in _WALKS:
        async with KioskApp(school.settings, school.clock, school).run_test(size=_SIZE) as pilot:
            await go_to(QuickParent(pilot), walk)
    walking = False
    return makes


async def _shown(app: App[Any], makes: dict[str, _Make]) -> dict[str, float]:
    """Push each screen three times; gives the least time from its push to its first frame, in seconds."""
    taken: defaultdict[str, list[float]] = defaultdict(list)
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
                await screen.dismiss()
    return {name: min(of) for name, of in taken.items()}
