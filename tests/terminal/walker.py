"""Brings the real kiosk, in a real terminal, to any screen of a parent's visit."""

from __future__ import annotations

import time
from dataclasses import asdict
from itertools import count
from pathlib import Path

from argon2 import PasswordHasher

from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.demo.people import invented_id
from kiosk.demo.seed import fill_demo_school
from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.services.school import School, open_school
from tests.paths import ROOT
from tests.terminal.harness import Terminal, python

PASSWORD = "Harbour7lights"
FIRST_PLACE, CHILDREN = 20, 60
"""Children of the demo school that are made ready for a visit: confirmed, their password chosen, a draft kept."""

LOGIN = "登入帳號"
MARKS = {
    "login": LOGIN,
    "change": "再輸入一次新密碼",
    "hub": "申請簽署",
    "confirm": "填答送出",
    "report": "正確的班級",
    "consent": "往下讀",
    "mode": "一位申辦",
    "basis": "請選擇您的身分",
    "form": "申請人姓名",
    "read_back": "請再看一次",
    "code": "重寄",
    "receipt": "申請編號",
    "ask_id": "繼續暫存的申請",
}
"""What stands on each screen and on no other that a walk to it passes."""

SCREENS = tuple(MARKS)
_SERIALS = count()
ESCAPE, TAB, BACKTAB, ENTER, PAGE_UP, PAGE_DOWN = "\x1b", "\t", "\x1b[Z", "\r", "\x1b[5~", "\x1b[6~"


def number_of(child: int) -> str:
    """Give the student number of one of the children made ready."""
    return f"{110001 + FIRST_PLACE + child % CHILDREN}"


def first_id_of(child: int) -> str:
    """Give the national ID that is a child's first password."""
    place = FIRST_PLACE + child % CHILDREN
    return invented_id("A", 1 + place % 2, 9000000 + place)


def applicant(serial: int) -> ApplicantEntry:
    """Give an applicant; no two of them are the same person."""
    national_id = invented_id("K", 2, 9300000 + serial)
    email = f"mother{serial}@example.org"
    return ApplicantEntry(
        name="林小花",
        relation="媽媽",
        national_id=national_id,
        national_id_again=national_id,
        mobile=f"0910{serial:06}",
        email=email,
        email_again=email,
    )


def draft_owner(child: int) -> ApplicantEntry:
    """Give the applicant whose draft is kept for a child."""
    return applicant(800 + child)


def prepare(home: Path) -> School:
    """Make the invented school; signing on the screen, a mail server that answers nobody, so that codes are asked."""
    home.mkdir(mode=0o700)
    settings = '[smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nsender = "kiosk@example.org"\n'
    settings += "[signing]\non_screen = true\n"
    (home / "kiosk.toml").write_text(settings, encoding="utf-8")
    school = open_school(load_settings(home, environment={}), SystemClock(), PasswordHasher(1, 1024, 1))
    fill_demo_school(school)
    for child in range(CHILDREN):
        if child % 10 == 9:
            continue  # their first login is still to come
        visitor = school.sign_in.student(f"P{number_of(child)}", first_id_of(child), "test").visitor
        visitor = school.sign_in.change_password(visitor, PASSWORD)
        school.student_data.confirm(visitor)
        if child % 10 == 8:
            mother = draft_owner(child)
            values = {"mode": Mode.ONE_PARENT, "basis": Basis.PARENTS, "entries": [asdict(mother)]}
            school.drafts.save(visitor, "application", values, mother.national_id)
    return school


def child_for(screen: str, visit: int) -> int:
    """Give a child whose visit leads to a screen."""
    if screen == "change":
        return visit % 6 * 10 + 9
    if screen == "ask_id":
        return visit % 6 * 10 + 8
    return visit % 48 // 8 * 10 + visit % 8


