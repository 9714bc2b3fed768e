"""``card list`` and ``card export``: the families' choices for the student card."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from kiosk.cli.console import CommandRefused, Commands, opened
from kiosk.services.students.card_register import card_rows, card_sheet


def add_to(commands: Commands) -> None:
    """Add the commands."""
    actions = commands.add_group("card", "學生證多元功能")
    show = actions.add("list", "列出每位學生的選擇", _list)
    show.add_argument("--class", dest="class_name", help="只看一班")
    show.add_argument("--json", action="store_true")
    out = actions.add("export", "匯出成試算表可以開的 CSV 檔", _export)
    out.add_argument("file", type=Path)
    out.add_argument("--class", dest="class_name", help="只匯出一班")


def _list(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        rows = card_rows(school.store, arguments.class_name)
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        chosen = "、".join(row.chosen) or "全部不開通"
        print(f"{row.class_name}　{row.student_number}　{row.student_name}　{chosen}　（申請書{row.form.label}）")
    print(f"共 {len(rows)} 位")


def _export(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        rows = card_rows(school.store, arguments.class_name)
    try:
        descriptor = os.open(arguments.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CommandRefused("檔案已經存在，請換一個檔名。") from None
    except OSError:
        raise CommandRefused("無法寫入，請檢查資料夾與權限。") from None
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        file.write(card_sheet(rows))
    print(f"已匯出 {len(rows)} 位。")
