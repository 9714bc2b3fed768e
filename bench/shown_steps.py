"""Shows the steps of a family's visit, or bare forms, once for each line on its input; see :mod:`bench.steps`.

Visits in a headless kiosk record how each step is made; then the running app shows all of them anew. Their style sheets
are already parsed, as in a kiosk that has shown each step before.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
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
_VISITS = ("receipt", "report", "adult_id")
"""Where the visits lead; together they meet every step but the forced change of the password."""

_FORM_SIZES = range(10, 70, 10)
_NOBODY = StudentSession("", "", "", "", 1)

_Make = Callable[[], Screen[Any]]


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


async def _show_kiosk(folder: Path) -> None:
    school = open_school(load_settings(folder / "home", environment={}), FakeClock(), PasswordHasher(1, 1024, 1))
    add_students(school)
    makes = await _steps_of(make_ready(school))
    for _line in sys.stdin:
        print(json.dumps(await _shown(KioskApp(school.settings, school.clock, school), makes)), flush=True)
    school.close()


async def _show_bare() -> None:
    makes: dict[str, _Make] = {f"BareForm{size}": partial(BareForm, size) for size in _FORM_SIZES}
    for _line in sys.stdin:
        print(json.dumps(await _shown(BareApp(), makes)), flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(_show_kiosk(Path(temporary)) if sys.argv[1] == "kiosk" else _show_bare())
