"""A whole school of 1,500 students, each with a parent bound, in reasonable time and memory."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert
from sqlmodel import SQLModel, select

from db.models.accounts import Binding, ParentAccount
from db.models.applications import Applicant, Application
from db.models.columns import table_of
from db.models.school import Student
from kiosk.demo.people import invented_id
from kiosk.services.imports.oneroster_format import Version
from kiosk.services.imports.roster_import import import_roster
from tests.builders.exports import Handing, opened_handing
from tests.builders.filled_school import checked_roster
from tests.builders.oneroster_reader import problems
from tests.builders.reviews import mother_of

STUDENTS = 1500
_COPIED: tuple[type[SQLModel], ...] = (Application, Applicant, ParentAccount, Binding)
_ALL = 12  # of the small roster before
_MAX_SECONDS = 10
_MAX_MEMORY = 100 * 1024 * 1024


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handing]:
    with opened_handing(tmp_path_factory.mktemp("large")) as handing:
        handing.bind(0, mother_of(0))
        _grow(handing)
        yield handing


def _grow(handing: Handing) -> None:
    """More students by a roster; each has a copy of what an application, an approval and a binding left."""
    school = handing.reviewed.school
    checked = checked_roster(school, STUDENTS)
    import_roster(school.store, checked, "0" * 64, "test", lambda _done, _all: None, may_leave=_ALL)
    with school.store.write() as unit:
        students = unit.session.exec(select(Student.id).where(Student.active)).all()
        firsts = {model: unit.session.exec(select(model)).one().model_dump() for model in _COPIED}
        rows: dict[type[SQLModel], list[dict[str, object]]] = {model: [] for model in _COPIED}
        for place, student_id in enumerate(students):
            account_id, application_id = uuid4().hex, uuid4().hex
            known = {
                "national_id": invented_id("M", 2, place),
                "mobile": f"0933{place:06}",
                "email": f"p{place}@example.org",
            }
            own: dict[type[SQLModel], dict[str, object]] = {
                Application: {
                    "id": application_id,
                    "number": f"X{place:09}",
                    "receipt_token": uuid4().hex,
                    "request_id": uuid4().hex,
                    "student_id": student_id,
                },
                Applicant: {"id": uuid4().hex, "application_id": application_id, "student_id": student_id},
                ParentAccount: {
                    "id": account_id,
                    "national_id_index": uuid4().bytes,
                    "email_index": uuid4().bytes,
                    "sealed": unit.keys.seal("parent_account", account_id, known),
                },
                Binding: {
                    "id": uuid4().hex,
                    "parent_account_id": account_id,
                    "student_id": student_id,
                    "application_id": application_id,
                },
            }
            for model in _COPIED:
                rows[model].append(firsts[model] | own[model])
        for model in _COPIED:
            unit.connection.execute(insert(table_of(model)), rows[model])
        unit.audit("test", "school.grown", "school")


def _exports(handing: Handing) -> dict[str, Callable[[Path], object]]:
    service, member = handing.service, handing.registrar
    return {
        ".zip": lambda file: service.oneroster(member, file, Version.V1_2),
        ".csv": lambda file: service.office(member, file, as_workbook=False),
        ".xlsx": lambda file: service.office(member, file, as_workbook=True),
        ".consents.zip": lambda file: service.consents(member, file),
        ".pdf": lambda file: service.report(member, file, as_pdf=True),
    }


@pytest.mark.alone
@pytest.mark.parametrize("kind", [".zip", ".csv", ".xlsx", ".consents.zip", ".pdf"])
def test_a_large_export_stays_within_time_and_memory(large: Handing, kind: str) -> None:
    file = large.new_file(kind)
    before = time.process_time()
    _exports(large)[kind](file)
    assert time.process_time() - before < _MAX_SECONDS
    again = large.new_file(kind)
    tracemalloc.start()
    _exports(large)[kind](again)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < _MAX_MEMORY
    if kind == ".zip":
        assert problems(file.read_bytes()) == []
