"""``roster check``, ``roster import`` and ``logins reset``."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from kiosk.cli.console import AddCommand, Refused, opened, progress_bar
from kiosk.clock import SystemClock
from kiosk.rules.identity import mask_id
from kiosk.services.command_line import OPERATOR
from kiosk.services.errors import UnknownStudent
from kiosk.services.roster_check import Roster, check_roster
from kiosk.services.roster_file import FileFault, UnreadableFile, read_sheet
from kiosk.services.roster_import import import_roster
from kiosk.services.student_login import reset_student_login
from kiosk.services.today import today
from kiosk.settings import load_settings

_PREVIEW_ROWS = 10


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], add: AddCommand) -> None:
    """Add the commands."""
    actions = add(commands, "roster", "檢查或匯入學生名冊").add_subparsers(dest="action", required=True, metavar="動作")
    check = add(actions, "check", "檢查名冊並預覽，不寫入任何資料")
    check.add_argument("file", type=Path)
    check.set_defaults(handle=_check)
    take = add(actions, "import", "匯入名冊：全部寫入，或完全不寫入")
    take.add_argument("file", type=Path)
    take.add_argument("--yes", action="store_true", help="不詢問，直接匯入")
    take.set_defaults(handle=_import)
    logins = add(commands, "logins", "重設學生登入").add_subparsers(dest="action", required=True, metavar="動作")
    reset = add(logins, "reset", "發給一次性的櫃台登入碼（只顯示一次）")
    reset.add_argument("student_number")
    reset.set_defaults(handle=_reset)


def _read(arguments: argparse.Namespace) -> Roster:
    settings = load_settings(arguments.home)
    try:
        sheet = read_sheet(arguments.file)
    except UnreadableFile as error:
        place = f"（第 {error.line} 行）" if error.line else ""
        raise Refused(_file_line(error.fault) + place) from None
    return check_roster(sheet, settings.student_no_pattern, today(SystemClock()))


def _check(arguments: argparse.Namespace) -> int:
    roster = _read(arguments)
    _preview(roster)
    return 1 if roster.faults else 0


def _preview(roster: Roster) -> None:
    print(f"學生 {len(roster.students)} 人")
    for student in roster.students[:_PREVIEW_ROWS]:
        seat = student.seat_number if student.seat_number is not None else ""
        print(
            f"  {student.student_number}  {student.name}  {student.class_name}  {seat}  {mask_id(student.national_id)}"
            f"  監護人 {len(student.guardians)} 位"
        )
    if len(roster.students) > _PREVIEW_ROWS:
        print(f"  …… 其餘 {len(roster.students) - _PREVIEW_ROWS} 人")
    if roster.unknown_columns:
        print(f"不使用的欄位：{'、'.join(roster.unknown_columns)}")
    for note in roster.notes:
        print(f"第 {note.line} 列：{note.message}")
    for fault in roster.faults:
        print(f"錯誤　{f'第 {fault.line} 列' if fault.line else '標題列'}：{fault.message}")
    if roster.faults:
        print(f"共 {len(roster.faults)} 個錯誤，沒有寫入任何資料；請改正檔案後再試一次。")


def _import(arguments: argparse.Namespace) -> int:
    roster = _read(arguments)
    if roster.faults:
        _preview(roster)
        return 1
    if not arguments.yes:
        _preview(roster)
        if not sys.stdin.isatty() or input("要匯入嗎？輸入 y 匯入：").strip().lower() != "y":
            raise Refused("沒有匯入。（不詢問請加 --yes）")
    digest = hashlib.sha256(arguments.file.read_bytes()).hexdigest()
    with opened(arguments) as school:
        done = import_roster(school.store, roster, digest, OPERATOR, progress_bar("匯入"))
    print(f"已匯入：新增 {done.added} 人、更新 {done.changed} 人、離校 {done.left} 人。")
    if done.desk_codes:
        print("以下學生沒有身分證字號，請把登入碼交給本人（只顯示這一次）：")
        for number, code in done.desk_codes:
            print(f"  P{number}  {code}")
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    try:
        with opened(arguments) as school, school.store.write() as unit:
            code = reset_student_login(unit, school.clock, arguments.student_number, OPERATOR)
    except UnknownStudent:
        raise Refused("沒有這個學號的在學學生。") from None
    print(f"一次性登入碼（只顯示這一次）：{code}")
    return 0


def _file_line(fault: FileFault) -> str:
    return {
        FileFault.MISSING: "找不到檔案，或沒有權限讀取。",
        FileFault.TOO_LARGE: "檔案超過 50 MB，請分開匯入或另存為 CSV。",
        FileFault.UNSAFE_ARCHIVE: "試算表解開後異常地大，拒絕開啟；請另存為 CSV。",
        FileFault.KIND: "只接受 .csv、.xlsx、.ods。",
        FileFault.ENCODING: "文字編碼不是 UTF-8 也不是 Big5（cp950），請另存為 UTF-8 的 CSV。",
        FileFault.NUL: "檔案裡有 NUL 字元，可能不是文字檔。",
        FileFault.UNREADABLE: "試算表已損壞或不是試算表，請重新另存。",
        FileFault.EMPTY: "檔案是空的。",
        FileFault.QUOTES: "CSV 的引號沒有成對，或某一欄太長。",
    }[fault]
