"""Takes the real office, in a real terminal, through every screen of the staff's, with the keys that staff press."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kiosk.demo.staff_work import demo_staff_logins
from tests.paths import ROOT
from tests.terminal.harness import Terminal, python
from tests.terminal.keys import CTRL_U, DOWN, ENTER, ESCAPE, F2, F3, F4, F5, F6, PAGE_DOWN, RIGHT, TAB

PASSWORD = demo_staff_logins()[0].password
LOGIN, HUB = "教職員帳號", "登出"
APPLICATION = "完整資料"
APPLICATIONS = {
    "returned": "110016",
    "approved": "110017",
    "rejected": "110018",
    "by a carer": "110019",
    "ended": "110101",
    "with two parents": "110007",
}
"""Students of the invented school, by what became of their application."""
DECIDED_TICKET = "110102"
"""The student of the one report that was answered; what came of it is no column at 80x24."""
_MAX_PAGES = 12
_LIST_OF_STAFF = "F2 新增　Esc 返回"


def office(home: Path, *, size: tuple[int, int] = (100, 30)) -> Terminal:
    """Start the staff's mode and wait for its login."""
    command = python(str(ROOT / "run_kiosk.py"), "review", "--home", str(home))
    terminal = Terminal(command, size=size)
    terminal.wait_for(LOGIN)
    return terminal


class Clerk:
    """Somebody of the staff at a terminal: each step is keys and the words that say that they were understood."""

    def __init__(self, terminal: Terminal, account: str) -> None:
        self._terminal = terminal
        self._account = account

    def does(self, keys: str, seen: str) -> None:
        """Send keys and wait for words that did not stand there, or stand there anew."""
        self._terminal.does(keys, seen)

    def logs_in(self) -> None:
        """From the login to the menu."""
        self.does(f"{self._account}{TAB}{PASSWORD}{ENTER}", HUB)

    def reads_on(self) -> None:
        """Turn the pages of what stands there, until nothing more is painted."""
        for _page in range(_MAX_PAGES):
            self._terminal.send(PAGE_DOWN)
            if not self._terminal.read(0.5):
                return

    def opens(self, item: int, seen: str) -> None:
        """An item of the menu, counted from 0."""
        self.does(f"{TAB * item}{ENTER}", seen)

    def finds(self, number: str) -> None:
        """From the queue to the application of a student's number."""
        self.does(f"{F2}{CTRL_U}{number}", number)
        self.does(ENTER, APPLICATION)

    def goes_back(self, seen: str, gone: str = "") -> None:
        """One screen back; ``gone`` stood on the screen that is left, where ``seen`` stands on both."""
        self._terminal.send(ESCAPE)
        if gone:
            self._terminal.wait_gone(gone)
        self._terminal.wait_for(seen)


def tour(terminal: Terminal) -> Iterator[str]:
    """Go through every screen of the registrar's, then of the administrator's; gives each name once it stands there."""
    yield from _registrar(terminal)
    yield from _administrator(terminal)


def _registrar(terminal: Terminal) -> Iterator[str]:
    clerk = Clerk(terminal, "REGISTRAR")
    clerk.does("Q1Q", "Q1Q")
    yield "login"
    clerk.does(ESCAPE, LOGIN)
    terminal.wait_gone("Q1Q")
    clerk.logs_in()
    yield "menu"
    yield from _queue(clerk)
    yield from _applications(clerk)
    clerk.goes_back(HUB)
    clerk.opens(1, "回報有誤的欄位")
    yield "tickets"
    clerk.does(ENTER, "送出決定")
    yield "ticket"
    clerk.goes_back("回報有誤的欄位")
    clerk.does(RIGHT, DECIDED_TICKET)
    yield "decided tickets"
    clerk.does(ENTER, "更正為「")
    yield "decided ticket"
    clerk.goes_back("回報有誤的欄位")
    clerk.goes_back(HUB)
    clerk.opens(2, "待打電話】")
    clerk.does(DOWN, "電話中不要")
    yield "calls"
    clerk.goes_back(HUB)
    clerk.opens(3, "條碼或 QR 碼")
    yield "scan"
    clerk.does(f"{TAB}{ENTER}", "請當面看簽名的人")
    yield "signatures"
    clerk.goes_back("條碼或 QR 碼")
    clerk.goes_back(HUB)
    clerk.opens(4, "只印一位學生")
    yield "print"
    clerk.goes_back(HUB)
    clerk.opens(5, "家長的選擇")
    yield "card"
    clerk.goes_back(HUB)
    clerk.opens(6, "還沒查驗證件")
    yield "desk"
    clerk.does(f"{TAB * 3}{ENTER}", "照證件輸入")
    yield "account_desk"
    clerk.goes_back("不用加 P")
    clerk.does(f"110021{TAB}{ENTER}", "已查驗證件")
    clerk.does(f"{TAB}{ENTER}", "已抄下")
    yield "code"
    clerk.does(ENTER, HUB)
    clerk.opens(7, "申請時間")
    yield "deletions"
    clerk.does(ENTER, "不能復原")
    yield "deletion"
    clerk.goes_back("申請時間", "不能復原")
    clerk.goes_back(HUB)
    clerk.opens(8, "先輸入現在的密碼")
    yield "confirm"
    clerk.does(f"{PASSWORD}{ENTER}", "再輸入一次新密碼")
    yield "change"
    clerk.goes_back(HUB)
    clerk.goes_back(LOGIN)


def _queue(clerk: Clerk) -> Iterator[str]:
    clerk.opens(0, "115-0")
    yield "queue"
    for keys, seen, name in ((F3, "看哪一班", "class"), (F4, "看哪一種標記", "flag"), (F5, "怎麼排", "sort")):
        clerk.does(keys, seen)
        clerk.reads_on()
        yield name
        clerk.goes_back("整批通過")
    clerk.does(F6, "要通過")
    yield "bulk"
    clerk.goes_back("115-0", "要通過")


def _applications(clerk: Clerk) -> Iterator[str]:
    for name, number in APPLICATIONS.items():
        clerk.finds(number)
        clerk.reads_on()
        yield f"application {name}"
        if name == "with two parents":
            clerk.does(F4, "要看哪一位")
            yield "question"
            clerk.does(ENTER, "顯示完整資料")
            yield "reason"
            clerk.does(f"verified{ENTER}", "自動遮住")
            clerk.reads_on()
            yield "revealed"
            clerk.does(F6, "請選要家長補正的欄位")
            yield "return"
            clerk.does(f"{ENTER}", "常用原因")
            clerk.does(f"typed{ENTER}", "typed")
            clerk.does(ESCAPE, "要離開嗎")
            clerk.does(f"{TAB}{ENTER}", APPLICATION)
        clerk.goes_back("整批通過")


def _administrator(terminal: Terminal) -> Iterator[str]:
    clerk = Clerk(terminal, "ADMIN")
    clerk.logs_in()
    clerk.opens(0, "已自行設定")
    yield "staff"
    clerk.does(ENTER, "一次性登入碼")
    yield "member"
    clerk.goes_back(_LIST_OF_STAFF)
    clerk.does(F2, "本人身分證字號")
    yield "add"
    clerk.goes_back(_LIST_OF_STAFF)
    clerk.goes_back(HUB)
    clerk.opens(1, "做了什麼")
    clerk.reads_on()
    yield "audit"
    clerk.goes_back(HUB)
    clerk.goes_back(LOGIN)
