"""A homeroom teacher's day in a real pseudo-terminal: the queue by key and mouse, a return in Chinese, approvals."""

from __future__ import annotations

import re
import signal
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from db.models.applications import Application
from kiosk.demo.people import invented_roster
from kiosk.demo.staff_work import demo_staff_logins
from kiosk.domain.application_status import ApplicationState
from kiosk.services.school import School
from tests.terminal.harness import Terminal
from tests.terminal.keys import CTRL_U, DOWN, ENTER, ESCAPE, F2, F6, F9, TAB, click
from tests.terminal.staff_walker import office
from tests.terminal.walker import opened

TEACHER = demo_staff_logins()[0]
UNSIGNED, TO_RETURN, NEEDS_REVIEW = "110008", "110009", "110015"
CLEAN = ("110013", "110014")
"""Students of the demo school's teacher, by what their applications want; see `kiosk.demo.staff_work`."""
PERSONAL = ("學號", "姓名", "身分證字號", "父親姓名", "母親姓名", "父親行動電話", "母親行動電話")
REASON = "手機號碼和簽章申請書不同，請再核對一次。"


@pytest.fixture
def school(own_home: Path) -> Iterator[School]:
    school = opened(own_home)
    yield school
    school.close()


def _application(school: School, student_number: str) -> Application:
    """A student's only application, as it stands."""
    with school.store.read() as session:
        found = session.exec(select(Application).where(Application.student_number == student_number)).one()
        session.expunge(found)
        return found


def _line_of(terminal: Terminal, text: str) -> int:
    """The line, from 1, in which a text stands."""
    return next(place for place, line in enumerate(terminal.text.splitlines(), 1) if text in line)


@pytest.mark.parametrize("size", [(100, 30), pytest.param((80, 24), marks=pytest.mark.long)])
def test_a_teachers_day(school: School, size: tuple[int, int]) -> None:
    with office(school.settings.home, size=size) as terminal:
        _work(terminal, school)
        app = terminal.app_process
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert not app.is_running()
        _assert_nothing_said(terminal)
        assert not _is_raw(terminal), "the terminal is given back as it was"
        for secret in (b"\x1b]52", TEACHER.password.encode()):
            assert secret not in terminal.raw


def _work(office: Terminal, school: School) -> None:
    assert _is_raw(office)
    office.does(f"{TEACHER.account}{TAB}{TEACHER.password}{ENTER}", "審核申請")
    assert TEACHER.password not in office.text
    office.does(ENTER, "可直接通過")

    line = _line_of(office, _application(school, UNSIGNED).number)
    office.send(click(40, line))
    office.wait_until(lambda: office.text.splitlines()[line - 1].startswith("＞"), what="the cursor")
    office.send(click(40, line))
    office.wait_for(f"學號 {UNSIGNED}")
    office.does(F2, "已登錄收到簽章申請書")
    office.does(ESCAPE, "整批通過")

    office.send(f"{_application(school, TO_RETURN).receipt_token}{ENTER}")  # as a scanner types it, wherever one is
    office.wait_for(f"學號 {TO_RETURN}")
    office.does(F6, "請選要家長補正的欄位")
    office.does(f"{DOWN * 3}{ENTER}", "退回「手機」的原因")
    office.send(f"{REASON}{ENTER}")
    returned = re.compile(rf"\[V\].*手機.*{REASON[:8]}")
    office.wait_until(lambda: returned.search(office.text) is not None, what="the field with its reason")
    office.does(f"{TAB}{ENTER}", "已退件，家長可在本機補正")
    assert _application(school, TO_RETURN).state == ApplicationState.RETURNED

    office.does(f"{NEEDS_REVIEW}{ENTER}", f"學號 {NEEDS_REVIEW}")
    office.does(F9, "看過了，通過")
    office.does(ENTER, f"{_application(school, NEEDS_REVIEW).number} 已通過")

    office.does(f"{F2}{CTRL_U}{F6}", "要通過 2 件")
    office.does(f"{TEACHER.password}{ENTER}", "已通過 2 件")
    assert TEACHER.password not in office.text
    approved = [_application(school, number) for number in CLEAN]
    assert [application.state for application in approved] == [ApplicationState.APPROVED] * 2
    results = [re.compile(rf"{application.number}.*已通過") for application in approved]
    office.wait_until(lambda: all(result.search(office.text) for result in results), what="a result for each row")

    office.does(ESCAPE, "已綁定")
    office.does(ESCAPE, "登出")
    office.send(ESCAPE)
    office.wait_gone("登出")
    office.wait_for("密碼")
    _assert_nothing_said(office)


def _is_raw(terminal: Terminal) -> bool:
    """Whether keys go to the program one by one."""
    return not termios.tcgetattr(terminal.process.child_fd)[3] & termios.ICANON


def _assert_nothing_said(terminal: Terminal) -> None:
    """No name, no number and no reason of the shift stands on the screen."""
    roster = invented_roster()
    places = [roster.header.index(heading) for heading in PERSONAL]
    said = {cells[place] for _line, cells in roster.rows for place in places}
    assert [value for value in (*said, REASON) if value in terminal.text] == []
    assert not re.search(r"115-[0-9]{3}-[0-9]{4}-[0-9]", terminal.text)
