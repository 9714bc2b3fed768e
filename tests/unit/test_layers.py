"""The import contracts hold, and fail on a planted arrow upwards and on a planted circle."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

_LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
_TYPE_CHECKING = "\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {module}\n"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name in ("kiosk", "db"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "fonts", "*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "module", "broken"),
    [
        ("kiosk/domain/errors.py", "kiosk.config.settings", "the floors of the house"),
        ("kiosk/services/auth/lockout.py", "kiosk.services.accounts.carers", "the floors inside the services"),
        ("kiosk/rules/identity.py", "kiosk.domain.application_form", "no circle"),
        ("kiosk/widgets/field.py", "kiosk.testing.person", "the floors of the house"),
    ],
)
def test_a_planted_import_breaks_its_contract(house: Path, file: str, module: str, broken: str) -> None:
    with (house / file).open("a", encoding="utf-8") as source:
        source.write(_TYPE_CHECKING.format(module=module))
    ended = subprocess.run(_LINT, cwd=house, capture_output=True, text=True, env={"PYTHONPATH": str(house)})
    assert ended.returncode == 1
    assert f"{broken} BROKEN" in ended.stdout
