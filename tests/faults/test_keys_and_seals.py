"""T30, T31: what was moved does not open; a key that cannot be trusted is one line; a killed rotation goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlmodel import SQLModel

import db.keyring
from db.key_file import read_keys
from db.keyring import SealBroken
from kiosk.config.settings import Settings
from kiosk.services.administration.key_rotation import rotate
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.office import open_office
from kiosk.services.school import School
from tests.builders.documents import DRAWING
from tests.builders.filled_school import STUDENTS, open_cheaply, signed_on_parent, submit, visitors_of
from tests.builders.school import add_member
from tests.faults.test_kill import audit_is_whole
from tests.faults.worker import Death, child, messages, rotate_and_die
from tests.paths import ROOT

_SEALED = (
    "student",
    "guardian",
    "ticket",
    "draft",
    "applicant",
    "history_entry",
    "correction",
    "parent_account",
    "binding",
    "outbox_message",
    "document",
    "signature",
    "deletion_request",
)


def _fill_every_table(school: School) -> None:
    for place, visitor in enumerate(visitors_of(school)[:2], 1):
        submit(school, visitor, place)
        school.student_data.report_errors(visitor, {"class_name": "科一仁"})
        school.drafts.save(visitor, "confirmation", {"class_name": "科一仁"})
    registrar = add_member(school, name="REGISTRAR老師")
    office = open_office(school)
    for place, visitor in enumerate(visitors_of(school)[2:6], 3):
        application_id = submit(school, visitor, place).application_id
        if place % 2:
            office.review.return_fields(registrar, application_id, 1, {(1, "email"): "與申請書不同"})
        else:
            office.review.form_received(registrar, application_id, 1)
            office.review.approve(registrar, application_id, 2)
            (bound,) = office.bindings.list(registrar, visitor.student_id)
            office.bindings.end(registrar, bound.id, bound.version, "轉學")
    for serial in (7, 8):
        school.own_data.request_deletion(signed_on_parent(school, serial), "不再使用")
    office.print_desk.print_for(registrar, [form.key for form in office.print_desk.queue(registrar)])
    for visitor in visitors_of(school)[:2]:
        for box in school.signatures.boxes(visitor):
            school.signatures.sign(visitor, box, DRAWING)


def _blobs(school: School, table: str) -> list[tuple[str, bytes]]:
    found = SQLModel.metadata.tables[table]
    with school.store.read() as session:
        return [(row.id, row.sealed) for row in session.connection().execute(select(found.c.id, found.c.sealed))]


def test_t30_every_sealed_column_is_known_here() -> None:
    assert {name for name, table in SQLModel.metadata.tables.items() if "sealed" in table.c} == set(_SEALED)


def test_t30_no_blob_opens_in_another_row_table_or_version(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill_every_table(school)
    keys = school.store.keys
    places = {table: _blobs(school, table)[:2] for table in _SEALED}
    assert all(len(rows) == 2 for rows in places.values())
    for table, rows in places.items():
        for other, other_rows in places.items():
            for row_id, _blob in other_rows:
                for own_id, blob in rows:
                    if (table, own_id) == (other, row_id):
                        assert keys.open(other, row_id, blob)
                    else:
                        with pytest.raises(SealBroken):
                            keys.open(other, row_id, blob)
    monkeypatch.setattr(db.keyring, "SCHEMA_VERSION", db.keyring.SCHEMA_VERSION + 1)
    for table, rows in places.items():
        for row_id, blob in rows:
            with pytest.raises(SealBroken):
                keys.open(table, row_id, blob)


@pytest.mark.parametrize("table", ["student", "applicant"])
def test_t30_rows_swapped_in_the_database_are_refused_by_the_services(school: School, table: str) -> None:
    _fill_every_table(school)
    visitor = visitors_of(school)[0]
    assert school.student_data.hub(visitor).applications
    (one, first), (two, second) = _blobs(school, table)[:2]
    found = SQLModel.metadata.tables[table]
    with school.store.writer.begin() as connection:
        connection.execute(update(found).where(found.c.id == one).values(sealed=second))
        connection.execute(update(found).where(found.c.id == two).values(sealed=first))
    for swapped in visitors_of(school)[:2] if table == "applicant" else _visitors_of(school, one, two):
        with pytest.raises(SealBroken):
            school.student_data.hub(swapped)


def _visitors_of(school: School, *students: str) -> list[StudentSession]:
    return [visitor for visitor in visitors_of(school) if visitor.student_id in students]


def _status(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "run_kiosk.py"), "status", "--home", str(home)],
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")},
        timeout=60,
        check=False,
    )


def test_t31_a_key_that_cannot_be_trusted_is_one_line(settings: Settings) -> None:
    """Each other fault of a key file is in ``tests/unit/services/test_school.py``."""
    assert _status(settings.home).returncode == 0
    spoilt: list[Callable[[], None]] = [lambda: settings.key_file.chmod(0o440)]
    if os.geteuid() == 0:  # only root can give a file away
        spoilt.append(lambda: os.chown(settings.key_file, 65534, 65534))
    for spoil in spoilt:
        spoil()
        ended = _status(settings.home)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert len(ended.stderr.splitlines()) == 1
        assert "kiosk.key" in ended.stderr
        settings.key_file.chmod(0o400)


def _sealed_rows(school: School) -> dict[tuple[str, str], dict[str, object]]:
    """Every sealed row, opened."""
    return {
        (table, row_id): school.store.keys.open(table, row_id, blob)
        for table in _SEALED
        for row_id, blob in _blobs(school, table)
    }


@pytest.mark.parametrize(
    "deaths",
    [
        pytest.param([(0, Death.AFTER_COMMIT), (1, Death.BEFORE_COMMIT), (4, Death.AFTER_COMMIT)], id="3"),
        pytest.param([(at, death) for at in range(10) for death in Death], id="20", marks=pytest.mark.long),
    ],
)
def test_t31_a_rotation_killed_half_way_goes_on(
    settings: Settings, deaths: list[tuple[int, Death]], report: Callable[[str], None]
) -> None:
    """Each death is the commit that was reached, and on which side of it the kill came."""
    school = open_cheaply(settings)
    _fill_every_table(school)
    before = _sealed_rows(school)
    school.close()
    finished = 0
    for commits, death in deaths:
        with child(rotate_and_die, settings, commits, death, 7) as (_pid, pipe):
            assert list(messages(pipe)) == []
        school = open_cheaply(settings)
        assert _sealed_rows(school) == before
        done = rotate(school.store, settings.key_file)
        assert 0 < done <= len(before)
        finished += done
        assert read_keys(settings.key_file) == school.store.keys
        assert all(school.store.keys.is_current(blob) for table in _SEALED for _row, blob in _blobs(school, table))
        assert _sealed_rows(school) == before
        assert audit_is_whole(school)
        with school.store.read() as session:
            assert session.connection().execute(text("SELECT count(*) FROM student")).scalar_one() == STUDENTS
        school.close()
    report(f"T31: a rotation killed at {len(deaths)} moments went on each time, {finished} rows in all")
