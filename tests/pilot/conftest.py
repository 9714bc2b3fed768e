from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from textual.pilot import Pilot

from kiosk.config.settings import load_settings
from kiosk.demo.seed import fill_demo_school
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.builders.school import add_student
from tests.pilot.people import screen_worked_off

STUDENTS = {
    "110001": ("王小明", "科二智", "A123456789", "2010-05-06"),
    "110002": ("王小美", "科一智", "A290000009", "2011-05-06"),
    "110003": ("李大同", "電三智", "F190000004", "2007-05-06"),
}
_QUICK = PasswordHasher(1, 1024, 1)


@pytest.fixture(scope="session", autouse=True)
def _frozen() -> None:
    """Spare the kiosk, which collects after each visit, from going through what the tests are made of."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def freeze_again() -> Iterator[None]:
    """Freeze again what a search through the process has unfrozen."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_pilot_waits_for_a_dismissed_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait_for_screen(pilot: Pilot[int]) -> bool:
        await screen_worked_off(pilot.app)
        return True

    monkeypatch.setattr(Pilot, "_wait_for_screen", wait_for_screen)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def add_students(school: School) -> None:
    for number, (name, class_name, national_id, birth) in STUDENTS.items():
        birthday = date.fromisoformat(birth)
        add_student(school, number, national_id=national_id, birth=birthday, name=name, class_name=class_name)


@pytest.fixture
def school(tmp_path: Path, clock: FakeClock) -> Iterator[School]:
    """A school with three students who have never signed in."""
    opened = open_school(load_settings(tmp_path / "home", environment={}), clock, _QUICK)
    add_students(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented school, made once."""
    home = tmp_path_factory.mktemp("demo") / "home"
    school = open_school(load_settings(home, demo=True, environment={}), FakeClock(), _QUICK)
    fill_demo_school(school)
    school.close()
    return home


@pytest.fixture
def demo(demo_home: Path, tmp_path: Path, clock: FakeClock) -> Iterator[School]:
    """A copy of it, a day later."""
    home = tmp_path / "demo"
    shutil.copytree(demo_home, home)
    home.chmod(0o700)
    clock.set_wall(clock.now() + timedelta(days=1))
    school = open_school(load_settings(home, demo=True, environment={}), clock, _QUICK)
    yield school
    school.close()
