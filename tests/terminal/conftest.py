from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.homes import copy_home, made_once
from tests.terminal.hidden_characters import planted_school
from tests.terminal.walker import prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an invented school whose children are ready for a visit, to be copied."""
    return made_once(tmp_path_factory, "prepared", lambda home: prepare(home).close())


@pytest.fixture
def own_home(prepared: Path, tmp_path: Path) -> Path:
    """A copy of it that no other test uses."""
    return copy_home(prepared, tmp_path / "home")


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a school with hidden characters in every text that it keeps, to be copied."""
    return made_once(tmp_path_factory, "planted", lambda home: planted_school(home).close())


@pytest.fixture
def planted_home(planted: Path, tmp_path: Path) -> Path:
    return copy_home(planted, tmp_path / "home")
