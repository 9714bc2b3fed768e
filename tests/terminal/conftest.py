from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.walker import prepare


@pytest.fixture(scope="session")
def school_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an invented school whose children are ready for a visit."""
    home = tmp_path_factory.mktemp("walked") / "home"
    prepare(home).close()
    return home
