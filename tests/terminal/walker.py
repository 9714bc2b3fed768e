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
from tests.terminal.keys import BACKTAB, ENTER, ESCAPE, PAGE_DOWN, TAB

PASSWORD = "Harbour7lights"
READY, WITH_DRAFT, NEW = 0, 3, 4
"""Children of the demo school, those before the last made ready for a visit: confirmed, their password chosen."""
_FIRST_PLACE = 20

LOGIN = "登入帳號"
MARKS = {
    "login": LOGIN,
    "change": "再輸入一次新密碼",
    "menu": "申請簽署",
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
_PAGES = 60
_serials = count()


def number_of(child: int) -> str:
    """Give the student number of one of the children made ready."""
    return f"{110001 + _FIRST_PLACE + child}"


def first_id_of(child: int) -> str:
    """Give the national ID that is a child's first password."""
    place = _FIRST_PLACE + child
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


DRAFT_OWNER = applicant(800)


def opened(home: Path) -> School:
    """Open the school of a home with a cheap hasher."""
    return open_school(load_settings(home, environment={}), SystemClock(), PasswordHasher(1, 1024, 1))


def prepare(home: Path) -> School:
    """Make the invented school; signing on the screen, a mail server that answers nobody, so that codes are asked."""
    home.mkdir(mode=0o700)
    settings = '[smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nsender = "kiosk@example.org"\n'
    settings += "[signing]\non_screen = true\n"
    (home / "kiosk.toml").write_text(settings, encoding="utf-8")
    school = opened(home)
    fill_demo_school(school)
    for child in range(NEW):
        visitor = school.sign_in.student(f"P{number_of(child)}", first_id_of(child), "test").visitor
        visitor = school.sign_in.change_password(visitor, PASSWORD)
        school.student_data.confirm(visitor)
        if child == WITH_DRAFT:
            values = {"mode": Mode.ONE_PARENT, "basis": Basis.PARENTS, "entries": [asdict(DRAFT_OWNER)]}
            school.drafts.save(visitor, "application", values, DRAFT_OWNER.national_id)
    return school


def kiosk(home: Path, *, size: tuple[int, int] = (80, 24), folder: Path = ROOT, fault: str = "") -> Terminal:
    """Start the kiosk, with a fault planted as in `tests.terminal.sabotaged_kiosk` if one is named; see the login."""
    command = ("-m", "tests.terminal.sabotaged_kiosk", str(home), fault)
    if not fault:
        command = (str(ROOT / "run_kiosk.py"), "run", "--home", str(home))
    terminal = Terminal(python(*command), size=size, folder=folder)
    terminal.wait_for(LOGIN)
    return terminal


def log_in(terminal: Terminal, child: int, password: str = PASSWORD) -> None:
    """Log in at the resting login: half of it may be read while the menu before it still stands below."""
    terminal.wait_until(lambda: LOGIN in terminal.text and MARKS["menu"] not in terminal.text, what="the whole login")
    terminal.send(f"P{number_of(child)}{TAB}{password}{ENTER}")


def walk(terminal: Terminal, screen: str) -> None:
    """Go from the login to a screen, and see it.

    Args:
        terminal: stands at an empty login.
        screen: one of `SCREENS`.
    """
    child = {"change": NEW, "ask_id": WITH_DRAFT}.get(screen, READY)
    if screen == "login":
        return
    log_in(terminal, child, first_id_of(child) if screen == "change" else PASSWORD)
    if screen != "change":
        terminal.wait_for(MARKS["menu"])
        _go_on(terminal, screen)
    terminal.wait_for(MARKS[screen])


def _go_on(terminal: Terminal, screen: str) -> None:
    """Go on from the menu."""
    if "審核中" in terminal.text:
        terminal.send(BACKTAB * 2)  # an earlier visit applied, so the last item has the focus
    if screen in ("confirm", "report"):
        terminal.does(f"{BACKTAB}{ENTER}", MARKS["confirm"])
        if screen == "report":
            terminal.send(f"{TAB}{ENTER}")
    elif screen != "menu":
        apply(terminal, applicant(next(_serials)), screen)


def apply(terminal: Terminal, entry: ApplicantEntry, until: str = "receipt") -> None:
    """Go from the first item of the menu to a screen of the application."""
    values = (entry.name, entry.relation, *(entry.national_id,) * 2, entry.mobile, *(entry.email,) * 2)
    steps = {
        "consent": ENTER,
        "ask_id" if until == "ask_id" else "mode": f"{TAB}{ENTER}{ENTER}",
        "basis": ENTER,
        "form": ENTER,
        "read_back": "".join(f"{value}{ENTER}" for value in values),
        "code": ENTER,
        "receipt": f"{TAB * 3}{ENTER}",
    }
    for screen, keys in steps.items():
        terminal.does(keys, MARKS[screen])
        if screen == until:
            return
        if screen == "consent":
            terminal.does(PAGE_DOWN * _PAGES, "已讀到最後")
        elif screen == "code":
            terminal.wait_for("目前無法寄信")


def first_visit(terminal: Terminal, entry: ApplicantEntry) -> None:
    """Go from the login, past the change of the first password and the confirmation, to the receipt."""
    log_in(terminal, NEW, first_id_of(NEW))
    terminal.wait_for(MARKS["change"])
    terminal.does(f"{PASSWORD}{ENTER}{PASSWORD}{ENTER}", MARKS["menu"])
    terminal.does(ENTER, MARKS["confirm"])
    terminal.does(ENTER + ENTER, "已確認")
    apply(terminal, entry)


def come_home(terminal: Terminal) -> None:
    """Leave, by the keys each screen offers, whatever screen the kiosk stands at; see that it types on."""
    terminal.send("\x1b[201~")
    deadline = time.monotonic() + 120.0
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
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        if "still" in terminal.text:
            return True
        terminal.read(0.05)
    return False
