"""``export`` and ``report`` as a person or a script at the office uses them."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pypdfium2
import pytest

from kiosk.cli.parser import main
from kiosk.services.auth.staff_session import Role
from tests.builders.exports import opened_handing
from tests.builders.filled_school import open_cheaply, settings_of
from tests.builders.oneroster_reader import ids, problems, tables
from tests.builders.reviews import STAFF_PASSWORD, mother_of
from tests.builders.school import STAFF_FIRST
from tests.builders.school import add_staff as add_new_staff
from tests.unit.cli.conftest import Command

ALL = (
    ("export", "oneroster", "--version", "1.2", "a.zip"),
    ("export", "office", "a.csv"),
    ("export", "office", "a.xlsx"),
    ("export", "consents", "a.zip"),
    ("report", "a.pdf"),
    ("report", "a.csv"),
)


@pytest.fixture
def home(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a bound parent and an administrator."""
    with opened_handing(tmp_path) as handing:
        handing.bind(0, mother_of(0))
        handing.reviewed.add_staff("chen", Role.ADMINISTRATOR)
    monkeypatch.chdir(tmp_path / "out")
    return home


@pytest.fixture
def export(home: Path, command: Command) -> Command:
    """Runs a command for an account."""

    def run(*arguments: str, account: str = "wu", lines: str = f"{STAFF_PASSWORD}\n") -> tuple[int, str, str]:
        return command(*arguments, *(("--account", account) if account else ()), lines=lines)

    return Command(run)


def _rows(home: Path, statement: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "kiosk.db") as connection:
        found = connection.execute(statement).fetchall()
    connection.close()
    return found


def test_every_file_by_registrar_and_administrator(home: Path, export: Command) -> None:
    for place, (name, *rest) in enumerate(ALL):
        account = ("wu", "CHEN")[place % 2]
        printed = export.prints(name, *rest, "--force", account=account)
        file = Path(rest[-1])
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "SHA-256　" in printed
    assert {file.name for file in Path().iterdir()} == {"a.zip", "a.csv", "a.xlsx", "a.pdf"}
    assert len(pypdfium2.PdfDocument("a.pdf")) == 1
    kinds = [kind for (kind,) in _rows(home, "SELECT kind FROM export_run ORDER BY exported_at")]
    assert kinds == ["oneroster", "office", "office", "consents", "report", "report"]
    assert _rows(home, "SELECT count(*) FROM audit_entry WHERE action LIKE 'export.%'") == [(6,)]
    assert main(["audit", "verify"]) == 0


def test_oneroster_whole_and_delta(home: Path, export: Command) -> None:
    printed = export.prints("export", "oneroster", "--version", "1.1", "whole.zip")
    assert "1 筆綁定的狀態是第一次交出" in printed
    assert "school_code" in printed
    assert problems(Path("whole.zip").read_bytes()) == []
    (home / "kiosk.toml").write_text('school_name = "本市某高級中學"\nschool_code = "353401"\n', "utf-8")
    printed = export.prints("export", "oneroster", "--version", "1.2", "--delta-since", "1150101", "delta.zip")
    assert "0 筆綁定的狀態是第一次交出" in printed
    assert "school_code" not in printed
    delta = Path("delta.zip").read_bytes()
    assert problems(delta, known=ids(Path("whole.zip").read_bytes())) == []
    assert {row["status"] for row in tables(delta)["users"]} == {"active"}


def test_a_warning_names_exported_national_ids(home: Path, export: Command) -> None:
    assert "警告" not in export.prints("export", "office", "a.csv")
    (home / "kiosk.toml").write_text("[office_columns]\n'身分證' = 'parent_national_id'\n", "utf-8")
    printed = export.prints("export", "office", "b.csv")
    assert "警告　　這個檔案有家長完整的身分證字號" in printed
    assert mother_of(0).national_id in Path("b.csv").read_text("utf-8")
    assert mother_of(0).national_id not in printed
    assert stat.S_IMODE(Path("b.csv").stat().st_mode) == 0o600
    assert "已寫出 0 列" in export.prints("export", "office", "c.csv", "--only-new")


def test_a_homeroom_teacher_may_not_and_that_is_audited(home: Path, export: Command) -> None:
    for arguments in ALL:
        code, printed, error = export(*arguments, account="lin")
        assert (code, printed) == (1, "")
        assert error == "只有註冊組與系統管理員可以匯出；這次嘗試已記入稽核紀錄。\n"
    assert list(Path().iterdir()) == []
    assert _rows(home, "SELECT count(*) FROM audit_entry WHERE action = 'denied'") == [(len(ALL),)]
    assert _rows(home, "SELECT count(*) FROM export_run") == [(0,)]


def test_a_first_password_is_refused(home: Path, export: Command) -> None:
    school = open_cheaply(settings_of(home))
    add_new_staff(school, "first.one")
    school.close()
    refusal = export.refuses("export", "consents", "a.zip", account="first.one", lines=f"{STAFF_FIRST}\n")
    assert "變更密碼" in refusal
    assert list(Path().iterdir()) == []


def test_wrong_passwords_count_as_at_the_staffs_login(home: Path, export: Command) -> None:
    for _try in range(4):
        assert export.refuses("report", "a.csv", lines="wrong\n") == "帳號或密碼不對，什麼都沒有寫出。"
    assert "鎖住，請等 15 分鐘" in export.refuses("report", "a.csv", lines="wrong\n")
    assert "鎖住" in export.refuses("report", "a.csv")
    export.prints("report", "a.csv", account="chen")


def test_a_script_must_name_an_account(home: Path, export: Command) -> None:
    for account, lines, said in (
        ("", f"{STAFF_PASSWORD}\n", "--account"),
        ("wu", "", "一行"),
        ("nobody", "x\n", "帳號或密碼不對"),
    ):
        assert said in export.refuses("report", "a.csv", account=account, lines=lines)


def test_an_existing_file_is_overwritten_only_with_force(home: Path, export: Command) -> None:
    Path("a.csv").write_text("before", "utf-8")
    assert "--force" in export.refuses("report", "a.csv")
    assert Path("a.csv").read_text("utf-8") == "before"
    assert _rows(home, "SELECT count(*) FROM audit_entry WHERE action = 'sign_in.attempt'") == [(0,)]
    export.prints("report", "a.csv", "--force")


def test_a_refusal_is_one_line(home: Path, export: Command) -> None:
    Path("folder.pdf").mkdir()
    for arguments, said in (
        (("report", "a.txt"), ".pdf 或 .csv"),
        (("export", "office", "a"), ".csv 或 .xlsx"),
        (("export", "oneroster", "--version", "1.1", "a.csv"), ".zip"),
        (("export", "consents", "missing/a.zip"), "無法寫入"),
        (("export", "consents", "a" * 300 + ".zip"), "無法寫入"),
        (("report", "folder.pdf", "--force"), "資料夾"),
    ):
        assert said in export.refuses(*arguments)


@pytest.mark.parametrize("line", ["export", "export oneroster", "export office", "export consents", "report", "import"])
def test_the_help_is_in_chinese(line: str, command: Command) -> None:
    printed = command.prints(*line.split(), "--help")
    assert any(word in printed for word in ("匯出", "報表", "名冊", "紀錄"))
