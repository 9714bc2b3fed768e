"""Taking rosters in, one after the other: what they change, and what they never do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from unittest import mock

import pytest

from db.models.applications import Application
from db.models.audit import AuditEntry
from db.models.logins import Credential
from db.models.school import Guardian, RosterImport, Student
from kiosk.demo.people import invented_id
from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.application_status import ReviewFlag
from kiosk.domain.errors import Denied, SignInRefused
from kiosk.services.applications.drafts import APPLICATION
from kiosk.services.applications.flag_check import compare
from kiosk.services.auth.password_changes import reset_student_login
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.errors import StoreBusy
from kiosk.services.imports import roster_import
from kiosk.services.imports.roster_changes import RosterChanges, TooManyWouldLeave, compare_with_school
from kiosk.services.imports.roster_import import Imported, import_roster
from kiosk.services.school import School
from tests.builders.filled_school import CHOSEN, checked_roster, entry_of, give_consent, submit
from tests.builders.roster_files import FIRST_ID, MOTHER_ID, SECOND_ID, csv_file
from tests.builders.school import TERMINAL, only_row, rows
from tests.unit.services.imports.test_well_formed import checked

_HEADER = "學號,姓名,班級,座號,身分證字號,生日,母親姓名,母親身分證字號,母親電子郵件"
_FIRST = f"110001,王小明,科一智,1,{FIRST_ID},98年5月6日,林小花,{MOTHER_ID},flower@example.org"
_SECOND = f"110002,李大同,科一智,2,{SECOND_ID},99年5月7日,,,"


@dataclass
class Office:
    """Imports files into one school."""

    school: School
    folder: Path
    steps: list[tuple[int, int]] = field(default_factory=list)

    def takes(self, *lines: str, may_leave: int | None = None) -> Imported:
        self.steps.clear()
        roster = checked(csv_file(self.folder / "roster.csv", *lines))
        return import_roster(
            self.school.store, roster, "0" * 64, "office", lambda *step: self.steps.append(step), may_leave=may_leave
        )

    def student(self, number: str) -> Student:
        return only_row(self.school, Student, student_number=number)

    def everything(self) -> list[list[dict[str, object]]]:
        models = (Student, Credential, Guardian, RosterImport, AuditEntry)
        return [sorted((row.model_dump() for row in rows(self.school, model)), key=str) for model in models]

    def signs_in(self, account: str, password: str) -> StudentSession:
        return self.school.sign_in.student(account, password, TERMINAL).visitor

    def first_visit(self, account: str, first_password: str) -> StudentSession:
        visitor = self.signs_in(account, first_password)
        return self.school.sign_in.change_password(visitor, CHOSEN)


@pytest.fixture
def office(school: School, tmp_path: Path) -> Office:
    return Office(school, tmp_path)


@pytest.mark.both_databases
def test_a_first_import(office: Office) -> None:
    third = "110003,NGUYỄN LAN,科一智,,123456789012,,,,"
    done = office.takes(_HEADER, _FIRST, _SECOND, third)
    assert (done.added, done.changed, done.returned, done.left) == (3, 0, 0, 0)
    assert [number for number, _code in done.desk_codes] == ["110003"]
    assert office.steps == [(3, 3)]
    assert office.school.sign_in.student("P110001", FIRST_ID, TERMINAL).must_change
    assert office.school.sign_in.student("P110003", done.desk_codes[0][1], TERMINAL).must_change
    mother = only_row(office.school, Guardian)
    opened = office.school.store.keys.open("guardian", mother.id, mother.sealed)
    assert opened == {"national_id": MOTHER_ID, "mobile": "", "email": "flower@example.org"}
    kept = only_row(office.school, RosterImport)
    assert (kept.students, kept.added, kept.changed, kept.left) == (3, 3, 0, 0)


@pytest.mark.both_databases
def test_a_second_import_moves_adds_and_removes_students(office: Office) -> None:
    office.takes(_HEADER, _FIRST, _SECOND)
    done = office.takes(_HEADER, _FIRST.replace("科一智,1", "科二智,9"), "110003,張三,科一智,,,,,,")
    assert (done.added, done.changed, done.returned, done.left) == (1, 1, 0, 1)
    moved = office.student("110001")
    assert (moved.class_name, moved.seat_number, moved.version) == ("科二智", 9, 2)
    assert not office.student("110002").active
    with pytest.raises(SignInRefused):
        office.signs_in("P110002", SECOND_ID)


@pytest.mark.both_databases
def test_the_same_file_again_changes_nothing(office: Office) -> None:
    """Not a version, not a row: whoever looks at a student meanwhile is not disturbed."""
    office.takes(_HEADER, _FIRST, _SECOND)
    before = office.everything()[:3]
    assert office.takes(_HEADER, _FIRST, _SECOND) == Imported(0, 0, 0, 0, 0, ())
    assert office.everything()[:3] == before


def _answers_and_applies(office: Office) -> tuple[StudentSession, str]:
    """A visit that leaves a password, a consent, an application and a draft; and the application's number."""
    visitor = office.first_visit("P110001", FIRST_ID)
    office.school.student_data.confirm(visitor)
    give_consent(office.school, visitor)
    receipt = submit(office.school, visitor, 8800001)
    entry = entry_of(8800002)
    values = {"mode": Mode.ONE_PARENT, "basis": Basis.PARENTS, "entries": [asdict(entry)]}
    office.school.drafts.save(visitor, APPLICATION, values, entry.national_id)
    return visitor, receipt.number


