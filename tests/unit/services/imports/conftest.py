"""An empty school with the machine's clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.config.settings import Settings
from kiosk.services.school import School
from tests.builders.filled_school import open_cheaply


@pytest.fixture
def school(settings: Settings) -> Iterator[School]:
    opened = open_cheaply(settings)
    yield opened
    opened.close()
