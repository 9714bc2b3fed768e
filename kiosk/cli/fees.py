"""``fees import`` and ``fees clear``: the school's fee list."""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.cli.console import CommandRefused, Commands, opened, readable_file, require_answer, show_faults
from kiosk.services.auth.staff_session import OPERATOR
from kiosk.services.files.table_reader import read_sheet
from kiosk.services.imports.fee_import import StudentsChanged, check_fees, import_fees, student_ids


def add_to(commands: Commands) -> None:
    """Add the commands."""
    actions = commands.add_group("fees", "繳費資料")
    take = actions.add("import", "匯入繳費清單：全部寫入，或完全不寫入；新的清單取代舊的", _import)
    take.add_argument(
        "file", type=Path, help="繳費清單：.csv、.xlsx 或 .ods，欄位為學號、項目、金額、繳費期限、繳費狀態"
    )
    take.add_argument("--yes", action="store_true", help="不詢問，直接匯入")
    clear = actions.add("clear", "清除繳費清單，家長不再看到", _clear)
    clear.add_argument("--yes", action="store_true", help="不詢問，直接清除")


def _import(arguments: argparse.Namespace) -> int:
    with opened(arguments) as school:
        with readable_file("繳費清單"):
            sheet = read_sheet(arguments.file)
            found = check_fees(sheet, student_ids(school.store))
        if sheet.sheets_left_out:
            print(f"請留意　只讀第一張工作表，另外 {sheet.sheets_left_out} 張沒有讀。")
        show_faults(found.faults)
        if found.faults:
            return 1
        students = len({fee.student_id for fee in found.fees})
        unpaid = sum(not fee.paid for fee in found.fees)
        print(f"讀到 {len(found.fees)} 筆、{students} 位學生，其中未繳 {unpaid} 筆。")
        if not arguments.yes:
            _ask("新的清單會取代原來的，要匯入嗎？輸入 y 匯入：", "沒有匯入，什麼都沒有改變。")
        try:
            import_fees(school.store, found.fees, sheet.sha256, OPERATOR)
        except StudentsChanged:
            raise CommandRefused("沒有匯入：名冊剛被更改，請再試一次。") from None
    print(f"已匯入 {len(found.fees)} 筆。")
    return 0


def _clear(arguments: argparse.Namespace) -> None:
    if not arguments.yes:
        _ask("要清除繳費清單嗎？輸入 y 清除：", "沒有清除，什麼都沒有改變。")
    with opened(arguments) as school:
        import_fees(school.store, (), "", OPERATOR)
    print("已清除。")


def _ask(question: str, refusal: str) -> None:
    require_answer(question, "y", refusal=refusal, no_terminal="不在終端機上，無法詢問，什麼都沒有改變。")
