"""T29: no ID, mobile, e-mail or birth date stands in any file that a whole visit and the commands around it write."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from db.models.accounts import Binding
from kiosk.app import KioskApp
from kiosk.clock import SystemClock
from kiosk.config.settings import Settings
from kiosk.demo.people import invented_id
from kiosk.domain.application_form import ApplicantEntry
from kiosk.domain.errors import SignInRefused
from kiosk.domain.school_calendar import today
from kiosk.services.accounts.visible_children import Scope
from kiosk.services.auth.staff_session import ALL_STAFF
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.documents.printer import save_for_staff
from kiosk.services.messaging.verification_codes import WrongCode
from kiosk.services.office import open_office
from kiosk.services.review.queue_filter import QueueFilter, QueueSort
from kiosk.services.school import School
from kiosk.services.students.error_reports import Decline
from kiosk.terminal.locked_app import CRASHED
from kiosk.testing.parent import Parent
from tests.builders.filled_school import open_cheaply, settings_of, visitors_of
from tests.builders.school import STAFF_CHOSEN, STAFF_FIRST, TERMINAL
from tests.paths import ROOT

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "big5")
_STUDENT_ID, _MOTHER_ID, _APPLICANT_ID = "A123456789", invented_id("H", 2, 8123456), "B200300401"
_STAFF_ID = invented_id("F", 1, 8234567)
_CARER_ID, _CARER_MOBILE, _CARER_EMAIL = invented_id("K", 2, 8345678), "0933555666", "carer.of.her@example.org"
_NEW_MOBILE, _ACCOUNT_NAME, _ACCOUNT_PASSWORD = "0944666777", "spring.blossom", "Second7lights"
_PASSWORD = "Harbour7lights"
_APPLICANT = ("林小花", "媽媽", _APPLICANT_ID, "0910100200", "Flower.Lin@example.org")
_ROSTER = (
    "學號,姓名,班級,身分證字號,出生年月日,母親姓名,母親身分證字號,母親行動電話,母親電子郵件\n"
    f"110001,王小明,科二智,{_STUDENT_ID},099年5月6日,林美玉,{_MOTHER_ID},0922333444,mother.lin@example.org\n"
)
_SECRETS = (
    _STUDENT_ID, _MOTHER_ID, _APPLICANT_ID, "0910100200", "0922333444", "910100200", "922333444",
    "Flower.Lin@example.org", "mother.lin@example.org", "Flower.Lin", "mother.lin",
    "2010-05-06", "20100506", "2010/5/6", "0990506", "99年5月6日", "099年5月6日", _PASSWORD,
    _STAFF_ID, STAFF_FIRST, STAFF_CHOSEN,
    _CARER_ID, _CARER_MOBILE, _CARER_EMAIL, _NEW_MOBILE, _ACCOUNT_NAME, _ACCOUNT_PASSWORD,
)  # fmt: skip


def _found(folder: Path, words: tuple[str, ...]) -> set[tuple[str, str, str]]:
    """Each (file, encoding, word) that stands anywhere under the folder, in any case."""
    return {
        (file.name, encoding, word)
        for file in folder.rglob("*")
        if file.is_file()
        for content in [file.read_bytes()]
        for word in words
        for encoding in _ENCODINGS
        if any(form.encode(encoding) in content for form in {word, word.lower(), word.upper()})
    }


def _command(home: Path, *arguments: str, lines: str = "") -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
    temporary = home / "temporary"
    temporary.mkdir(mode=0o700, exist_ok=True)
    subprocess.run(
        [sys.executable, str(ROOT / "run_kiosk.py"), *arguments, "--home", str(home)],
        env=environment | {"TMPDIR": str(temporary), "SQLITE_TMPDIR": str(temporary)},
        check=True,
        input=lines.encode(),
        capture_output=True,
        timeout=60,
    )


@pytest.fixture
def imported(tmp_path: Path) -> Settings:
    """A home into which the command line has taken the roster."""
    roster = tmp_path / "roster.csv"
    roster.write_text(_ROSTER, "utf-8")
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    _command(home, "roster", "import", str(roster), "--yes")
    _command(home, "roster", "import", str(roster), "--yes")
    added = ("staff", "add", "lin.li", "--name", "林老師", "--role", "registrar")
    _command(home, *added, lines=f"{STAFF_FIRST}\n{_STAFF_ID}\n")
    return settings_of(home)


@pytest.fixture
def open_school(imported: Settings) -> Iterator[School]:
    school = open_cheaply(imported)
    yield school
    school.close()


async def _visit(school: School) -> None:
    """The guide's path on the screens, to the receipt."""
    app = KioskApp(school.settings, SystemClock(), school)
    async with app.run_test(size=(100, 30)) as pilot:
        parent = Parent(pilot)
        await parent.logs_in("P110001", _STUDENT_ID)
        await parent.changes_password(_PASSWORD)
        await parent.confirms()
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.chooses_mode()
        await parent.fills_in(*_APPLICANT)
        await parent.sees("SummaryScreen")
        await parent.presses("enter")
        await parent.sees("ReceiptScreen")


def _what_else_a_visitor_does(school: School, visitor: StudentSession) -> None:
    """An ID typed into the account field, an error report, a draft, a wrong ID and the right one."""
    for account, password in ((_STUDENT_ID, _STUDENT_ID), ("P110001", _APPLICANT_ID)):
        with pytest.raises(SignInRefused):
            school.sign_in.student(account, password, TERMINAL)
    school.student_data.report_errors(visitor, {"name": _MOTHER_ID})
    entry = ApplicantEntry(*_APPLICANT[:3], _MOTHER_ID, *_APPLICANT[3:], _APPLICANT[4])
    values = {"national_id": entry.national_id, "mobile": entry.mobile, "email": entry.email}
    school.drafts.save(visitor, "application", values, _APPLICANT_ID)
    assert school.drafts.load(visitor, "application", _MOTHER_ID) is None
    assert school.drafts.load(visitor, "application", _APPLICANT_ID) == values


