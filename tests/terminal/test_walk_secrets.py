"""What a visitor's data and keys leave on the real screens: hidden characters, clipboard, bursts (T04, T07, T08)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from db.models import Applicant, Draft, Student
from kiosk.services.school import School
from tests.terminal.harness import Terminal, python
from tests.terminal.samples import F6
from tests.terminal.walker import (
    ENTER,
    ESCAPE,
    LOGIN,
    MARKS,
    SCREENS,
    TAB,
    kiosk,
    prepare,
    walk,
)

HIDDEN = "\x1b]52;c;QQ==\x07\x9b31m\u202e\u2066\u200b\ufeff\u2060\x1b[2J\x1b]8;;http://x\x07"
FORBIDDEN = ("\x1b]", "\x9b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2060", "\x07", "\x1b[2J")
SECRET = "A123456789"


def _spoil(values: Any) -> Any:
    """Put hidden characters into every text of a sealed row but the ones that choose what happens."""
    if isinstance(values, dict):
        return {key: kept if key in ("mode", "basis") else _spoil(kept) for key, kept in values.items()}
    if isinstance(values, list):
        return [_spoil(kept) for kept in values]
    return f"{values[:2]}{HIDDEN}{values[2:]}" if isinstance(values, str) else values


def plant(school: School) -> None:
    """Put hidden characters into what the screens show of students, applicants and drafts, past every check."""
    with school.store.write() as unit:
        for student in unit.session.exec(select(Student)).all():
            student.name = f"王{HIDDEN}小明"
            student.class_name = f"科二{HIDDEN}智"
        for person in unit.session.exec(select(Applicant)).all():
            person.name, person.relation = f"林{HIDDEN}小花", f"媽{HIDDEN}媽"
            person.sealed = unit.keys.seal(
                "applicant", person.id, _spoil(unit.keys.open("applicant", person.id, person.sealed))
            )
        for draft in unit.session.exec(select(Draft)).all():
            draft.sealed = unit.keys.seal("draft", draft.id, _spoil(unit.keys.open("draft", draft.id, draft.sealed)))
        unit.audit("test", "test.planted", "all")


@pytest.fixture(scope="module")
def planted_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("planted") / "home"
    school = prepare(home)
    plant(school)
    school.close()
    return home


def assert_nothing_hidden(home: Path, screen: str) -> None:
    with kiosk(home) as terminal:
        walk(terminal, screen, visit=3)
        terminal.send(HIDDEN.replace("\x1b", "").replace("\x9b", ""))
        for _moment in range(10):
            terminal.read(0.05)
        painted = terminal.raw.decode("utf-8")
        assert [code for code in FORBIDDEN if code in painted] == []


@pytest.mark.parametrize("screen", ["confirm", "receipt"])
def test_hidden_characters_on_file_reach_no_terminal(planted_home: Path, screen: str) -> None:
    assert_nothing_hidden(planted_home, screen)


@pytest.mark.long
@pytest.mark.parametrize("screen", SCREENS)
def test_hidden_characters_on_file_reach_no_terminal_from_any_screen(planted_home: Path, screen: str) -> None:
    assert_nothing_hidden(planted_home, screen)


@pytest.mark.parametrize("screen", ["login", "form"])
def test_what_one_visitor_copies_the_next_cannot_paste(school_home: Path, screen: str) -> None:
    copying = "\x1b[1;2H\x1b[1;2D\x01\x03\x18"
    with kiosk(school_home) as terminal:
        walk(terminal, screen)
        terminal.send(f"{SECRET}")
        terminal.wait_for(SECRET)
        terminal.send(copying)
        terminal.read(0.1)
        if screen == "form":
            terminal.send(ESCAPE)
            terminal.wait_for("不儲存離開")
            terminal.send(f"{TAB}{TAB}{ENTER}")
            for step in ("basis", "mode", "hub"):
                terminal.wait_for(MARKS[step])
                terminal.send(ESCAPE)
        else:
            terminal.send(ESCAPE)
        terminal.wait_for(LOGIN)
        terminal.wait_gone(SECRET)
        terminal.send(f"\x16{TAB}\x16\x1b[ZQ9Q")
        terminal.wait_for("Q9Q")
        assert SECRET not in terminal.text
        assert b"\x1b]52" not in terminal.raw


def assert_bursts_hide_the_secret(home: Path, bursts: int, *, stall: bool) -> None:
    command = python("-m", "tests.terminal.sabotaged_kiosk", str(home), "binding")
    with Terminal(command) as terminal:
        terminal.wait_for(LOGIN, 30)
        for number in range(bursts):
            account = f"P1{number:06}"
            terminal.send(f"{F6 if stall else ''}{account}{TAB}{SECRET}")
            terminal.wait_for("*" * len(SECRET))
            assert account in terminal.text
            for length in range(4, len(SECRET) + 1):
                assert SECRET[-length:].encode() not in terminal.raw
            terminal.send(ESCAPE)
            terminal.wait_gone(account)


@pytest.mark.parametrize(("bursts", "stall"), [(5, False), (2, True)])
def test_bursts_at_the_login(school_home: Path, bursts: int, stall: bool) -> None:
    assert_bursts_hide_the_secret(school_home, bursts, stall=stall)


@pytest.mark.long
@pytest.mark.parametrize(("bursts", "stall"), [(50, False), (20, True)])
def test_many_bursts_at_the_login(school_home: Path, bursts: int, stall: bool) -> None:
    assert_bursts_hide_the_secret(school_home, bursts, stall=stall)
