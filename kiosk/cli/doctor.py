"""``doctor``: checks of the installation before the kiosk serves families."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from pathlib import Path

from kiosk.cli.console import Commands, opened
from kiosk.services.auth.staff_session import OPERATOR
from kiosk.services.messaging.mail_templates import check_mail_texts
from kiosk.services.school import School
from kiosk.services.texts.card_services import load_card_services
from kiosk.services.texts.city_systems import load_systems
from kiosk.services.texts.loader import TextName, TextUnusable, incomplete_marks, load_text

_SOME = 5
_FEW_BYTES = 200 * 1024 * 1024


def add_to(commands: Commands) -> None:
    """Add the command."""
    doctor = commands.add("doctor", "檢查金鑰、資料庫、申請的標記、字型、同意書、終端機", _doctor)
    doctor.add_argument("--repair", action="store_true", help="重建申請的標記與件數")


def _doctor(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        settings = school.settings
        print("好　　金鑰檔與資料庫相符")
        print(f"好　　資料庫：{'PostgreSQL' if settings.database_url else 'SQLite'}")
        print(_applications(school, repair=arguments.repair))
    free = shutil.disk_usage(settings.home).free
    _say(free > _FEW_BYTES, "磁碟空間足夠", "磁碟空間不到 200 MB，請清理磁碟")
    marks, faults = _texts(settings.text_folder)
    _say(
        marks == 0,
        "同意書等文字沒有待補正的地方",
        f"文字檔裡有 {marks} 處「待學校補正」，請把核定的文字放進 {settings.text_folder.name}/",
    )
    for fault in faults:
        print(f"注意　{fault}")
    _say(settings.smtp is not None, "已設定寄信", "沒有設定寄信，電子郵件只能由家長輸入兩次核對，審核結果要打電話通知")
    _say(_has_chinese_font(), "有中文字型", "找不到中文字型（Debian：apt install fonts-noto-cjk）")
    terminal = os.environ.get("TERM", "")
    _say(terminal not in ("", "dumb", "linux"), "終端機可以顯示中文", "這個終端機不能顯示中文，請用 foot 等圖形終端機")


def _applications(school: School, *, repair: bool) -> str:
    """Compare the applications' flags and counters with the other rows, or rebuild them; return the line to print."""
    from kiosk.services.applications.flag_check import compare, rebuild

    found = rebuild(school.store, OPERATOR) if repair else compare(school.store)
    if found.is_right:
        return f"好　　{found.applications} 件申請的標記與件數都正確"
    wrong = f"{len(found.outdated)} 件申請的標記、{found.wrong_counts} 個件數"
    if repair:
        return f"好　　已重建 {wrong}"
    numbers = "、".join(found.outdated[:_SOME]) + ("……" if len(found.outdated) > _SOME else "")
    return f"注意　{wrong}不正確，請執行 doctor --repair" + (f"：{numbers}" if numbers else "")


def _texts(own_folder: Path) -> tuple[int, list[str]]:
    """Return the number of incomplete marks in the school's texts, and a line for each unusable text."""
    marks, faults = 0, []
    for name in TextName:
        try:
            marks += len(incomplete_marks(load_text(name, own_folder)))
        except TextUnusable as error:
            faults.append(str(error))
    for check in (check_mail_texts, load_card_services, load_systems):
        try:
            check(own_folder)
        except TextUnusable as error:
            faults.append(str(error))
    return marks, list(dict.fromkeys(faults))


def _say(good: bool, yes: str, no: str) -> None:
    print(f"好　　{yes}" if good else f"注意　{no}")


def _has_chinese_font() -> bool:
    """Return whether fontconfig knows a Chinese font; False without fontconfig."""
    command = shutil.which("fc-list")
    if command is None:
        return False
    found = subprocess.run([command, ":lang=zh-tw", "family"], capture_output=True, check=False, timeout=20)
    return bool(found.stdout.strip())
