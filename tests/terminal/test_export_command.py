"""``export`` as a person types it: account and password are asked for, and the password is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.services.auth.staff_session import Role
from tests.builders.filled_school import add_staff, open_cheaply, settings_of
from tests.builders.oneroster_reader import problems
from tests.builders.school import STAFF_CHOSEN
from tests.terminal.harness import Terminal, python

_ACCOUNT_ASKED, _PASSWORD_ASKED = "系統管理員的帳號：", "密碼（不顯示）："


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "roster.zip"


@pytest.fixture
def exporting(tmp_path: Path, file: Path) -> Iterator[Terminal]:
    """``export oneroster`` at its first question."""
    home = tmp_path / "home"
    school = open_cheaply(settings_of(home))
    add_staff(school, "wu.li", Role.REGISTRAR)
    school.close()
    command = python("run_kiosk.py", "export", "oneroster", "--version", "1.2", str(file))
    with Terminal(command, env={"KIOSK_HOME": str(home), "KIOSK_DATABASE_URL": None}) as terminal:
        terminal.wait_for(_ACCOUNT_ASKED)
        yield terminal


def test_account_and_password_are_asked_for(exporting: Terminal, file: Path) -> None:
    exporting.does("wu.li\r", _PASSWORD_ASKED)
    exporting.does(f"{STAFF_CHOSEN}\r", "已寫出")
    assert exporting.wait_exit() == 0
    assert STAFF_CHOSEN.encode() not in exporting.raw
    assert problems(file.read_bytes()) == []


def test_a_wrong_password_is_one_line_and_no_file(exporting: Terminal, file: Path) -> None:
    exporting.does("wu.li\r", _PASSWORD_ASKED)
    exporting.does("Quiet-Heron-Lamb\r", "帳號或密碼不對")
    assert exporting.wait_exit() == 1
    assert b"Quiet-Heron-Lamb" not in exporting.raw
    assert "Traceback" not in exporting.text
    assert not file.exists()


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl+C", "Ctrl+D"])
def test_leaving_half_way_writes_nothing(exporting: Terminal, file: Path, key: str) -> None:
    exporting.does(key, "已中止。")
    assert exporting.wait_exit() == 1
    assert not file.exists()
