"""A filled school to break, copied for each test, and both databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.config.settings import Settings
from kiosk.services.school import School
from tests.builders.databases import postgresql_url
from tests.builders.filled_school import fill_school, open_cheaply, settings_of


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose school is filled and closed."""
    home = tmp_path_factory.mktemp("template") / "home"
    school = open_cheaply(settings_of(home))
    fill_school(school)
    school.close()
    return home


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    """The settings of a filled school on SQLite."""
    home = tmp_path / "home"
    shutil.copytree(template, home)
    return settings_of(home)


@pytest.fixture
def school(settings: Settings) -> Iterator[School]:
    """The filled school, open."""
    opened = open_cheaply(settings)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a filled school on each of the two databases."""
    if request.param == "sqlite":
        yield request.getfixturevalue("settings")
        return
    with postgresql_url() as url:
        settings = settings_of(tmp_path / "home", url)
        school = open_cheaply(settings)
        fill_school(school)
        school.close()
        yield settings


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a home in which no school stands yet, on each of the two databases."""
    if request.param == "sqlite":
        yield settings_of(tmp_path / "home")
        return
    with postgresql_url() as url:
        yield settings_of(tmp_path / "home", url)


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say a figure on the terminal, whatever pytest captures."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def say(line: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{line}")  # noqa: T201  # the figure is what the long form is run for

    return say
