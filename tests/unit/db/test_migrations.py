from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

import db.models.all_tables  # noqa: F401  # registers its tables
from db import schema
from db.schema import upgrade  # the migrations themselves, not what the other tests take for them
from db.store import Store

_MIGRATIONS = Path(schema.__file__).parent / "migrations"


def _upgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_the_migrations_make_what_the_models_say(empty: Store) -> None:
    upgrade(empty.writer)
    with empty.writer.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    assert found == []


def test_the_unique_indexes_of_some_rows_have_the_conditions_of_the_models(empty: Store) -> None:
    upgrade(empty.writer)
    said = {
        index.name: index.info["where"]
        for table in SQLModel.metadata.tables.values()
        for index in table.indexes
        if "where" in index.info
    }
    catalogue = (
        "SELECT name, sql FROM sqlite_master" if empty.is_sqlite else "SELECT indexname, indexdef FROM pg_indexes"
    )
    with empty.writer.connect() as connection:
        made: dict[str, str] = {row[0]: row[1] or "" for row in connection.execute(text(catalogue))}
    assert said
    for name, condition in said.items():
        _, _, found = made[str(name)].partition(" WHERE ")
        assert re.sub(r"::text|[()]", "", found) == condition


_STUDENT_ID, _CONSENT_ID, _APPLICATION_ID = "s" * 32, "c" * 32, "a" * 32
_ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "student",
        {
            "id": _STUDENT_ID,
            "student_number": "110001",
            "name": "王小明",
            "class_name": "科二智",
            "seat_number": None,
            "active": True,
        }
        | {"data_state": "confirmed", "lost_characters": False, "sealed": b"", "updated_at": 1, "version": 1},
    ),
    (
        "consent",
        {"id": _CONSENT_ID, "student_id": _STUDENT_ID, "text_name": "consent", "text_version": "1", "text_sha256": ""}
        | {"language": "zh_TW", "read_to_end": True, "choice": "agree", "answered_by": "parent", "account": "P110001"}
        | {"terminal": "kiosk-1", "answered_at": 1},
    ),
    (
        "application",
        {
            "id": _APPLICATION_ID,
            "number": "115-000-0001-2",
            "receipt_token": "t",
            "request_id": "r",
            "student_id": _STUDENT_ID,
        }
        | {"consent_id": _CONSENT_ID, "mode": "two_parents", "basis": "parents", "state": "under_review"}
        | {"held_for_documents": False, "held_for_correction": False, "held_for_conflict": False, "version": 1}
        | {"held_for_student_consent": False, "held_for_registrar": False, "submitted_at": 1, "changed_at": 1},
    ),
    *(
        (
            "applicant",
            {
                "id": f"{position:032}",
                "application_id": _APPLICATION_ID,
                "student_id": _STUDENT_ID,
                "position": position,
            }
            | {
                "name": name,
                "relation": "爸爸",
                "live": True,
                "email_state": "none",
                "unusual_characters": False,
                "sealed": b"",
            }
            | {"national_id_index": bytes([position]), "mobile_index": b"m"},
        )
        for position, name in ((1, "王大明"), (2, "林美玉"))
    ),
)


def test_applications_of_before_are_found_in_the_queue(empty: Store) -> None:
    _upgrade(empty.writer, "0001")
    tables = SQLModel.metadata.tables
    with empty.writer.begin() as connection:
        for name, values in _ROWS:
            columns = ",".join(values)
            marks = ",".join(f":{column}" for column in values)
            connection.execute(text(f"INSERT INTO {name} ({columns}) VALUES ({marks})"), values)
    upgrade(empty.writer)
    with empty.read() as session:
        row = session.connection().execute(tables["application"].select()).mappings().one()
        counted = session.connection().execute(tables["application_count"].select()).all()
    assert (row["names"], row["student_name"], row["seat_number"]) == ("王小明、王大明、林美玉", "王小明", 0)
    assert (row["class_name"], row["is_blocked"], row["held_for_signature"]) == ("科二智", True, True)
    assert counted == [("科二智", "under_review", 1)]
