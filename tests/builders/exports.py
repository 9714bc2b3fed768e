"""A school with bound parents, and whoever hands over, for the tests of what is exported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import update
from sqlmodel import SQLModel

from db.models.accounts import Binding
from db.models.columns import table_of
from db.models.exports import ExportedBinding, ExportRun
from db.models.school import Student
from kiosk.domain.application_form import ApplicantEntry, Basis
from kiosk.domain.school_calendar import today
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.exports.export_service import HandOver, RosterDone
from kiosk.services.imports.oneroster_format import Version
from tests.builders.decisions import bind
from tests.builders.reviews import CLASSES, ReviewSchool, open_review_school, student_number
from tests.builders.school import audited, change_row, only_row, rows

DAY = 24 * 60 * 60
CODE = "353401"


@dataclass
class Handing:
    """An open school, a registrar, and a folder for what is handed over."""

    reviewed: ReviewSchool
    registrar: StaffMember
    folder: Path
    files: int = 0
    columns: tuple[tuple[str, str], ...] = ()

    @property
    def service(self) -> HandOver:
        school = self.reviewed.school
        settings = replace(school.settings, school_name="本市某高級中學", school_code=CODE, office_columns=self.columns)
        return HandOver(school.store, settings, school.clock)

    def new_file(self, suffix: str) -> Path:
        self.files += 1
        return self.folder / f"{self.files}{suffix}"

    def bind(self, place: int, *people: ApplicantEntry, basis: Basis = Basis.PARENTS) -> None:
        """Apply for a student and approve past every block."""
        bind(self.reviewed.school, self.reviewed.apply(place, *people, basis=basis))

    def end(self, place: int) -> None:
        """End every binding of a student."""
        for binding in self.office_bindings(place):
            if binding.state == "active":
                self.reviewed.office.bindings.end(self.registrar, binding.id, binding.version, "家長申請終止")

    def office_bindings(self, place: int) -> list[Binding]:
        return rows(self.reviewed.school, Binding, student_id=self.student_id(place))

    def student_id(self, place: int) -> str:
        return only_row(self.reviewed.school, Student, student_number=student_number(place)).id

    def change_student(self, place: int, **values: object) -> None:
        """As a roster does it."""
        school = self.reviewed.school
        change_row(school, Student, self.student_id(place), **values, updated_at=school.store.now())

    def change_everywhere(self, model: type[SQLModel], values: Mapping[str, object]) -> None:
        """Put values into every row of a table, past every check."""
        with self.reviewed.school.store.write() as unit:
            unit.connection.execute(update(table_of(model)).values(**values))
            unit.audit("test", "spoilt", "school")

    def export(self, version: Version = Version.V1_2, since: date | None = None) -> tuple[bytes, RosterDone]:
        """A OneRoster zip, and what was said of it."""
        file = self.new_file(".zip")
        done = self.service.oneroster(self.registrar, file, version, since=since)
        return file.read_bytes(), done

    def runs(self) -> list[ExportRun]:
        return rows(self.reviewed.school, ExportRun, "exported_at")

    def told(self) -> list[tuple[str, str]]:
        return sorted((row.kind, row.state) for row in rows(self.reviewed.school, ExportedBinding))

    def audited(self, action: str) -> list[str]:
        """Who did something, by the audit."""
        return [entry.actor for entry in audited(self.reviewed.school, action)]

    def tomorrow(self) -> date:
        """Let a day pass; the day it is then."""
        self.reviewed.clock.advance(DAY)
        return today(self.reviewed.clock)


@contextmanager
def opened_handing(folder: Path, database_url: str | None = None) -> Iterator[Handing]:
    """A school with the invented roster, a homeroom teacher and a registrar."""
    reviewed = open_review_school(folder / "home", database_url)
    reviewed.add_staff("lin", Role.HOMEROOM_TEACHER, CLASSES[:1])
    registrar = reviewed.add_staff("wu", Role.REGISTRAR)
    (folder / "out").mkdir()
    yield Handing(reviewed, registrar, folder / "out")
    reviewed.school.close()