def kiosk(home: Path, *, size: tuple[int, int] = (80, 24), folder: Path | None = None) -> Terminal:
    """Start the kiosk and wait for the login."""
    command = python(str(ROOT / "run_kiosk.py"), "run", "--home", str(home))
    terminal = Terminal(command, size=size) if folder is None else Terminal(command, size=size, folder=folder)
    terminal.wait_for(LOGIN, 30)
    return terminal


def wait_for_empty_login(terminal: Terminal) -> None:
    """Wait for the whole resting login: half of it may be read while the hub before it still stands below."""
    terminal.wait_until(lambda: LOGIN in terminal.text and MARKS["hub"] not in terminal.text, what="the whole login")


def walk(terminal: Terminal, screen: str, visit: int = 0) -> None:
    """Go from the login to a screen, and see it.

    Args:
        terminal: stands at an empty login.
        screen: one of `SCREENS`.
        visit: which child comes.
    """
    child = child_for(screen, visit)
    if screen == "login":
        return
    wait_for_empty_login(terminal)
    terminal.send(f"P{number_of(child)}{TAB}{first_id_of(child) if screen == 'change' else PASSWORD}{ENTER}")
    if screen != "change":
        terminal.wait_for(MARKS["hub"], 20)
        _go_on(terminal, screen)
    terminal.wait_for(MARKS[screen], 20)


def _go_on(terminal: Terminal, screen: str) -> None:
    """Go on from the hub."""
    if screen == "hub":
        return
    if "審核中" in terminal.text:
        terminal.send(BACKTAB * 2)  # an earlier visit applied, so the last door has the focus
    if screen in ("confirm", "report"):
        terminal.does(f"{BACKTAB}{ENTER}", MARKS["confirm"])
        if screen == "report":
            terminal.send(f"{TAB}{ENTER}")
        return
    terminal.does(ENTER, MARKS["consent"])
    if screen == "consent":
        return
    read_to_the_end(terminal)
    terminal.send(f"{TAB}{ENTER}{ENTER}")
    if screen == "ask_id":
        return
    for before in ("mode", "basis", "form"):
        terminal.wait_for(MARKS[before])
        if screen == before:
            return
        if before != "form":
            terminal.send(ENTER)
    mother = applicant(next(_SERIALS))
    entries = (mother.name, mother.relation, *(mother.national_id,) * 2, mother.mobile, *(mother.email,) * 2)
    terminal.does("".join(f"{entry}{ENTER}" for entry in entries), MARKS["read_back"])
    if screen == "read_back":
        return
    terminal.does(ENTER, "目前無法寄信")
    if screen == "receipt":
        terminal.send(f"{TAB}{TAB}{TAB}{ENTER}")


def read_to_the_end(terminal: Terminal) -> None:
    """Turn the pages of the consent."""
    for _page in range(60):
        if "已讀到最後" in terminal.text:
            return
        terminal.send(PAGE_DOWN)
        terminal.read(0.1)
    terminal.wait_for("已讀到最後")


def come_home(terminal: Terminal) -> None:
    """Leave, by the keys each screen offers, whatever screen the kiosk stands at, and see that it types on."""
    terminal.send("\x1b[201~")
    deadline = time.monotonic() + 60.0
    while not ("您的IP" in terminal.text and _echoes(terminal)):
        assert time.monotonic() < deadline, f"no way back from:\n{terminal.text}"
        text = terminal.text
        if "不儲存離開" in text:  # the last choice, behind 暫存離開 where something can be kept
            terminal.send(f"{TAB * (2 if '暫存離開' in text else 1)}{ENTER}")
        elif "略過" in text:
            terminal.send(f"{TAB}{TAB}{TAB}{ENTER}")
        else:
            terminal.send(ESCAPE)
        end = time.monotonic() + 0.5
        while time.monotonic() < end and terminal.text == text:
            terminal.read(0.05)


def _echoes(terminal: Terminal) -> bool:
    terminal.send(ESCAPE)
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        terminal.read(0.05)
    terminal.send("still")
    end = time.monotonic() + 0.7
    while time.monotonic() < end:
        if "still" in terminal.text:
            return True
        terminal.read(0.05)
    return False
