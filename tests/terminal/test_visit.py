"""The parent's path of the guide in a real pseudo-terminal, with Chinese typed, and what an attack leaves of it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.demo.people import invented_id
from kiosk.demo.seed import demo_logins, fill_demo_school
from kiosk.services.school import open_school
from tests.terminal.harness import Terminal, python

_PASSWORD = "Harbour7lights"
_MOTHER_ID = invented_id("K", 2, 9300001)
_HOSTILE = b"\x1b[:A\x1b[97;5:3u\x1b[1114112u\xff\xa4\xa4\x1b[48;20000;20000;1;1t\x11\x03\x1a\x1c\x04\x10"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("school") / "home"
    school = open_school(load_settings(folder, environment={}), SystemClock(), PasswordHasher(1, 1024, 1))
    fill_demo_school(school)
    school.close()
    return folder


@pytest.fixture(params=[(80, 24), (100, 30)])
def terminal(request: pytest.FixtureRequest, home: Path) -> Iterator[Terminal]:
    with Terminal(python("run_kiosk.py", "run", "--home", str(home)), size=request.param) as opened:
        opened.wait_for("登入帳號", 20)
        yield opened


def _login_of(terminal: Terminal) -> tuple[str, str]:
    """Each size has a child of its own to apply for."""
    login = demo_logins()[0 if terminal.screen.columns == 80 else -1]
    return login.account, login.password


def test_from_login_to_receipt_in_chinese(terminal: Terminal) -> None:
    account, first = _login_of(terminal)
    terminal.does(f"{account}\t{first}\r", "再輸入一次新密碼")
    assert first not in terminal.text
    terminal.does(f"{_PASSWORD}\r{_PASSWORD}\r", "申請簽署 0/2")
    terminal.does("\r", "填答送出")
    terminal.does("\r\r", "已確認")
    terminal.does("\r", "往下讀")
    for _page in range(40):
        if "已讀到最後" in terminal.text:
            break
        terminal.send("\x1b[6~")
        terminal.read(0.2)
    terminal.does("\t\r\r", "一位申辦")
    terminal.does("\r", "父母")
    terminal.does("\r", "申請人姓名")
    terminal.send(f"林小花\r媽媽\r{_MOTHER_ID}\r{_MOTHER_ID}\r0910100200\r")
    terminal.does("flower@example.org\rflower@example.org\r", "確認送出")
    assert "林小花" in terminal.text
    terminal.does("\r", "申請編號")
    assert _MOTHER_ID not in terminal.text
    terminal.does("\r", "登入帳號")
    assert b"\x1b]52" not in terminal.raw


def test_hostile_bytes_change_nothing_and_a_kill_leaves_nothing(home: Path) -> None:
    with Terminal(python("run_kiosk.py", "run", "--home", str(home))) as terminal:
        terminal.wait_for("登入帳號", 20)
        terminal.does(_HOSTILE, "1114112u")
        terminal.send("\x1b")
        terminal.wait_gone("1114112u")
        terminal.does("P110006", "P110006")
        terminal.does(f"\t{_PASSWORD}\r", "審核中", 20)
        terminal.signal(signal.SIGKILL, app=True)
        assert terminal.wait_gone("審核中") < 1.0
        assert terminal.wait_for("登入帳號") < 3.0
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
