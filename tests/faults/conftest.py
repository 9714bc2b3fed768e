"""A filled school to break, copied for each test, and both databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.config.settings import Settings
from kiosk.services.school import School
from tests.builders.databases import DATABASES, database
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


@pytest.fixture(params=DATABASES)
def empty_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a home without a school, on each of the two databases."""
    with database(request.param) as url:
        yield settings_of(tmp_path / "home", url)


@pytest.fixture
def either_settings(empty_settings: Settings, template: Path) -> Settings:
    """The settings of a filled school on each of the two databases."""
    if empty_settings.database_url is None:
        shutil.copytree(template, empty_settings.home)
        return empty_settings
    school = open_cheaply(empty_settings)
    fill_school(school)
    school.close()
    return empty_settings


def name_of(settings: Settings) -> str:
    """Give the name of the database."""
    return "PostgreSQL" if settings.database_url else "SQLite"


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Print a long test's figure on the terminal, whatever pytest captures."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def say(line: str) -> None:
        if request.node.get_closest_marker("long"):
            with capture.global_and_fixture_disabled():
                print(f"\n{line}")  # noqa: T201  # the figure is what the long form is run for

    return say