def _what_staff_do(school: School) -> None:
    """An ID typed into the account field, the password, and what is said with an approval, its end and a report."""
    with pytest.raises(SignInRefused):
        school.sign_in.staff(_STAFF_ID, STAFF_FIRST, TERMINAL)
    member = school.sign_in.staff("lin.li", STAFF_FIRST, TERMINAL).member
    member = school.sign_in.change_staff_password(member, STAFF_CHOSEN)
    school.sign_in.confirm_password(member, STAFF_CHOSEN, ALL_STAFF)
    said = f"證號 {_APPLICANT_ID}，手機 {_APPLICANT[3]}，信箱 {_APPLICANT[4]}"
    office = open_office(school)
    (ticket,) = office.error_reports.list(member)
    office.error_reports.decide(member, ticket.ticket_id, 1, {"name": Decline(said)})
    (row,) = office.queue.page(member, QueueFilter(), QueueSort(), limit=2).rows
    office.review.note(member, row.application_id, said)
    office.review.reveal(member, row.application_id, 1, said)
    office.review.form_received(member, row.application_id, office.review.open(member, row.application_id).version)
    office.review.approve(member, row.application_id, office.review.open(member, row.application_id).version)
    assert [call.mobile for call in office.outbox.calls(member)] == [_APPLICANT[3]]
    _what_a_parent_does_signed_on(school)
    given = office.desk.reset_account(member, _CARER_ID, id_seen=True)
    assert school.sign_in.parent(_CARER_MOBILE, given.code, TERMINAL).must_change
    with school.store.read() as session:
        binding = session.exec(select(Binding)).one()
    office.bindings.end(member, binding.id, binding.version, said)


def _what_a_parent_does_signed_on(school: School) -> None:
    """An ID as the account, the names of the account, a carer, the copy, and a wish to be forgotten."""
    for account, password in ((_APPLICANT_ID, _APPLICANT_ID), (_APPLICANT[4], _APPLICANT_ID)):
        with pytest.raises(SignInRefused):
            school.sign_in.parent(account, password, TERMINAL)
    holder = school.sign_in.parent(_APPLICANT[3], _APPLICANT_ID[-6:], TERMINAL).holder
    holder = school.sign_in.change_account_password(holder, _ACCOUNT_PASSWORD)
    school.accounts.choose_account(holder, _ACCOUNT_NAME)
    assert school.accounts.change_mobile(holder, _NEW_MOBILE)
    (child,) = school.accounts.children(holder)
    school.carers.grant(
        holder,
        child.student_id,
        name="陳阿姨",
        national_id=_CARER_ID,
        mobile=_CARER_MOBILE,
        email=_CARER_EMAIL,
        scope=list(Scope),
        last_day=today(school.clock),
    )
    save_for_staff(school.settings, school.own_data.copy_pdf(holder))
    school.own_data.request_deletion(holder, f"證號 {_APPLICANT_ID}，信箱 {_APPLICANT[4]}")
    with pytest.raises(WrongCode):
        school.account_recovery.finish(school.account_recovery.begin("林小花", _APPLICANT_ID, TERMINAL), "x")


class _Careless(Exception):
    """A fault whose message tells everything."""


async def _crash(school: School) -> None:
    """A fault of the program with personal data in its message, its cause and its locals."""
    app = KioskApp(school.settings, SystemClock(), school)

    def fail(national_id: str) -> None:
        try:
            int(national_id)
        except ValueError as error:
            raise _Careless(" ".join(_SECRETS)) from error

    async def run_until_the_fault() -> None:
        async with app.run_test(size=(100, 30)) as pilot:
            await Parent(pilot).sees("LoginScreen")
            app.call_later(fail, _STUDENT_ID)
            await pilot.pause()

    with pytest.raises(_Careless):
        await run_until_the_fault()
    assert app.return_code == CRASHED


async def test_t29_nothing_personal_is_written_in_clear(imported: Settings, open_school: School) -> None:
    await _visit(open_school)
    _what_else_a_visitor_does(open_school, visitors_of(open_school)[0])
    _what_staff_do(open_school)
    _command(imported.home, "backup", str(imported.home / "kiosk.backup"))
    await _crash(open_school)
    names = {file.name for file in imported.home.rglob("*") if file.is_file()}
    assert {"kiosk.db", "kiosk.db-wal", "kiosk.db-shm", "kiosk.backup", "kiosk.log", "kiosk.key"} <= names
    assert "_Careless" in imported.log_file.read_text("utf-8")
    assert ("kiosk.db", "utf-8", "王小明") in _found(imported.home, ("王小明",)), "names are meant to stand there"
    assert _found(imported.home, _SECRETS) == set()
    _command(imported.home, "keys", "rotate")
    open_school.close()
    assert _found(imported.home, _SECRETS) == set()


def test_t29_what_stands_there_would_be_found(tmp_path: Path) -> None:
    """The positive control: each value planted in each encoding."""
    for encoding in _ENCODINGS:
        for secret in _SECRETS:
            (tmp_path / "planted").write_bytes(os.urandom(99) + secret.encode(encoding) + os.urandom(99))
            assert ("planted", encoding, secret) in _found(tmp_path, (secret,))