def _still_stands(office: Office, number: str) -> None:
    signed_in = office.school.sign_in.student("P110001", CHOSEN, TERMINAL)
    assert not signed_in.must_change
    menu = office.school.student_data.hub(signed_in.visitor)
    assert (menu.data_state, menu.account_state, menu.consent) == ("confirmed", "under_review", "agree")
    assert [application.number for application in menu.applications] == [number]
    draft = office.school.drafts.load(signed_in.visitor, APPLICATION, entry_of(8800002).national_id)
    assert draft is not None
    assert draft["entries"][0]["name"] == "林小花"


@pytest.mark.parametrize(
    "again",
    [
        _FIRST,
        _FIRST.replace("科一智", "科二智"),
        _FIRST.replace(FIRST_ID, invented_id("C", 1, 8700009)),
        _FIRST.replace(FIRST_ID, ""),
    ],
)
def test_a_password_a_consent_an_application_and_a_draft_stay(office: Office, again: str) -> None:
    office.takes(_HEADER, _FIRST, _SECOND)
    _visitor, number = _answers_and_applies(office)
    office.takes(_HEADER, again, _SECOND)
    _still_stands(office, number)


def test_data_is_kept_for_a_student_who_returns(office: Office) -> None:
    office.takes(_HEADER, _FIRST, _SECOND)
    visitor, number = _answers_and_applies(office)
    assert office.takes(_HEADER, _SECOND).left == 1
    with pytest.raises(SignInRefused):
        office.signs_in("P110001", CHOSEN)
    with pytest.raises(Denied):
        office.school.student_data.hub(visitor)
    done = office.takes(_HEADER, _FIRST.replace("科一智", "科二智"), _SECOND)
    assert (done.added, done.changed, done.returned) == (0, 1, 1)
    assert office.student("110001").class_name == "科二智"
    _still_stands(office, number)


def test_a_returning_student_keeps_the_first_password(office: Office) -> None:
    office.takes(_HEADER, _FIRST, _SECOND)
    office.takes(_HEADER, _SECOND)
    office.takes(_HEADER, _FIRST, _SECOND)
    assert office.school.sign_in.student("P110001", FIRST_ID, TERMINAL).must_change


def test_a_corrected_id_resets_the_first_password_and_its_tries(office: Office) -> None:
    right = invented_id("C", 1, 8700009)
    office.takes(_HEADER, _FIRST)
    for _try in range(3):
        with pytest.raises(SignInRefused):
            office.signs_in("P110001", right)
    office.takes(_HEADER, _FIRST.replace(FIRST_ID, right))
    login = only_row(office.school, Credential)
    assert login.initial_failures == 0
    with pytest.raises(SignInRefused):
        office.signs_in("P110001", FIRST_ID)
    assert office.school.sign_in.student("P110001", right, TERMINAL).must_change


def test_a_desk_code_stays_until_the_roster_knows_the_id(office: Office) -> None:
    without = _FIRST.replace(FIRST_ID, "")
    code = office.takes(_HEADER, without).desk_codes[0][1]
    assert office.takes(_HEADER, without).desk_codes == ()
    office.signs_in("P110001", code)
    assert office.takes(_HEADER, _FIRST).id_logins == 1
    with pytest.raises(SignInRefused):
        office.signs_in("P110001", code)
    office.signs_in("P110001", FIRST_ID)


def test_a_code_that_the_desk_gave_survives_the_next_import(office: Office) -> None:
    office.takes(_HEADER, _FIRST)
    office.first_visit("P110001", FIRST_ID)
    with office.school.store.write() as unit:
        code = reset_student_login(unit, office.school.clock, "110001", "desk")
    office.takes(_HEADER, _FIRST.replace("科一智", "科二智"))
    assert office.school.sign_in.student("P110001", code, TERMINAL).must_change


def test_columns_missing_in_a_file_keep_their_values(office: Office) -> None:
    office.takes(_HEADER, _FIRST)
    office.takes("學號,姓名,班級,母親姓名", "110001,王小明,科二智,林美玉")
    student, mother = office.student("110001"), only_row(office.school, Guardian)
    keys = office.school.store.keys
    assert keys.open("student", student.id, student.sealed) == {"birth_date": "2009-05-06"}
    assert student.seat_number == 1
    assert student.national_id_index is not None
    assert mother.name == "林美玉"
    assert keys.open("guardian", mother.id, mother.sealed)["national_id"] == MOTHER_ID


