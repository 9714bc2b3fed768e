"""An open school with one student, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import hypothesis
import pytest

from kiosk.cli import demo
from kiosk.cli.parser import main
from kiosk.config.settings import Settings
from kiosk.domain.errors import SignInRefused
from kiosk.services.auth.password_hashing import HASHER
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.builders.databases import DATABASES, database
from tests.builders.quick_databases import no_waits_for_the_disk
from tests.builders.school import (
    ACCOUNT,
    CHOSEN,
    NATIONAL_ID,
    STUDENT_NUMBER,
    TERMINAL,
    CountingHasher,
    Opened,
    add_student,
    open_new_school,
)


@pytest.fixture(scope="session", autouse=True)
def _quick() -> Iterator[None]:
    """No waits for the disk, and cheap password hashes where a command chooses the hasher."""
    with no_waits_for_the_disk(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(HASHER, "_parameters", CountingHasher()._parameters)
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Few examples in an ordinary run; in the long one, many for every rule."""
    hypothesis.settings.register_profile("ordinary", max_examples=20)
    hypothesis.settings.register_profile("long", max_examples=1000)
    hypothesis.settings.load_profile("long" if config.option.markexpr == "long" else "ordinary")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.markexpr == "long":
        for item in items:
            if isinstance(item, pytest.Function) and hypothesis.is_hypothesis_test(item.function):
                item.add_marker("long")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database_url", DATABASES, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """SQLite, which has none; with the mark ``both_databases``, also PostgreSQL."""
    with database(getattr(request, "param", DATABASES[0])) as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, database_url: str | None) -> Settings:
    return Settings(home=tmp_path / "home", database_url=database_url, terminal_name=TERMINAL)


@pytest.fixture
def school(settings: Settings) -> Iterator[School]:
    """Without students."""
    opened = open_new_school(settings, FakeClock(), CountingHasher())
    yield opened
    opened.close()


@pytest.fixture
def opened(settings: Settings) -> Iterator[Opened]:
    clock, hasher = FakeClock(), CountingHasher()
    school = open_new_school(settings, clock, hasher)
    add_student(school, STUDENT_NUMBER)
    yield Opened(school, clock, hasher)
    school.close()


@pytest.fixture(scope="session")
def filled_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that ``demo --prepare-only`` fills, to be copied."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(demo, "open_school", partial(open_school, hasher=CountingHasher()))
        assert main(["demo", "--prepare-only", "--home", str(home)]) == 0
    return home


@pytest.fixture
def visitor(opened: Opened) -> StudentSession:
    """A visitor past the forced change of the password."""
    first = opened.school.sign_in.student(ACCOUNT, NATIONAL_ID, TERMINAL).visitor
    return opened.school.sign_in.change_password(first, CHOSEN)


@pytest.fixture
def try_sign_in(opened: Opened) -> Callable[[str, str], object]:
    """One try: the visitor, or what was refused."""

    def attempt(account: str, password: str) -> object:
        try:
            return opened.school.sign_in.student(account, password, TERMINAL)
        except SignInRefused as refusal:
            return (str(refusal), refusal.minutes_left, refusal.wait_seconds)

    return attempt
