"""``audit verify``, ``backup``, ``restore`` and ``keys rotate``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db import audit
from kiosk.cli.console import CommandRefused, Commands, opened
from kiosk.config.settings import Settings, ensure_home, load_settings
from kiosk.services.administration.backup import BackupFault, BackupRefused, back_up, restore
from kiosk.services.administration.key_rotation import rotate


def add_to(commands: Commands) -> None:
    """Add the commands."""
    actions = commands.add_group("audit", "稽核紀錄")
    verify = actions.add("verify", "檢查稽核紀錄是否完整", _verify)
    verify.add_argument("--anchor", help="上次抄下的 40 碼")
    save = commands.add("backup", "備份資料庫（不含金鑰）", _backup)
    save.add_argument("file", type=Path)
    bring_back = commands.add("restore", "還原備份到沒有資料庫的資料夾", _restore)
    bring_back.add_argument("file", type=Path)
    keys = commands.add_group("keys", "金鑰")
    keys.add("rotate", "換新的封存金鑰並重新封存所有資料；先停止 kiosk", _rotate)


def _rotate(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        rows = rotate(school.store, school.settings.key_file)
    print(f"已換新金鑰，重新封存 {rows} 列。請把新的 kiosk.key 另外備份；中斷時再執行一次就會繼續。")


def _verify(arguments: argparse.Namespace) -> None:
    if arguments.anchor and not re.fullmatch(r"[0-9a-fA-F]{40}", arguments.anchor):
        raise CommandRefused("錨碼應為 40 個十六進位數字。")
    with opened(arguments) as school, school.store.read() as session:
        found = audit.verify(session.connection(), school.store.keys, arguments.anchor)
    if found.broken_at is not None:
        raise CommandRefused(f"稽核紀錄在第 {found.broken_at} 列被改動或截斷。")
    print(f"稽核紀錄完整，共 {found.rows} 列。請抄下錨碼另外保管：{found.anchor}")


def _embedded(arguments: argparse.Namespace) -> Settings:
    settings = load_settings(arguments.home)
    if settings.database_url is not None:
        raise CommandRefused("資料庫在 PostgreSQL 上，請用 pg_dump 與 pg_restore 備份與還原。")
    ensure_home(settings)
    return settings


def _backup(arguments: argparse.Namespace) -> None:
    with _refusals():
        back_up(_embedded(arguments).database_file, arguments.file)
    print("已備份。金鑰檔不在備份裡，請另外保管。")


def _restore(arguments: argparse.Namespace) -> None:
    with _refusals():
        restore(arguments.file, _embedded(arguments).database_file)
    print("已還原。請確認 kiosk.key 是當時的金鑰檔，再執行 doctor。")


@contextmanager
def _refusals() -> Iterator[None]:
    lines = {
        BackupFault.EXISTS: "備份檔已經存在，請換一個檔名。",
        BackupFault.NO_DATABASE: "這個資料夾裡還沒有資料庫。",
        BackupFault.NOT_A_BACKUP: "這不是完整的備份檔。",
        BackupFault.IN_THE_WAY: "這個資料夾已經有資料庫；請先把它移走，再還原。",
        BackupFault.UNWRITABLE: "無法寫入，請檢查磁碟空間與權限。",
    }
    try:
        yield
    except BackupRefused as refused:
        raise CommandRefused(lines[refused.fault]) from None
