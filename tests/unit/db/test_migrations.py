from __future__ import annotations

import re
from pathlib import Path

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


def test_the_migrated_schema_matches_the_models(empty: Store) -> None:
    upgrade(empty.writer)
    with empty.writer.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    assert found == []


def test_partial_indexes_have_the_conditions_of_the_models(empty: Store) -> None:
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


_SCHOOL_OF_BEFORE = (
    "INSERT INTO student (id, student_number, name, class_name, active, data_state, lost_characters, sealed,"
    " updated_at, version) VALUES ('s', '110001', '王小明', '科二智', true, 'confirmed', false, '', 1, 1)",
    "INSERT INTO consent (id, student_id, text_name, text_version, text_sha256, language, read_to_end, choice,"
    " answered_by, account, terminal, answered_at)"
    " VALUES ('c', 's', 'consent', '1', '', 'zh_TW', true, 'agree', 'parent', 'P110001', 'kiosk-1', 1)",
    "INSERT INTO application (id, number, receipt_token, request_id, student_id, consent_id, mode, basis, state,"
    " held_for_documents, held_for_correction, held_for_conflict, held_for_student_consent, held_for_registrar,"
    " version, submitted_at, changed_at) VALUES ('a', '115-000-0001-2', 't', 'r', 's', 'c', 'two_parents', 'parents',"
    " 'under_review', false, false, false, false, false, 1, 1, 1)",
    *(
        "INSERT INTO applicant (id, application_id, student_id, position, name, relation, live, email_state,"
        " unusual_characters, sealed, national_id_index, mobile_index)"
        f" VALUES ('{position}', 'a', 's', {position}, '{name}', '爸爸', true, 'none', false, '', '{position}', 'm')"
        for position, name in ((1, "王大明"), (2, "林美玉"))
    ),
)


def test_applications_of_an_older_schema_appear_in_the_queue(empty: Store) -> None:
    _upgrade(empty.writer, "0001")
    tables = SQLModel.metadata.tables
    with empty.writer.begin() as connection:
        for statement in _SCHOOL_OF_BEFORE:
            connection.exec_driver_sql(statement)
    upgrade(empty.writer)
    with empty.read() as session:
        row = session.connection().execute(tables["application"].select()).mappings().one()
        counted = session.connection().execute(tables["application_count"].select()).all()
    assert (row["names"], row["student_name"], row["seat_number"]) == ("王小明、王大明、林美玉", "王小明", 0)
    assert (row["class_name"], row["is_blocked"], row["held_for_signature"]) == ("科二智", True, True)
    assert counted == [("科二智", "under_review", 1)]
