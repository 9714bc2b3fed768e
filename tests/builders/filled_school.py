"""A school for the fault tests: invented students past their first password, consented, ready to apply."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from argon2 import PasswordHasher
from sqlmodel import col, select

from db.models.logins import Credential
from kiosk.clock import SystemClock
from kiosk.config.settings import Settings
from kiosk.demo.people import invented_id
from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.domain.receipt import Receipt
from kiosk.domain.school_calendar import today
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.files.table_reader import Sheet
from kiosk.services.imports.roster_check import Roster, check_roster
from kiosk.services.imports.roster_import import import_roster
from kiosk.services.imports.roster_records import sheet_records
from kiosk.services.school import School, open_school
from kiosk.services.texts.loader import load_consent
from tests.builders.decisions import bind
from tests.builders.school import STAFF_NAME, TERMINAL, staff_member

CHOSEN = "Harbour7lights"
STUDENTS = 30
_HEADER = (
    "學號", "姓名", "班級", "座號", "身分證字號", "出生年月日", "母親姓名",
    "母親身分證字號", "母親行動電話", "母親電子郵件",
)  # fmt: skip


def cheap_hasher() -> PasswordHasher:
    """Argon2id that costs nothing, for tests that are about something else."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def settings_of(home: Path, database_url: str | None = None) -> Settings:
    """The settings of a school in this home."""
    return Settings(home=home, database_url=database_url, terminal_name=TERMINAL, sign_on_screen=True)


def open_cheaply(settings: Settings) -> School:
    """Open the school with the machine's clock and a cheap hasher."""
    return open_school(settings, SystemClock(), cheap_hasher())


def student_id_number(place: int) -> str:
    """The ID, and so the first password, of the student at a place of the roster."""
    return invented_id("A", 1 + place % 2, 8000000 + place)


def roster_rows(students: int) -> Sheet:
    """An invented roster of any length, a mother on file for each student."""
    rows = [
        (
            place + 2,
            (
                f"{120001 + place}",
                "王小明",
                "科一智",
                str(place % 40 + 1),
                student_id_number(place),
                f"{98 + place % 3}年{1 + place % 12}月{1 + place % 28}日",
                "林美玉",
                invented_id("H", 2, 8000000 + place),
                f"0922{place:06}",
                f"mother{place}@example.org",
            ),
        )
        for place in range(students)
    ]
    return Sheet(_HEADER, tuple(rows))


def checked_roster(school: School, students: int) -> Roster:
    """The invented roster, checked."""
    roster = check_roster(sheet_records(roster_rows(students)), school.settings.student_no_pattern, today(school.clock))
    assert not roster.faults
    return roster


def fill_school(school: School, students: int = STUDENTS) -> None:
    """Take the roster in; every login past its first password (one hash for all), every family consented."""
    import_roster(school.store, checked_roster(school, students), "0" * 64, "test", lambda _done, _all: None)
    first = school.sign_in.student("P120001", student_id_number(0), TERMINAL).visitor
    school.sign_in.change_password(first, CHOSEN)
    with school.store.write() as unit:
        chosen = unit.session.get_one(Credential, first.credential_id)
        for credential in unit.session.exec(select(Credential).where(col(Credential.password_hash).is_(None))):
            credential.password_hash, credential.pepper_id = chosen.password_hash, chosen.pepper_id
            credential.version += 1
        unit.audit("test", "passwords.chosen", "school")
    for visitor in visitors_of(school):
        give_consent(school, visitor)


def add_staff(
    school: School,
    account: str,
    role: Role,
    classes: Sequence[str] = (),
    serial: int = 1,
    name: str = STAFF_NAME,
) -> StaffMember:
    """The serial-th member of staff, past the first password, signed in."""
    return staff_member(school, account, role, classes, invented_id("F", 1, 8000000 + serial), name)


def visitors_of(school: School) -> list[StudentSession]:
    """Somebody signed in for each student past the first password, in the roster's order."""
    chosen = select(Credential).where(Credential.kind == "student", col(Credential.password_hash).is_not(None))
    with school.store.read() as session:
        found = session.exec(chosen.order_by(col(Credential.account))).all()
        return [StudentSession(one.id, one.subject_id, one.account, TERMINAL, one.version) for one in found]


def give_consent(school: School, visitor: StudentSession) -> None:
    """Agree to the consent text as a parent."""
    school.consents.record(visitor, load_consent(None), "agree", language="zh_TW", read_to_end=True)


def entry_of(serial: int) -> ApplicantEntry:
    """The serial-th invented applicant."""
    national_id, email = invented_id("K", 2, serial), f"applicant{serial}@example.org"
    return ApplicantEntry("林小花", "媽媽", national_id, national_id, f"09{serial % 10**8:08}", email, email)


def submit(school: School, visitor: StudentSession, serial: int, request_id: str = "") -> Receipt:
    """Send the serial-th applicant's application."""
    return school.applications.submit(
        visitor, request_id or uuid4().hex, Mode.ONE_PARENT, Basis.PARENTS, [entry_of(serial)]
    )


def approved_parent(school: School, serial: int) -> str:
    """The serial-th student's application of the serial-th applicant, approved; gives the account."""
    (opened,) = bind(school, submit(school, visitors_of(school)[serial], serial).application_id)
    return opened.account_id


def signed_on_parent(school: School, serial: int) -> AccountSession:
    """The same parent, signed on, past the forced change."""
    approved_parent(school, serial)
    entry = entry_of(serial)
    first = school.sign_in.parent(entry.email, entry.national_id[-6:], TERMINAL)
    return school.sign_in.change_account_password(first.holder, CHOSEN)
