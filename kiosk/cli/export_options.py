"""Helpers of ``export`` and ``report``: the file's options, the signed-in member, refusals."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.cli.console import CommandRefused, opened
from kiosk.cli.staff_sign_in import add_account_option, signed_in
from kiosk.domain.documents import FormRefused
from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.exports.export_log import ExportedFile
from kiosk.services.exports.export_service import HandOver
from kiosk.services.files.atomic_file import FileRefused, WriteFault
from kiosk.services.school import School


def add_file_options(command: argparse.ArgumentParser, what: str) -> None:
    """Add the file and the options of every export."""
    command.add_argument("file", type=Path, help=what)
    command.add_argument("--force", action="store_true", help="檔案已經存在時取代它")
    add_account_option(command)


def require_suffix(file: Path, *suffixes: str) -> str:
    """Return the file's suffix in lower case.

    Raises:
        CommandRefused: for a suffix other than these.
    """
    suffix = file.suffix.lower()
    if suffix not in suffixes:
        raise CommandRefused(f"檔名請以 {' 或 '.join(suffixes)} 結尾。")
    return suffix


@contextmanager
def handing_over(arguments: argparse.Namespace) -> Iterator[tuple[School, HandOver, StaffMember]]:
    """Give the school, the service and the signed-in member; turn refusals into one line."""
    if not arguments.force and os.path.lexists(arguments.file):
        raise CommandRefused(_file_line(FileRefused(WriteFault.EXISTS)))
    with opened(arguments) as school:
        member = signed_in(school, arguments)
        try:
            yield school, HandOver(school.store, school.settings, school.clock), member
        except PasswordChangeRequired:
            raise CommandRefused("這是第一次登入的密碼，請先執行 review 登入並變更密碼。") from None
        except Denied:
            raise CommandRefused("只有註冊組與系統管理員可以匯出；這次嘗試已記入稽核紀錄。") from None
        except FileRefused as refused:
            raise CommandRefused(_file_line(refused)) from None
        except FormRefused:
            raise CommandRefused("報表排不出來，請檢查學校名稱與班級名稱是否太長，或改存成 .csv。") from None


def show_done(arguments: argparse.Namespace, done: ExportedFile) -> None:
    """Print the rows and the SHA-256 of a written file."""
    print(f"已寫出 {done.rows} 列：{arguments.file}（只有目前的使用者讀得到）")
    print(f"SHA-256　{done.sha256}")


def _file_line(refused: FileRefused) -> str:
    return {
        WriteFault.EXISTS: "檔案已經存在，請換一個檔名，或加上 --force 取代它。",
        WriteFault.NOT_A_FILE: "這是資料夾，請加上檔名。",
        WriteFault.UNWRITABLE: "無法寫入，請檢查資料夾、權限與磁碟空間；什麼都沒有留下，也沒有記錄為已匯出。",
        WriteFault.LEFT_BESIDE: f"檔案已寫好，但換不成要的檔名；請改用旁邊的 {refused.beside}。",
    }[refused.fault]
