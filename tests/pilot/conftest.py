from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from db.keyring import IndexColumn
from db.models.logins import Credential
from db.models.school import Student
from kiosk.app import KioskApp
from kiosk.config.settings import load_settings
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from kiosk.testing.parent import Parent

STUDENTS = {
    "110001": ("王小明", "科二智", "A123456789", "2010-05-06"),
    "110002": ("王小美", "科一智", "A290000009", "2011-05-06"),
    "110003": ("李大同", "電三智", "F190000004", "2007-05-06"),
}


def add_student(school: School, number: str) -> None:
    name, class_name, national_id, birth = STUDENTS[number]
    student_id = uuid4().hex
    with school.store.write() as unit:
        unit.session.add(
            Student(
                id=student_id,
                student_number=number,
                name=name,
                class_name=class_name,
                national_id_index=unit.keys.index(IndexColumn.NATIONAL_ID, national_id),
                sealed=unit.keys.seal("student", student_id, {"birth_date": birth}),
                updated_at=unit.timestamp_ms,
            )
        )
        unit.session.add(
            Credential(
                id=uuid4().hex,
                kind="student",
                account=f"P{number}",
                subject_id=student_id,
                initial_code=unit.keys.initial_code(number, national_id),
                initial_kind="national_id",
                changed_at=unit.timestamp_ms,
            )
        )
        unit.audit("test", "test.student", student_id)


@pytest.fixture(scope="session", autouse=True)
def _frozen() -> None:
    """Spare the kiosk, which collects after each visit, from going through what the tests are made of."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def school(tmp_path: Path, clock: FakeClock) -> Iterator[School]:
    home = tmp_path / "home"
    opened = open_school(load_settings(home, environment={}), clock, PasswordHasher(1, 1024, 1))
    for number in STUDENTS:
        add_student(opened, number)
    yield opened
    opened.close()


@asynccontextmanager
async def standing_at(school: School, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Parent]:
    app: KioskApp = KioskApp(school.settings, school.clock, school)
    async with app.run_test(size=size) as pilot:
        parent = Parent(pilot)
        await parent.sees("LoginScreen")
        yield parent
