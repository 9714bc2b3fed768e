from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from kiosk.cli.parser import main
from tests.builders.reviews import open_review_school
from tests.unit.cli.conftest import Command

_ROSTER = "學號,姓名,班級,身分證字號\n110001,王小明,科二智,A123456789\n"


@pytest.fixture
def roster(tmp_path: Path) -> str:
    file = tmp_path / "roster.csv"
    file.write_text(_ROSTER, "utf-8")
    return str(file)


def test_a_check_writes_nothing(home: Path, roster: str, command: Command) -> None:
    printed = command.prints("roster", "check", roster)
    assert "王小明" in printed
    assert "A123456789" not in printed
    assert not (home / "kiosk.db").exists()


def _change(home: Path, *statements: str) -> None:
    """Change the database past every check."""
    with sqlite3.connect(home / "kiosk.db") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_import_status_audit_backup_restore(home: Path, roster: str, tmp_path: Path, command: Command) -> None:
    command.prints("roster", "import", roster, "--yes")
    command.prints("logins", "reset", "110001")
    assert json.loads(command.prints("status", "--json"))["students"] == 1
    anchor = command.prints("audit", "verify").strip()[-40:]
    backup = tmp_path / "kiosk.backup"
    command.prints("backup", str(backup))
    command.refuses("backup", str(backup))
    assert (home / "kiosk.key").read_bytes()[:40] not in backup.read_bytes()
    command.refuses("restore", str(backup))
    for file in home.glob("kiosk.db*"):
        file.unlink()
    command.prints("restore", str(backup))
    command.prints("audit", "verify", "--anchor", anchor)
    command.prints("keys", "rotate")
    command.prints("doctor")
    _change(home, "DELETE FROM audit_entry WHERE seq = 2")
    assert "第 2 列" in command.refuses("audit", "verify")


def test_the_doctor_finds_and_mends_flags_and_counts(home: Path, command: Command) -> None:
    opened = open_review_school(home, None)
    number = opened.row(opened.apply(0)).number
    opened.school.close()
    assert "1 件申請的標記與件數都正確" in command.prints("doctor")
    _change(home, "UPDATE application SET is_blocked = 0", "UPDATE application_count SET value = 7")
    wrong = "1 件申請的標記、1 個件數"
    assert f"注意　{wrong}不正確，請執行 doctor --repair：{number}" in command.prints("doctor")
    assert f"好　　已重建 {wrong}" in command.prints("doctor", "--repair")
    assert "1 件申請的標記與件數都正確" in command.prints("doctor")


@pytest.mark.parametrize(
    "line",
    ["roster check missing.csv", "logins reset 999999", "restore missing.db", "audit verify --anchor x"],
)
def test_a_refusal_is_one_line(line: str, command: Command) -> None:
    assert command.refuses(*line.split())


@pytest.mark.parametrize(
    "line",
    [
        *("", "nonsense", "roster", "roster check", "documents print"),
        *("import", "import oneroster", "import oneroster a.zip --version 1.1", "import csv a.csv"),
        *("export", "export oneroster a.zip", "export oneroster --version 1.0 a.zip", "export office"),
        "export oneroster --version 1.1 --delta-since yesterday a.zip",
        *("export consents a.zip --password x", "report"),
        *("staff", "staff add lin.li", "staff add lin.li --name 林 --role boss", "staff role lin.li boss"),
        *("staff disable", "staff add lin.li --name 林 --role registrar --password Early-Heron-Lamp"),
    ],
)
def test_wrong_usage(line: str) -> None:
    assert main(line.split()) == 2


def test_a_readable_key_is_refused(home: Path, roster: str, command: Command) -> None:
    command("roster", "import", roster, "--yes")
    (home / "kiosk.key").chmod(0o644)
    assert "chmod 400" in command.refuses("status")


def test_the_demo_refuses_a_real_home(home: Path, roster: str, command: Command) -> None:
    command("roster", "import", roster, "--yes")
    assert command("demo", "--prepare-only", "--home", str(home))[0] == 1


def test_the_demo_school_has_every_state(demo_home: Path, command: Command) -> None:
    found = json.loads(command.prints("status", "--json"))
    assert (found["students"], len(found["classes"])) == (300, 10)
    assert found["applications"] == {
        "under_review": 17,
        "returned": 1,
        "approved": 4,
        "rejected": 1,
        "withdrawn": 1,
        "ended": 1,
    }
    assert (found["open_reports"], found["consents_refused"]) == (2, 2)
