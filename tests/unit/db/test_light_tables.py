"""The light tables say of each column what the models say."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import TableClause
from sqlmodel import SQLModel

import db.models.all_tables  # noqa: F401  # registers its tables
from db.models import light

_LIGHT = {name: one for name, one in vars(light).items() if isinstance(one, TableClause)}
# what the services give themselves when they add a row: every column that must have a value
_WRITTEN = ("SIGN_IN_COUNTER", "TERMINAL_FAILURE", "AUDIT_ENTRY", "SETTING")


@pytest.mark.parametrize("name", sorted(_LIGHT))
def test_light_tables_have_the_columns_of_the_models(name: str) -> None:
    light = _LIGHT[name]
    model = SQLModel.metadata.tables[light.name]
    assert name == light.name.upper()
    for column in light.columns:
        assert model.c[column.name].type._type_affinity is column.type._type_affinity, column.name


@pytest.mark.parametrize("name", _WRITTEN)
def test_light_tables_for_inserts_have_every_column(name: str) -> None:
    assert {column.name for column in _LIGHT[name].columns} == {
        column.name for column in SQLModel.metadata.tables[_LIGHT[name].name].columns
    }


def test_a_sign_in_is_loaded_without_the_models() -> None:
    heavy = "{'sqlmodel', 'pydantic', 'sqlalchemy.orm', 'db.models.school', 'alembic', 'psycopg'}"
    used = "kiosk.services.school, kiosk.services.auth.account_session, kiosk.services.auth.parent_login"
    code = f"import sys, {used}; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found.strip() == "[]"


def test_no_model_loads_the_dialect_of_another_database() -> None:
    """A condition on an index that names its database loads that dialect, and PostgreSQL's takes two megabytes."""
    code = "import sys, db.models.all_tables; print([n for n in sys.modules if 'dialects.postgresql' in n])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found.strip() == "[]"
