"""The models load no database of their own."""

from __future__ import annotations

import subprocess
import sys


def test_no_model_loads_a_database_of_its_own() -> None:
    """A condition on an index that names its database loads that dialect, and PostgreSQL's takes two megabytes."""
    code = "import sys, db.models.all_tables; print([n for n in sys.modules if 'dialects.postgresql' in n])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found.strip() == "[]"
