"""``roster check``, ``roster import`` and ``logins reset``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from kiosk.cli.console import (
    CommandRefused,
    Commands,
    opened,
    progress_bar,
    readable_file,
    require_answer,
    show_faults,
    table,
)
from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.domain.errors import UnknownStudent
from kiosk.domain.school_calendar import today
from kiosk.rules.identity import mask_id
from kiosk.rules.roc_dates import format_roc
from kiosk.services.auth.password_changes import reset_student_login
from kiosk.services.auth.staff_session import OPERATOR
from kiosk.services.files.table_reader import read_sheet
from kiosk.services.imports.cell_text import RowFault
from kiosk.services.imports.oneroster_reader import read_oneroster
from kiosk.services.imports.roster_changes import (
    FEW_LEAVING,
    SHARE_LEAVING,
    RosterChanges,
    TooManyWouldLeave,
    compare_with_school,
)
from kiosk.services.imports.roster_check import Roster, StudentRow, check_roster
from kiosk.services.imports.roster_columns import ROLES
from kiosk.services.imports.roster_import import Imported, import_roster
from kiosk.services.imports.roster_records import sheet_records

_PREVIEW_ROWS = 8
_ROWS_NAMED = 8
_NUMBERS = (0, 4)
_HEADER = ("列", "學號", "姓名", "班級", "座號", "身分證字號", "出生年月日", "監護人")


def add_to(commands: Commands) -> None:
    """Add the commands."""
    actions = commands.add_group("roster", "檢查或匯入學生名冊")
    check = actions.add("check", "檢查名冊並預覽，不寫入任何資料", _check)
    check.add_argument("file", type=Path, help="名冊：.csv、.xlsx 或 .ods")
    take = actions.add("import", "匯入名冊：全部寫入，或完全不寫入", _import)
    take.add_argument("file", type=Path, help="全校的名冊：.csv、.xlsx 或 .ods")
    _add_import_options(take)
    logins = commands.add_group("logins", "重設學生登入")
    reset = logins.add("reset", "發給一次性的櫃台登入碼（只顯示一次）", _reset)
    reset.add_argument("student_number", help="學號")
    formats = commands.add_group("import", "匯入其他格式的名冊")
    exchange = formats.add("oneroster", "匯入 OneRoster CSV 1.1 或 1.2 的全校名冊：全部寫入，或完全不寫入", _oneroster)
    exchange.add_argument("file", type=Path, help="OneRoster 的 .zip 檔（bulk）")
    _add_import_options(exchange)


def _add_import_options(take: argparse.ArgumentParser) -> None:
    take.add_argument("--yes", action="store_true", help="不詢問，直接匯入")
    take.add_argument(
        "--allow-inactive",
        action="store_true",
        help=f"與 --yes 合用：超過 {FEW_LEAVING} 人且超過 {SHARE_LEAVING:.0%} 的學生不在名冊上（例如畢業），也改為離校",
    )


def _read(arguments: argparse.Namespace) -> tuple[Roster, str]:
    """Return the roster, and its file's SHA-256."""
    settings = load_settings(arguments.home)
    with readable_file("名冊"):
        sheet = read_sheet(arguments.file)
        records = sheet_records(sheet)
        roster = check_roster(records, settings.student_no_pattern, today(SystemClock()), progress_bar("檢查"))
    return roster, sheet.sha256


def _check(arguments: argparse.Namespace) -> int:
    roster, _sha256 = _read(arguments)
    _show_students(roster.students)
    _show_notes_and_faults(roster)
    if roster.faults:
        return 1
    _show_comparison(_compare(arguments, roster))
    return 0


def _import(arguments: argparse.Namespace) -> int:
    return _show_and_import(arguments, *_read(arguments))


def _show_and_import(arguments: argparse.Namespace, roster: Roster, sha256: str) -> int:
    """Show a checked roster, ask unless ``--yes``, and import it."""
    if not arguments.yes or roster.faults:
        _show_students(roster.students)
    _show_notes_and_faults(roster)
    if roster.faults:
        return 1
    comparison = _compare(arguments, roster)
    may_leave: int | None = None
    if arguments.allow_inactive or not arguments.yes:
        may_leave = comparison.leaving
    if not arguments.yes:
        _show_comparison(comparison)
        _ask(comparison)
    try:
        with opened(arguments) as school:
            done = import_roster(school.store, roster, sha256, OPERATOR, progress_bar("匯入"), may_leave=may_leave)
    except TooManyWouldLeave as refused:
        raise CommandRefused(
            f"沒有匯入：在學的 {refused.active} 人中有 {refused.leaving} 人不在這份名冊上，會變成離校。"
            "請確認檔案是全校的名冊；若確實離校，請不加 --yes 執行並回答，或加上 --allow-inactive。"
        ) from None
    _show_imported(done)
    return 0


