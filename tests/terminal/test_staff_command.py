"""``staff add`` as a person types it: nothing they type is shown, and slips are asked for again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.terminal.harness import Terminal, python

_PASSWORD = "Early-Heron-Lamp"
_ID = "F131104093"
_PASSWORD_ASKED = "第一次登入的密碼"
_AGAIN_ASKED = "再輸入一次密碼"
_ID_ASKED = "本人的身分證字號"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def adding(home: Path) -> Iterator[Terminal]:
    """``staff add`` at its first question."""
    command = python("run_kiosk.py", "staff", "add", "lin.li", "--name", "林老師", "--role", "registrar")
    with Terminal(command, env={"KIOSK_HOME": str(home), "KIOSK_DATABASE_URL": None}) as terminal:
        terminal.wait_for(_PASSWORD_ASKED)
        yield terminal


def _answer(terminal: Terminal, question: str, typed: str, times: int = 1) -> None:
    """Type once the question stands there for the given time."""
    terminal.wait_until(lambda: terminal.text.count(question) == times, what=question)
    terminal.send(f"{typed}\r")


def _accounts(home: Path) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if name != "KIOSK_DATABASE_URL"}
    listed = subprocess.run(
        [sys.executable, "run_kiosk.py", "staff", "list", "--json"],
        cwd=ROOT,
        env={**environment, "KIOSK_HOME": str(home)},
        capture_output=True,
        check=True,
    )
    return [row["account"] for row in json.loads(listed.stdout)]


def test_password_and_id_are_asked_for_and_never_shown(adding: Terminal, home: Path) -> None:
    _answer(adding, _PASSWORD_ASKED, _PASSWORD)
    _answer(adding, _AGAIN_ASKED, _PASSWORD)
    _answer(adding, _ID_ASKED, _ID)
    adding.wait_for("已新增")
    assert adding.wait_exit() == 0
    assert "*******093" in adding.text
    for secret in (_PASSWORD, _ID):
        assert secret.encode() not in adding.raw
    assert _accounts(home) == ["LIN.LI"]


def test_slips_are_named_and_asked_for_again(adding: Terminal, home: Path) -> None:
    _answer(adding, _PASSWORD_ASKED, "short-1")
    adding.wait_for("密碼至少要 15 個字。")
    _answer(adding, _PASSWORD_ASKED, _PASSWORD, 2)
    _answer(adding, _AGAIN_ASKED, _PASSWORD.lower())
    adding.wait_for("兩次輸入的密碼不同。")
    _answer(adding, _PASSWORD_ASKED, _PASSWORD, 3)
    _answer(adding, _AGAIN_ASKED, _PASSWORD, 2)
    _answer(adding, _ID_ASKED, "F131104090")
    adding.wait_for("檢查碼不符")
    _answer(adding, _ID_ASKED, _ID, 2)
    assert adding.wait_exit() == 0
    for secret in (b"short-1", b"F131104090", _PASSWORD.lower().encode(), _ID.encode()):
        assert secret not in adding.raw
    assert _accounts(home) == ["LIN.LI"]


def test_three_slips_end_it_with_nothing_added(adding: Terminal, home: Path) -> None:
    for time in range(1, 4):
        _answer(adding, _PASSWORD_ASKED, "short-1", time)
    adding.wait_for("沒有新增。")
    assert adding.wait_exit() == 1
    assert _accounts(home) == []


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl+C", "Ctrl+D"])
def test_leaving_half_way_adds_nothing(adding: Terminal, home: Path, key: str) -> None:
    _answer(adding, _PASSWORD_ASKED, _PASSWORD)
    _answer(adding, _AGAIN_ASKED, _PASSWORD)
    adding.wait_for(_ID_ASKED)
    adding.does(key, "已中止。")
    assert adding.wait_exit() == 1
    assert _accounts(home) == []


def test_bytes_that_are_no_text_are_refused_in_one_line(adding: Terminal, home: Path) -> None:
    adding.does(b"\xb1\xb2\r", "輸入的內容不是 UTF-8 編碼。")
    assert adding.wait_exit() == 1
    assert "Traceback" not in adding.text
    assert _accounts(home) == []


def test_a_taken_account_is_refused_before_anything_is_asked(adding: Terminal, home: Path) -> None:
    _answer(adding, _PASSWORD_ASKED, _PASSWORD)
    _answer(adding, _AGAIN_ASKED, _PASSWORD)
    _answer(adding, _ID_ASKED, _ID)
    assert adding.wait_exit() == 0
    command = python("run_kiosk.py", "staff", "add", "LIN.LI", "--name", "林老師", "--role", "registrar")
    with Terminal(command, env={"KIOSK_HOME": str(home), "KIOSK_DATABASE_URL": None}) as terminal:
        terminal.wait_for("已經有教職員用這個帳號")
        assert terminal.wait_exit() == 1
        assert _PASSWORD_ASKED not in terminal.text
