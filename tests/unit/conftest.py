"""An open school with one student, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.config.settings import Settings
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import open_school
from kiosk.testing.clock import FakeClock
from tests.builders.databases import postgresql_url
from tests.builders.school import (
    ACCOUNT,
    CHOSEN,
    NATIONAL_ID,
    STUDENT_NUMBER,
    TERMINAL,
    CountingHasher,
    Opened,
    add_student,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", terminal_name=TERMINAL)


@pytest.fixture
def opened(settings: Settings) -> Iterator[Opened]:
    clock, hasher = FakeClock(), CountingHasher()
    school = open_school(settings, clock, hasher)
    add_student(school, STUDENT_NUMBER)
    yield Opened(school, clock, hasher)
    school.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Each of the two databases; None is the embedded one."""
    if request.param == "sqlite":
        yield None
        return
    with postgresql_url() as url:
        yield url


@pytest.fixture
def either_opened(settings: Settings, database_url: str | None) -> Iterator[Opened]:
    """As ``opened``, on each of the two databases."""
    clock, hasher = FakeClock(), CountingHasher()
    school = open_school(replace(settings, database_url=database_url), clock, hasher)
    add_student(school, STUDENT_NUMBER)
    yield Opened(school, clock, hasher)
    school.close()


@pytest.fixture
def visitor(opened: Opened) -> StudentSession:
    """A visitor past the forced change of the password."""
    first = opened.school.sign_in.student(ACCOUNT, NATIONAL_ID, TERMINAL).visitor
    return opened.school.sign_in.change_password(first, CHOSEN)


@pytest.fixture
def try_sign_in(opened: Opened) -> Callable[[str, str], object]:
    """One try: the visitor, or what was refused."""
    from kiosk.domain.errors import SignInRefused

    def attempt(account: str, password: str) -> object:
        try:
            return opened.school.sign_in.student(account, password, TERMINAL)
        except SignInRefused as refusal:
            return (str(refusal), refusal.minutes_left, refusal.wait_seconds)

    return attempt
