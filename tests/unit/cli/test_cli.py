from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from kiosk.cli.parser import main
from tests.builders.reviews import open_review_school

_ROSTER = "學號,姓名,班級,身分證字號\n110001,王小明,科二智,A123456789\n"


@pytest.fixture
def roster(tmp_path: Path) -> str:
    file = tmp_path / "roster.csv"
    file.write_text(_ROSTER, "utf-8")
    return str(file)


def test_a_check_writes_nothing(home: Path, roster: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["roster", "check", roster]) == 0
    printed = capsys.readouterr().out
    assert "王小明" in printed
    assert "A123456789" not in printed
    assert not (home / "kiosk.db").exists()


def test_import_status_audit_backup_restore(
    home: Path, roster: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["roster", "import", roster, "--yes"]) == 0
    assert main(["logins", "reset", "110001"]) == 0
    capsys.readouterr()
    assert main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["students"] == 1
    assert main(["audit", "verify"]) == 0
    anchor = capsys.readouterr().out.strip()[-40:]
    backup = tmp_path / "kiosk.backup"
    assert main(["backup", str(backup)]) == 0
    assert main(["backup", str(backup)]) == 1
    assert (home / "kiosk.key").read_bytes()[:40] not in backup.read_bytes()
    assert main(["restore", str(backup)]) == 1
    for file in home.glob("kiosk.db*"):
        file.unlink()
    assert main(["restore", str(backup)]) == 0
    assert main(["audit", "verify", "--anchor", anchor]) == 0
    assert main(["keys", "rotate"]) == 0
    assert main(["doctor"]) == 0
    capsys.readouterr()
    with sqlite3.connect(home / "kiosk.db") as connection:
        connection.execute("DELETE FROM audit_entry WHERE seq = 2")
    connection.close()
    assert main(["audit", "verify"]) == 1
    assert "第 2 列" in capsys.readouterr().err


def test_the_doctor_finds_and_mends_flags_and_counts(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = open_review_school(home, None)
    number = opened.row(opened.apply(0)).number
    opened.school.close()
    assert main(["doctor"]) == 0
    assert "1 件申請的標記與件數都正確" in capsys.readouterr().out
    with sqlite3.connect(home / "kiosk.db") as connection:
        connection.execute("UPDATE application SET is_blocked = 0")
        connection.execute("UPDATE application_count SET value = 7")
    connection.close()
    assert main(["doctor"]) == 0
    wrong = "1 件申請的標記、1 個件數"
    assert f"注意　{wrong}不正確，請執行 doctor --repair：{number}" in capsys.readouterr().out
    assert main(["doctor", "--repair"]) == 0
    assert f"好　　已重建 {wrong}" in capsys.readouterr().out
    assert main(["doctor"]) == 0
    assert "1 件申請的標記與件數都正確" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["roster", "check", "missing.csv"],
        ["logins", "reset", "999999"],
        ["restore", "missing.db"],
        ["audit", "verify", "--anchor", "x"],
    ],
)
def test_a_refusal_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [["nonsense"], ["roster"], ["roster", "check"], []])
def test_wrong_usage(arguments: list[str]) -> None:
    assert main(arguments) == 2


def test_a_readable_key_is_refused(home: Path, roster: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["roster", "import", roster, "--yes"])
    (home / "kiosk.key").chmod(0o644)
    capsys.readouterr()
    assert main(["status"]) == 1
    assert "chmod 400" in capsys.readouterr().err


def test_the_demo_refuses_a_real_home(home: Path, roster: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["roster", "import", roster, "--yes"])
    assert main(["demo", "--prepare-only", "--home", str(home)]) == 1


def test_the_demo_school_has_every_state(demo_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
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
