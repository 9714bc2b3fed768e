"""``staff add`` and ``export`` as a person types them: no secret is shown, and slips are asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.services.administration.staff_accounts import StaffAccounts
from kiosk.services.auth.staff_session import CommandLine
from tests.builders.filled_school import open_cheaply, settings_of
from tests.builders.oneroster_reader import problems
from tests.builders.school import STAFF_CHOSEN, STAFF_FIRST, STAFF_ID, staff_member
from tests.terminal.harness import Terminal, python

_PASSWORD_ASKED, _AGAIN_ASKED, _ID_ASKED = "第一次登入的密碼", "再輸入一次密碼", "本人的身分證字號"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def _started(home: Path, *arguments: str) -> Terminal:
    return Terminal(python("run_kiosk.py", *arguments), env={"KIOSK_HOME": str(home), "KIOSK_DATABASE_URL": None})


@pytest.fixture
def adding(home: Path) -> Iterator[Terminal]:
    """``staff add``, started."""
    with _started(home, "staff", "add", "lin.li", "--name", "林老師", "--role", "registrar") as terminal:
        yield terminal


def _answer(terminal: Terminal, question: str, typed: str, times: int = 1) -> None:
    """Type once the question stands there for the given time."""
    terminal.wait_until(lambda: terminal.text.count(question) == times, what=question)
    terminal.send(f"{typed}\r")


def _accounts(home: Path) -> list[str]:
    school = open_cheaply(settings_of(home))
    listed = [row.account for row in StaffAccounts(school.store, school.clock).list(CommandLine())]
    school.close()
    return listed


def test_what_is_asked_for_is_never_shown_and_slips_are_asked_for_again(adding: Terminal, home: Path) -> None:
    _answer(adding, _PASSWORD_ASKED, "short-1")
    adding.wait_for("密碼至少要 15 個字。")
    _answer(adding, _PASSWORD_ASKED, STAFF_FIRST, 2)
    _answer(adding, _AGAIN_ASKED, STAFF_FIRST.lower())
    adding.wait_for("兩次輸入的密碼不同。")
    _answer(adding, _PASSWORD_ASKED, STAFF_FIRST, 3)
    _answer(adding, _AGAIN_ASKED, STAFF_FIRST, 2)
    _answer(adding, _ID_ASKED, "F131104090")
    adding.wait_for("檢查碼不符")
    _answer(adding, _ID_ASKED, STAFF_ID, 2)
    adding.wait_for("已新增")
    assert adding.wait_exit() == 0
    assert "*******093" in adding.text
    for secret in ("short-1", "F131104090", STAFF_FIRST, STAFF_FIRST.lower(), STAFF_ID):
        assert secret.encode() not in adding.raw
    assert _accounts(home) == ["LIN.LI"]


def test_three_slips_end_it_with_nothing_added(adding: Terminal, home: Path) -> None:
    for time in range(1, 4):
        _answer(adding, _PASSWORD_ASKED, "short-1", time)
    adding.wait_for("沒有新增。")
    assert adding.wait_exit() == 1
    assert _accounts(home) == []


def test_leaving_half_way_adds_nothing(adding: Terminal, home: Path) -> None:
    _answer(adding, _PASSWORD_ASKED, STAFF_FIRST)
    _answer(adding, _AGAIN_ASKED, STAFF_FIRST)
    adding.wait_for(_ID_ASKED)
    adding.does("\x04", "已中止。")
    assert adding.wait_exit() == 1
    assert _accounts(home) == []


def test_bytes_that_are_no_text_are_refused_in_one_line(adding: Terminal, home: Path) -> None:
    adding.wait_for(_PASSWORD_ASKED)
    adding.does(b"\xb1\xb2\r", "輸入的內容不是 UTF-8 編碼。")
    assert adding.wait_exit() == 1
    assert "Traceback" not in adding.text
    assert _accounts(home) == []


@pytest.fixture
def has_registrar(home: Path) -> None:
    school = open_cheaply(settings_of(home))
    staff_member(school)
    school.close()


def test_a_taken_account_is_refused_before_anything_is_asked(has_registrar: None, adding: Terminal) -> None:
    adding.wait_for("已經有教職員用這個帳號")
    assert adding.wait_exit() == 1
    assert _PASSWORD_ASKED not in adding.text


@pytest.fixture
def exporting(has_registrar: None, home: Path, tmp_path: Path) -> Iterator[Terminal]:
    """``export oneroster`` at its first question."""
    with _started(home, "export", "oneroster", "--version", "1.2", str(tmp_path / "roster.zip")) as terminal:
        terminal.wait_for("系統管理員的帳號：")
        yield terminal


def test_account_and_password_of_an_export_are_asked_for(exporting: Terminal, tmp_path: Path) -> None:
    exporting.does("lin.li\r", "密碼（不顯示）：")
    exporting.does(f"{STAFF_CHOSEN}\r", "已寫出")
    assert exporting.wait_exit() == 0
    assert STAFF_CHOSEN.encode() not in exporting.raw
    assert problems((tmp_path / "roster.zip").read_bytes()) == []


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl+C", "Ctrl+D"])
def test_leaving_an_export_half_way_writes_nothing(exporting: Terminal, tmp_path: Path, key: str) -> None:
    exporting.insists(key, "已中止。")  # Python may miss a signal that comes right after the question
    assert exporting.wait_exit() == 1
    assert not (tmp_path / "roster.zip").exists()
