"""Shows the steps of a parent's visit, or a bare form, once for each line on its input; see :mod:`bench.steps`.

A visit is walked once, headless, to learn how each step is made; then all are pushed anew in the running app. As in the
kiosk, each has been shown before: style sheets are read.
"""

from __future__ import annotations

import asyncio
import json
import sys
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
from kiosk.app import KioskApp
from kiosk.config.settings import load_settings
from kiosk.screens.family.change_password import ChangePasswordScreen
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.pilot.conftest import add_students
from tests.pilot.people import QuickParent
from tests.pilot.walker import go_to, make_ready

_SIZE = (100, 30)
_WALKS = ("receipt", "report", "adult_id")
"""Between them they meet every step of a visit but the forced change of the password."""

_NOBODY = StudentSession("", "", "", "", 1)

_Make = Callable[[], Screen[Any]]


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


async def _show_kiosk(folder: Path) -> None:
    school = open_school(load_settings(folder / "home", environment={}), FakeClock(), PasswordHasher(1, 1024, 1))
    add_students(school)
    makes = await _steps_of(make_ready(school))
    for _line in sys.stdin:
        print(json.dumps(await _shown(KioskApp(school.settings, school.clock, school), makes)), flush=True)
    school.close()


async def _show_bare() -> None:
    for _line in sys.stdin:
        print(json.dumps(await _shown(BareApp(), {"BareForm": BareForm})), flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(_show_kiosk(Path(temporary)) if sys.argv[1] == "kiosk" else _show_bare())
