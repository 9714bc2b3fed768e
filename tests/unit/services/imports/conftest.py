"""An empty school on each of the two databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.services.school import School
from tests.builders.databases import postgresql_url
from tests.builders.filled_school import open_cheaply, settings_of


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """On SQLite."""
    opened = open_cheaply(settings_of(tmp_path / "home"))
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    """On SQLite, and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("school")
        return
    with postgresql_url() as url:
        opened = open_cheaply(settings_of(tmp_path / "home", url))
        yield opened
        opened.close()