def test_a_guardian_whom_the_file_leaves_blank_is_no_longer_on_file(office: Office) -> None:
    office.takes(_HEADER, _FIRST)
    gone = _FIRST.replace(f"林小花,{MOTHER_ID},flower@example.org", ",,")
    assert office.takes(_HEADER, gone).changed == 1
    assert rows(office.school, Guardian) == []


@pytest.mark.both_databases
def test_applications_move_with_their_student(office: Office) -> None:
    """What an application has of its student, of the guardians on file and of other students follows the roster."""
    office.takes(_HEADER, _FIRST, _SECOND)
    _answers_and_applies(office)
    before = only_row(office.school, Application)
    applicant = entry_of(8800001)
    mother = f"{applicant.name},{applicant.national_id},{applicant.email}"
    moved = _FIRST.replace("科一智,1", "科二智,9").replace(f"林小花,{MOTHER_ID},flower@example.org", mother)
    office.takes(_HEADER, moved, _SECOND)
    after = only_row(office.school, Application)
    assert (after.class_name, after.seat_number, after.state) == ("科二智", 9, before.state)
    assert ReviewFlag.GUARDIAN_MATCHES in ReviewFlag(after.remarks)
    assert ReviewFlag.GUARDIAN_MATCHES not in ReviewFlag(before.remarks)
    assert compare(office.school.store).is_right


@pytest.mark.both_databases
@pytest.mark.parametrize("at", [20, 30])  # while it is prepared; when all rows are written
def test_an_aborted_import_changes_nothing(office: Office, at: int) -> None:
    office.takes(_HEADER, _FIRST, _SECOND)
    before = office.everything()
    roster = checked_roster(office.school, 30)

    def break_off(done: int, _all: int) -> None:
        if done >= at:
            raise KeyboardInterrupt

    with mock.patch.object(roster_import, "_BATCH", 10), pytest.raises(KeyboardInterrupt):
        import_roster(office.school.store, roster, "0" * 64, "office", break_off)
    assert office.everything() == before


@pytest.mark.both_databases
@pytest.mark.parametrize("changes", [1, 99])
def test_an_import_is_prepared_again_when_another_one_was_quicker(office: Office, changes: int) -> None:
    office.takes(_HEADER, _FIRST, _SECOND)
    wanted = _FIRST.replace("林小花", "林美玉")
    roster = checked(csv_file(office.folder / "slow.csv", _HEADER, wanted, _SECOND))
    quicker = [_FIRST.replace("林小花", name) for name in ("林一", "林二", "林三")][:changes]

    def be_quicker(done: int, _all: int) -> None:
        if done == 1 and quicker:
            with mock.patch.object(roster_import, "_BATCH", 10):
                office.takes(_HEADER, quicker.pop(), _SECOND)

    def slow_import() -> Imported:
        return import_roster(office.school.store, roster, "1" * 64, "office", be_quicker)

    with mock.patch.object(roster_import, "_BATCH", 1):
        if changes == 1:
            assert slow_import().changed == 1
        else:
            with pytest.raises(StoreBusy):
                slow_import()
    assert [row.name for row in rows(office.school, Guardian)] == ["林美玉" if changes == 1 else "林一"]
    assert quicker == []


def _school_of(count: int) -> Iterator[str]:
    yield _HEADER
    for place in range(count):
        yield f"{120000 + place},王小明,科一智,{place % 40},,,,,"


@pytest.mark.parametrize(
    ("students", "listed", "may_leave", "is_taken"),
    [
        (60, 49, None, True),  # eleven are more than ten, and less than a fifth
        (30, 20, None, True),  # ten are a third, and no more than ten
        (30, 19, None, False),
        (30, 19, 10, False),
        (30, 19, 11, True),
        (60, 1, None, False),
        (60, 1, 58, False),
        (60, 1, 59, True),
    ],
)
def test_many_leaving_students_need_a_confirmation(
    office: Office, students: int, listed: int, may_leave: int | None, is_taken: bool
) -> None:
    office.takes(*_school_of(students))
    before = office.everything()
    leaving = students - listed
    roster = checked(csv_file(office.folder / "roster.csv", *_school_of(listed)))
    assert compare_with_school(office.school.store, roster) == RosterChanges(0, listed, leaving, students)
    if is_taken:
        assert office.takes(*_school_of(listed), may_leave=may_leave).left == leaving
        assert sum(row.active for row in rows(office.school, Student)) == listed
        return
    with pytest.raises(TooManyWouldLeave) as refused:
        office.takes(*_school_of(listed), may_leave=may_leave)
    assert (refused.value.leaving, refused.value.active) == (leaving, students)
    assert office.everything() == before


def test_students_who_left_are_counted_once(office: Office) -> None:
    office.takes(*_school_of(30))
    office.takes(*_school_of(5), may_leave=25)
    done = office.takes(*_school_of(5), _SECOND)
    assert (done.added, done.left) == (1, 0)
