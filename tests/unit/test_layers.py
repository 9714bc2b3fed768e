"""The import contracts fail on planted arrows upwards and on a planted circle."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.paths import ROOT

_LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
_TYPE_CHECKING = "\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {module}\n"
_PLANTED = {
    "kiosk/domain/errors.py": "kiosk.config.settings",
    "kiosk/services/auth/lockout.py": "kiosk.services.accounts.carers",
    "kiosk/rules/identity.py": "kiosk.domain.application_form",
    "kiosk/widgets/field.py": "kiosk.testing.person",
}


def test_a_planted_import_breaks_its_contract(tmp_path: Path) -> None:
    for name in ("kiosk", "db"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "fonts", "*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, module in _PLANTED.items():
        with (tmp_path / file).open("a", encoding="utf-8") as source:
            source.write(_TYPE_CHECKING.format(module=module))
    ended = subprocess.run(_LINT, cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)})
    assert ended.returncode == 1
    for contract in ("the floors of the house", "the floors inside the services", "no circle"):
        assert f"{contract} BROKEN" in ended.stdout
    for file, module in _PLANTED.items():
        assert f"{file.removesuffix('.py').replace('/', '.')} -> {module}" in ended.stdout
