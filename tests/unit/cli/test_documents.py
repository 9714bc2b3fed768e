"""``documents``: list, print, purge."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest

from tests.unit.cli.conftest import Command


def test_list_print_and_purge(demo_home: Path, command: Command) -> None:
    waiting = json.loads(command.prints("documents", "list", "--json", "--waiting"))
    assert {form["kind"] for form in waiting} >= {"binding", "correction"}
    assert "1 份，24 小時後刪除" in command.prints("documents", "print", "--student", "110007")
    (file,) = (demo_home / "print").glob("*.pdf")
    assert len(pypdfium2.PdfDocument(file)) == 1
    assert "--again" in command.refuses("documents", "print", "--student", "110007")
    command.prints("documents", "print", "--student", "110007", "--again")
    printed = command.prints("documents", "print", "--class", "科一智", "--kind", "binding")
    of_class = [form for form in waiting if form["class_name"] == "科一智" and form["student_number"] != "110007"]
    assert f"{sum(form['kind'] == 'binding' for form in of_class)} 份，" in printed
    shown = command.prints("documents", "list", "--class", "科一智")
    assert "已列印　D1" in shown
    left = sum(form["kind"] != "binding" for form in of_class)
    assert shown.endswith(f"未列印 {left} 份\n")
    assert command.prints("documents", "purge") == "已刪除 0 個 PDF 檔。\n"
    assert command.prints("documents", "purge", "--all") == "已刪除 3 個 PDF 檔。\n"
    assert list((demo_home / "print").iterdir()) == []


def test_a_missing_printer_program_is_one_line(
    demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    (demo_home / "kiosk.toml").write_text('[printer]\nname = "office"\n', encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    refusal = command.refuses("documents", "print", "--all")
    assert refusal == "這台電腦沒有安裝列印程式（CUPS），請洽資訊人員。"
