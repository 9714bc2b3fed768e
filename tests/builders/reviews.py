"""A school with staff and invented families, for the tests of the review."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from db.models.applications import Application
from db.models.school import Student
from kiosk.config.settings import Settings
from kiosk.demo.people import invented_id
from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.domain.application_status import ApprovalBlock, ReviewFlag
from kiosk.domain.school_calendar import today
from kiosk.rules.accounts import normalise_account
from kiosk.services.applications.flag_check import compare
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.files.table_reader import Sheet
from kiosk.services.imports.roster_check import check_roster
from kiosk.services.imports.roster_import import import_roster
from kiosk.services.imports.roster_records import sheet_records
from kiosk.services.office import StaffServices, open_office
from kiosk.services.school import School, open_school
from kiosk.services.texts.loader import load_consent
from kiosk.testing.clock import FakeClock
from tests.builders.applications import visitor_of
from tests.builders.school import STAFF_CHOSEN, TERMINAL, CountingHasher, add_member, fetch, only_row

TEXT = load_consent(None)
STAFF_PASSWORD = STAFF_CHOSEN
CLASSES = ("科二智", "科二仁", "資三智")
_A_CLASS = 4
_HEADER = (
    "學號", "姓名", "班級", "座號", "身分證字號", "出生年月日", "父親姓名", "父親身分證字號", "父親行動電話",
    "母親姓名", "母親身分證字號", "母親行動電話", "母親電子郵件",
)  # fmt: skip


def student_number(place: int) -> str:
    return f"{110001 + place}"


def mother_of(place: int) -> ApplicantEntry:
    """The mother as the roster has her: nothing of hers differs."""
    return _entry(
        f"林美{'玉華珠香'[place % 4]}", "媽媽", invented_id("H", 2, 5200000 + place), f"0920{place:06}", place
    )


def father_of(place: int) -> ApplicantEntry:
    """The father as the roster has him; no e-mail of his is on file."""
    name, national_id = f"王大{'明華中正'[place % 4]}", invented_id("F", 1, 5100000 + place)
    return _entry(name, "爸爸", national_id, f"0921{place:06}", None)


def _entry(name: str, relation: str, national_id: str, mobile: str, mailbox: int | None) -> ApplicantEntry:
    email = "" if mailbox is None else f"mother{mailbox}@example.org"
    return ApplicantEntry(name, relation, national_id, national_id, mobile, email, email, no_email=mailbox is None)


def roster(places: Sequence[int] = range(len(CLASSES) * _A_CLASS), *, class_shift: int = 0) -> Sheet:
    """The invented roster: four students a class, the last of each of full age."""
    rows = []
    for place in places:
        mother, father = mother_of(place), father_of(place)
        year = 97 if place % _A_CLASS == 3 else 99
        cells = (
            student_number(place),
            f"王小{'明華中正'[place % 4]}",
            CLASSES[(place // _A_CLASS + class_shift) % len(CLASSES)],
            str(place % _A_CLASS + 1),
            invented_id("A", 1 + place % 2, 5000000 + place),
            f"{year}年5月6日",
            father.name,
            father.national_id,
            father.mobile,
            mother.name,
            mother.national_id,
            mother.mobile,
            mother.email,
        )
        rows.append((place + 2, cells))
    return Sheet(_HEADER, tuple(rows))


@dataclass
class ReviewSchool:
    """An open school, its office, and who works there."""

    school: School
    office: StaffServices
    clock: FakeClock
    visitors: dict[int, StudentSession] = field(default_factory=dict)

    def take_roster(self, sheet: Sheet) -> None:
        checked = check_roster(sheet_records(sheet), self.school.settings.student_no_pattern, today(self.clock))
        assert not checked.faults
        import_roster(self.school.store, checked, "0" * 64, "test", lambda _done, _all: None)

    def visitor(self, place: int) -> StudentSession:
        """Somebody with the login of the student at a place of the roster, past the first password, consented."""
        if place not in self.visitors:
            student = only_row(self.school, Student, student_number=student_number(place))
            self.visitors[place] = visitor_of(self.school, student.id)
            self.answer_consent(place)
        return self.visitors[place]

    def answer_consent(self, place: int, *, agree: bool = True) -> None:
        visitor = self.visitor(place)
        choice = "agree" if agree else "refuse"
        self.school.consents.record(visitor, TEXT, choice, language="zh_TW", read_to_end=True)  # type: ignore[arg-type]

    def apply(
        self, place: int, *people: ApplicantEntry, basis: Basis = Basis.PARENTS, verified: Sequence[str] = ()
    ) -> str:
        """Send an application by these people, or by the mother on file; returns its id."""
        people = people or (mother_of(place),)
        mode = Mode.TWO_PARENTS if len(people) == 2 else Mode.ONE_PARENT
        if basis in Mode.OTHER_GUARDIAN.bases:
            mode = Mode.OTHER_GUARDIAN
        visitor = self.visitor(place)
        return self.school.applications.submit(visitor, uuid4().hex, mode, basis, people, verified).application_id

    def row(self, application_id: str) -> Application:
        return fetch(self.school, Application, application_id)

    def version(self, application_id: str) -> int:
        return self.row(application_id).version

    def blocks(self, application_id: str) -> set[ApprovalBlock]:
        row = self.row(application_id)
        held = {hold for hold in ApprovalBlock if getattr(row, f"held_for_{hold.value}")}
        assert row.is_blocked is bool(held)
        return held

    def flags(self, application_id: str) -> ReviewFlag:
        return ReviewFlag(self.row(application_id).remarks)

    def sign(self, member: StaffMember, application_id: str) -> None:
        """The signed form comes back."""
        self.office.review.form_received(member, application_id, self.version(application_id))

    def assert_right(self) -> None:
        """Every stored flag and count is the one that the rows give."""
        found = compare(self.school.store)
        assert (found.outdated, found.wrong_counts) == ((), 0)

    def add_staff(
        self, account: str, role: Role, classes: Sequence[str] = (), national_id: str = invented_id("C", 2, 1)
    ) -> StaffMember:
        """A member of staff past the first password."""
        account = normalise_account(account)
        return add_member(
            self.school, role, classes, national_id, account=account, name=f"{account}老師", password=STAFF_CHOSEN
        )


@cache
def _home_with_roster() -> TemporaryDirectory[str]:
    """The home of a school with the invented roster, made once in a process."""
    folder = TemporaryDirectory()
    opened = _opened(Path(folder.name) / "home", None)
    opened.take_roster(roster())
    opened.school.close()
    return folder


def _opened(home: Path, database_url: str | None) -> ReviewSchool:
    clock = FakeClock()
    settings = Settings(home=home, database_url=database_url, terminal_name=TERMINAL)
    school = open_school(settings, clock, CountingHasher())
    return ReviewSchool(school, open_office(school), clock)


def open_review_school(home: Path, database_url: str | None) -> ReviewSchool:
    """A school with the invented roster taken in; on SQLite a copy."""
    if database_url is None:
        shutil.copytree(Path(_home_with_roster().name) / "home", home, dirs_exist_ok=True)
        return _opened(home, None)
    opened = _opened(home, database_url)
    opened.take_roster(roster())
    return opened


def with_other(entry: ApplicantEntry, **values: str) -> ApplicantEntry:
    """The same person with other values; what is typed twice is typed twice alike."""
    again = {f"{key}_again": value for key, value in values.items() if key in ("national_id", "email")}
    return ApplicantEntry(**(asdict(entry) | values | again))
