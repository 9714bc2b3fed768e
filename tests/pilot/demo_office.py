"""The invented school's office: its staff in front of the kiosk, and what they find there."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from kiosk.app import AppOptions, KioskApp
from kiosk.config.settings import load_settings
from kiosk.demo.people import invented_id
from kiosk.demo.seed import fill_demo_school
from kiosk.demo.staff_work import demo_staff_logins
from kiosk.services.auth.staff_session import CommandLine, Role, StaffMember
from kiosk.services.office import StaffServices, open_office
from kiosk.services.review.queue_filter import QueueFilter, QueueSort
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.pilot.quick import QuickReviewer

STAFF_PASSWORD = demo_staff_logins()[0].password
SIZES = [(80, 24), (100, 30), (60, 20)]
_QUICK = PasswordHasher(1, 1024, 1)


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


@asynccontextmanager
async def office_at(school: School, size: tuple[int, int] = (100, 30)) -> AsyncIterator[QuickReviewer]:
    """An office machine, standing at the staff's login."""
    app = KioskApp(school.settings, school.clock, school, AppOptions(staff_only=True))
    async with app.run_test(size=size) as pilot:
        reviewer = QuickReviewer(pilot)
        await reviewer.sees("StaffLoginScreen")
        yield reviewer


@asynccontextmanager
async def at_work(
    school: School, account: str = "TEACHER", size: tuple[int, int] = (100, 30)
) -> AsyncIterator[QuickReviewer]:
    """Somebody of the staff, signed in."""
    async with office_at(school, size) as reviewer:
        await reviewer.logs_in(account, STAFF_PASSWORD)
        await reviewer.sees("StaffMenuScreen")
        yield reviewer


def kiosk_of(reviewer: QuickReviewer) -> KioskApp:
    assert isinstance(reviewer.app, KioskApp)
    return reviewer.app


def office_of(school: School) -> StaffServices:
    return open_office(school)


def member_of(school: School, account: str) -> StaffMember:
    return school.sign_in.staff(account, STAFF_PASSWORD, "elsewhere").member


def application_of(school: School, student_number: str) -> str:
    """The id of the only application of a student."""
    registrar = member_of(school, "REGISTRAR")
    page = office_of(school).queue.page(registrar, QueueFilter(search=student_number), QueueSort())
    return page.rows[0].application_id


def add_colleague(school: School, account: str, role: Role, classes: tuple[str, ...], national_id: str) -> None:
    """One more of the staff, past the first password."""
    office_of(school).staff_accounts.add(
        CommandLine(),
        account=account,
        name="同事",
        role=role,
        classes=classes,
        national_id=national_id,
        first_password="first-of-seven-lanterns",
    )
    signed_in = school.sign_in.staff(account, "first-of-seven-lanterns", "elsewhere")
    school.sign_in.change_staff_password(signed_in.member, STAFF_PASSWORD)


def father_id(place: int) -> str:
    """The ID that the invented roster has of a father, by the student's place from 0."""
    return invented_id("F", 1, 9100000 + place)