def _compare(arguments: argparse.Namespace, roster: Roster) -> RosterChanges:
    """Compare the roster with the school, without creating a school that does not exist yet."""
    settings = load_settings(arguments.home)
    if settings.database_url is None and not settings.database_file.exists():
        return RosterChanges(len(roster.students), 0, 0, 0)
    with opened(arguments) as school:
        return compare_with_school(school.store, roster)


def _ask(comparison: RosterChanges) -> None:
    """Ask for a y, or for the number of leaving students where many would leave."""
    wanted = str(comparison.leaving) if comparison.must_be_agreed else "y"
    question = f"確定這些人都離校，請輸入人數 {wanted}：" if comparison.must_be_agreed else "要匯入嗎？輸入 y 匯入："
    refusal, no_terminal = "沒有匯入，什麼都沒有改變。", "沒有匯入：不在終端機上，無法詢問。"
    require_answer(question, wanted, refusal=refusal, no_terminal=no_terminal)


def _show_students(students: tuple[StudentRow, ...]) -> None:
    if not students:
        return
    first = f"，前 {_PREVIEW_ROWS} 人" if len(students) > _PREVIEW_ROWS else ""
    print(f"讀到 {len(students)} 位學生{first}：\n")
    print(table(_HEADER, [_preview(student) for student in students[:_PREVIEW_ROWS]], numbers=_NUMBERS))
    print()


def _preview(student: StudentRow) -> tuple[str, ...]:
    return (
        str(student.line),
        student.student_number,
        student.name,
        student.class_name,
        "" if student.seat_number is None else str(student.seat_number),
        mask_id(student.national_id) or "（登入碼）",
        format_roc(student.birth_date) if student.birth_date else "",
        "、".join(ROLES[guardian.role] for guardian in student.guardians),
    )


def _show_notes_and_faults(roster: Roster) -> None:
    """Print unused columns, notes, and faults last, nearest to the prompt."""
    if roster.unknown_columns:
        print(f"不使用的欄位：{'、'.join(roster.unknown_columns)}")
    for line in _by_message(roster.notes):
        print(f"請留意　{line}")
    show_faults(roster.faults)


def _by_message(notes: Iterable[RowFault]) -> list[str]:
    """Return a line for each message, with its rows."""
    lines = []
    for message, same in groupby(sorted(notes, key=lambda note: (note.message, note.line)), lambda note: note.message):
        rows = [note.line for note in same if note.line]
        named = "、".join(map(str, rows[:_ROWS_NAMED]))
        more = f"等 {len(rows)} 列" if len(rows) > _ROWS_NAMED else "列"
        lines.append(f"{message}（第 {named} {more}）" if rows else message)
    return lines


def _show_comparison(comparison: RosterChanges) -> None:
    print(f"和現有資料比對：新增 {comparison.added} 人，已有 {comparison.known} 人。")
    if comparison.leaving:
        share = comparison.leaving / comparison.active
        print(
            f"注意　　在學的 {comparison.active} 人中有 {comparison.leaving} 人（{share:.0%}）不在這份名冊上。\n"
            "　　　　匯入後他們改為離校、不能登入；密碼、同意與申請都保留。"
        )
    if comparison.must_be_agreed:
        print("　　　　如果這份檔案只有一部分班級，請不要匯入，改用全校的名冊。")


def _show_imported(done: Imported) -> None:
    back = f"（其中復學 {done.returned} 人）" if done.returned else ""
    print(f"已匯入：新增 {done.added} 人、更新 {done.changed} 人{back}、離校 {done.left} 人。")
    if done.id_logins:
        print(f"{done.id_logins} 人補上了身分證字號：第一次登入改用身分證字號，先前發的登入碼失效。")
    if done.desk_codes:
        print("以下學生沒有身分證字號，請把登入碼交給本人（只顯示這一次）：")
        for number, code in done.desk_codes:
            print(f"  P{number}  {code}")


def _reset(arguments: argparse.Namespace) -> None:
    try:
        with opened(arguments) as school, school.store.write() as unit:
            code = reset_student_login(unit, school.clock, arguments.student_number, OPERATOR)
    except UnknownStudent:
        raise CommandRefused("沒有這個學號的在學學生。") from None
    print(f"一次性登入碼（只顯示這一次）：{code}")


def _oneroster(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.home)
    with readable_file("名冊"):
        roster, sha256 = read_oneroster(arguments.file, settings, today(SystemClock()), progress_bar("檢查"))
    return _show_and_import(arguments, roster, sha256)
