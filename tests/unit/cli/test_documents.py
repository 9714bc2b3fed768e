"""``documents``: list, print, purge."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest

from kiosk.cli.parser import main


def test_list_print_and_purge(demo_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["documents", "list", "--json", "--waiting"]) == 0
    waiting = json.loads(capsys.readouterr().out)
    assert {form["kind"] for form in waiting} >= {"binding", "correction"}
    assert main(["documents", "print", "--student", "110007"]) == 0
    printed = capsys.readouterr()
    assert "1 份，24 小時後刪除" in printed.out
    (file,) = (demo_home / "print").glob("*.pdf")
    assert len(pypdfium2.PdfDocument(file)) == 1
    assert main(["documents", "print", "--student", "110007"]) == 1
    assert "--again" in capsys.readouterr().err
    assert main(["documents", "print", "--student", "110007", "--again"]) == 0
    assert main(["documents", "print", "--class", "科一智", "--kind", "binding"]) == 0
    of_class = [form for form in waiting if form["class_name"] == "科一智" and form["student_number"] != "110007"]
    assert f"{sum(form['kind'] == 'binding' for form in of_class)} 份，" in capsys.readouterr().out
    assert main(["documents", "list", "--class", "科一智"]) == 0
    shown = capsys.readouterr().out
    assert "已列印　D1" in shown
    left = sum(form["kind"] != "binding" for form in of_class)
    assert shown.endswith(f"未列印 {left} 份\n")
    assert main(["documents", "purge"]) == 0
    assert capsys.readouterr().out == "已刪除 0 個 PDF 檔。\n"
    assert main(["documents", "purge", "--all"]) == 0
    assert capsys.readouterr().out == "已刪除 3 個 PDF 檔。\n"
    assert list((demo_home / "print").iterdir()) == []


def test_a_printer_that_is_not_there_is_one_line(
    demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (demo_home / "kiosk.toml").write_text('[printer]\nname = "office"\n', encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["documents", "print", "--all"]) == 1
    assert capsys.readouterr().err == "這台電腦沒有安裝列印程式（CUPS），請洽資訊人員。\n"
    (demo_home / "kiosk.toml").unlink()


def test_what_to_print_must_be_said() -> None:
    assert main(["documents", "print"]) == 2
