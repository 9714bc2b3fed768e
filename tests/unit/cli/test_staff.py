"""``staff …`` as scripts use it; as a person types it, it is in ``tests/terminal/test_commands.py``."""

from __future__ import annotations

import io
import json
import sys
from functools import partial

import pytest

from kiosk.cli.parser import main
from tests.unit.cli.conftest import Command

_PASSWORD = "Early-Heron-Lamp"
_ID = "F131104093"
_LINES = f"{_PASSWORD}\n{_ID}\n"
_HOME_CLASS = "資二智"


@pytest.fixture
def staff(command: Command) -> Command:
    return Command(partial(command, "staff"))


def _arguments(account: str, role: str, *rest: str) -> tuple[str, ...]:
    return ("add", account, "--name", "林老師", "--role", role, *rest)


def _add(staff: Command, *arguments: str) -> str:
    return staff.prints(*_arguments(*arguments), lines=_LINES)


def _listed(staff: Command) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(staff.prints("list", "--json"))
    return listed


def test_an_added_member_is_listed(staff: Command) -> None:
    assert "*******093" in _add(staff, "lin.li", "homeroom_teacher", "--class", _HOME_CLASS, "資二仁")
    _add(staff, "admin", "administrator")
    assert _listed(staff) == [
        {
            "account": "ADMIN",
            "name": "林老師",
            "role": "administrator",
            "classes": [],
            "active": True,
            "has_chosen_password": False,
        },
        {
            "account": "LIN.LI",
            "name": "林老師",
            "role": "homeroom_teacher",
            "classes": ["資二仁", _HOME_CLASS],
            "active": True,
            "has_chosen_password": False,
        },
    ]
    assert "LIN.LI　林老師　導師　資二仁、資二智　尚未變更第一次的密碼" in staff.prints("list").splitlines()


def test_a_teacher_without_a_class_is_told_how_to_get_one(staff: Command) -> None:
    assert "staff classes LIN.LI" in _add(staff, "lin.li", "homeroom_teacher")
    staff.prints("classes", "lin.li", _HOME_CLASS)
    assert _listed(staff)[0]["classes"] == [_HOME_CLASS]
    staff.prints("classes", "lin.li")
    assert _listed(staff)[0]["classes"] == []


def test_disable_enable_reset_and_role(staff: Command) -> None:
    _add(staff, "admin", "administrator")
    _add(staff, "lin.li", "homeroom_teacher", "--class", _HOME_CLASS)
    staff.prints("disable", "LIN.LI")
    assert "已停用" in staff.prints("list")
    assert staff.refuses("reset", "lin.li") == "這個帳號已停用，請先執行 staff enable。"
    staff.prints("enable", "lin.li")
    assert len(staff.prints("reset", "lin.li").strip()[-9:].split("-")) == 2
    staff.prints("role", "lin.li", "registrar")
    assert _listed(staff)[1]["role"] == "registrar"


@pytest.mark.parametrize(
    ("arguments", "lines", "said"),
    [
        (["lin.li", "registrar"], f"{_PASSWORD}\nF131104090\n", "檢查碼不符"),
        (["lin.li", "registrar"], f"{_PASSWORD}\n123456789012\n", "許可證號"),
        (["lin.li", "registrar"], f"{_PASSWORD}\n", "標準輸入應有兩行"),
        (["lin.li", "registrar"], "", "標準輸入應有兩行"),
        (["lin.li", "registrar"], f"short-1\n{_ID}\n", "至少要 15 個字"),
        (["lin.li", "registrar"], f"passwordpassword\n{_ID}\n", "太常見"),
        (["lin.li", "registrar"], f"xx-{_ID}-yyy\n{_ID}\n", "不能用身分證字號"),
        (["lin.li", "registrar", "--class", _HOME_CLASS], _LINES, "只有導師"),
        (["lin.li", "homeroom_teacher", "--class", "資\u202e智"], _LINES, "沒有班級「資智」"),
        (["王老師", "registrar"], _LINES, "帳號只能用"),
        (["lin.li", "registrar", "--name", "1"], _LINES, "姓名不能這樣寫"),
    ],
)
def test_a_refusal_is_one_line_and_nothing_is_written(
    staff: Command, arguments: list[str], lines: str, said: str
) -> None:
    assert said in staff.refuses(*_arguments(*arguments), lines=lines)
    assert _listed(staff) == []


def test_impossible_changes_are_refused(staff: Command) -> None:
    _add(staff, "admin", "administrator")
    for arguments, said in (
        (("add", "ADMIN", "--name", "王", "--role", "registrar"), "已經有教職員用這個帳號"),
        (("disable", "nobody"), "沒有這個帳號"),
        (("disable", "admin"), "最後一位系統管理員"),
        (("role", "admin", "registrar"), "最後一位系統管理員"),
        (("classes", "admin", _HOME_CLASS), "只有導師"),
    ):
        assert said in staff.refuses(*arguments)
    assert [row["active"] for row in _listed(staff)] == [True]


def test_input_that_is_not_utf8_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("密碼".encode("cp950")), "utf-8"))
    assert main(["staff", "add", "lin.li", "--name", "林老師", "--role", "registrar"]) == 1
    assert capsys.readouterr().err == "標準輸入不是 UTF-8 編碼。\n"
