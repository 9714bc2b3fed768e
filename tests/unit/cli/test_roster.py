"""``roster check`` and ``roster import`` as a person at the office meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.builders.roster_files import FIRST, FIRST_ID, HEADER, SECOND, csv_file
from tests.paths import ROOT
from tests.unit.cli.conftest import Command, Lines

_STUDENTS = 60


def _school(*numbers: int) -> list[str]:
    return ["學號,姓名,班級", *(f"{110000 + number},王小明,科一智" for number in numbers)]


@pytest.fixture
def one_class(tmp_path: Path, command: Command) -> str:
    """A school of sixty, and the file of one class of fifteen of them."""
    whole = csv_file(tmp_path / "school.csv", *_school(*range(_STUDENTS)))
    command.prints("roster", "import", str(whole), "--yes")
    return str(csv_file(tmp_path / "class.csv", *_school(*range(15))))


def _answers(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Somebody at a terminal who types these; the questions they were asked."""
    questions: list[str] = []
    typed = iter(answers)

    def answer(question: str) -> str:
        questions.append(question)
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None  # Ctrl+D

    monkeypatch.setattr(Lines, "is_terminal", True)
    monkeypatch.setattr("builtins.input", answer)
    return questions


def _active(command: Command) -> int:
    return int(json.loads(command.prints("status", "--json"))["students"])


def test_a_check_shows_who_would_leave_and_writes_nothing(one_class: str, home: Path, command: Command) -> None:
    before = (home / "kiosk.db").read_bytes()
    printed = command.prints("roster", "check", one_class)
    assert "新增 0 人，已有 15 人" in printed
    assert "在學的 60 人中有 45 人（75%）不在這份名冊上" in printed
    assert "改用全校的名冊" in printed
    assert (home / "kiosk.db").read_bytes() == before


def test_one_class_alone_is_imported_only_where_that_is_allowed(one_class: str, command: Command) -> None:
    line = command.refuses("roster", "import", one_class, "--yes")
    assert "60 人中有 45 人" in line
    assert "--allow-inactive" in line
    assert _active(command) == 60
    assert "離校 45 人" in command.prints("roster", "import", one_class, "--yes", "--allow-inactive")
    assert _active(command) == 15


@pytest.mark.parametrize("answers", [["y"], ["15"], [""], []])
def test_where_many_leave_a_y_is_not_enough(
    one_class: str, answers: list[str], monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    questions = _answers(monkeypatch, *answers)
    command.refuses("roster", "import", one_class)
    assert "45" in questions[0]
    assert _active(command) == 60


def test_the_number_of_those_who_leave_is_enough(
    one_class: str, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    _answers(monkeypatch, " 45 ")
    command.prints("roster", "import", one_class)
    assert _active(command) == 15


@pytest.mark.parametrize(("answer", "code", "active"), [("Y", 0, 61), ("", 1, 60), ("n", 1, 60)])
@pytest.mark.usefixtures("one_class")
def test_an_ordinary_import_asks_once(
    tmp_path: Path, answer: str, code: int, active: int, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    questions = _answers(monkeypatch, answer)
    assert command("roster", "import", str(csv_file(tmp_path / "school.csv", *_school(*range(61)))))[0] == code
    assert len(questions) == 1
    assert _active(command) == active


def test_without_a_terminal_nobody_is_asked(one_class: str, command: Command) -> None:
    assert "--yes" in command.refuses("roster", "import", one_class)
    assert _active(command) == 60


def test_saying_no_to_a_first_roster_makes_no_school(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    _answers(monkeypatch, "n")
    command.refuses("roster", "import", str(csv_file(tmp_path / "roster.csv", HEADER, FIRST)))
    assert not home.exists()


def test_columns_and_characters_are_named_without_a_question_too(tmp_path: Path, command: Command) -> None:
    rows = [f"{110000 + number},王?明,科一智,x" for number in range(20)]
    file = csv_file(tmp_path / "roster.csv", "學號,姓名,班級,血型", *rows)
    printed = command.prints("roster", "import", str(file), "--yes").splitlines()
    assert printed[0] == "不使用的欄位：血型"
    assert (
        printed[2] == "請留意　沒有身分證字號或統一證號，新學生改發櫃台登入碼。（第 2、3、4、5、6、7、8、9 等 20 列）"
    )
    assert "需人工補字" in printed[1]
    assert sum(line.startswith("  P1100") for line in printed) == 20


def test_the_preview_lines_up_and_hides_numbers(tmp_path: Path, command: Command) -> None:
    foreign = SECOND.replace("李大同", "Maria del Carmen O'Neill y Fuentes")
    printed = command.prints("roster", "check", str(csv_file(tmp_path / "roster.csv", HEADER, FIRST, foreign)))
    assert FIRST_ID not in printed
    header, _rule, first, second = printed.splitlines()[2:6]
    places = [
        cell_len(line[: line.index(word)]) for line, word in ((header, "班級"), (first, "科二智"), (second, "科二智"))
    ]
    assert len(set(places)) == 1
    assert max(map(cell_len, (header, first, second))) <= 80


def test_a_terminal_without_the_character_shows_its_number(home: Path, tmp_path: Path) -> None:
    """A terminal on Big5."""
    file = csv_file(tmp_path / "roster.csv", HEADER, FIRST.replace("王小明", "王𠮷明"))
    command = [sys.executable, str(ROOT / "run_kiosk.py"), "roster", "check", str(file), "--home", str(home)]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONIOENCODING": "cp950"}, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0
    assert b"\\U00020bb7" in done.stdout
    assert done.stderr == b""
