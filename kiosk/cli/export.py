"""``export oneroster``, ``export office``, ``export consents`` and ``report``: the school's files for others."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from kiosk.cli.console import CommandRefused, Commands, opened
from kiosk.cli.staff_sign_in import add_account_option, signed_in
from kiosk.domain.documents import FormRefused
from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.rules.roc_dates import InvalidDate, parse_date
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.exports.export_log import ExportedFile
from kiosk.services.exports.export_service import HandOver
from kiosk.services.files.atomic_file import FileRefused, WriteFault
from kiosk.services.imports.oneroster_format import Version
from kiosk.services.school import School


def add_to(commands: Commands) -> None:
    """Add the commands."""
    actions = commands.add_group("export", "匯出（註冊組或系統管理員；每次都記入稽核紀錄）")
    roster = actions.add("oneroster", "學生、班級與已綁定的家長，OneRoster CSV；沒有密碼，也沒有身分證字號", _oneroster)
    _add_file_options(roster, "要寫出的 .zip 檔")
    roster.add_argument("--version", required=True, choices=[one.value for one in Version], help="OneRoster 的版本")
    roster.add_argument(
        "--delta-since",
        type=_day,
        metavar="日期",
        help="只匯出這一天起的變動（2026-09-01 或 1150901）；同一筆綁定的狀態只會交出一次",
    )
    office = actions.add(
        "office", "已開通的綁定，給教育局批次上傳；欄位由 kiosk.toml 的 [office_columns] 決定", _office
    )
    _add_file_options(office, "要寫出的 .csv 或 .xlsx 檔")
    office.add_argument("--only-new", action="store_true", help="只匯出還沒有匯出過的綁定")
    consents = actions.add("consents", "每位家長的同意紀錄與同意書原文（個資法第 7 條的舉證資料）", _consents)
    _add_file_options(consents, "要寫出的 .zip 檔")
    report = commands.add("report", "進度報表：各班綁定率、未完成的申請、聯絡不到的家長、寄不到的信", _report)
    _add_file_options(report, "要寫出的 .pdf 或 .csv 檔")


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except InvalidDate:
        raise argparse.ArgumentTypeError("日期請寫成 2026-09-01 或 1150901") from None


def _oneroster(arguments: argparse.Namespace) -> None:
    _require_suffix(arguments.file, ".zip")
    with _handing_over(arguments) as (school, service, member):
        version, since = Version(arguments.version), arguments.delta_since
        done = service.oneroster(member, arguments.file, version, since=since, replace=arguments.force)
        has_name, has_code = school.settings.has_school_name, bool(school.settings.school_code)
    _show_done(arguments, done.file)
    print(f"其中 {done.new_states} 筆綁定的狀態是第一次交出。")
    if done.left_out:
        print(f"請留意　另有 {done.left_out} 筆更早的變動沒有交出過；要交出，請用更早的日期或不加 --delta-since。")
    if not (has_name and has_code):
        print("請留意　kiosk.toml 沒有 school_name 或 school_code，對方認不出是哪一所學校。")


def _office(arguments: argparse.Namespace) -> None:
    suffix = _require_suffix(arguments.file, ".csv", ".xlsx")
    from kiosk.services.exports.city_upload import holds_national_ids

    with _handing_over(arguments) as (school, service, member):
        done = service.office(
            member, arguments.file, as_workbook=suffix == ".xlsx", only_new=arguments.only_new, replace=arguments.force
        )
        has_ids = holds_national_ids(school.settings)
    _show_done(arguments, done)
    if has_ids:
        print("警告　　這個檔案有家長完整的身分證字號：只交給承辦人，上傳後立刻刪除，不要用電子郵件寄送。")


def _consents(arguments: argparse.Namespace) -> None:
    _require_suffix(arguments.file, ".zip")
    with _handing_over(arguments) as (_school, service, member):
        done = service.consents(member, arguments.file, replace=arguments.force)
    _show_done(arguments, done.file)
    if done.missing:
        print(f"請留意　找不到這些版本的同意書原文：{'、'.join(done.missing)}；請把舊檔放回 text/earlier/ 再匯出一次。")


def _report(arguments: argparse.Namespace) -> None:
    suffix = _require_suffix(arguments.file, ".pdf", ".csv")
    with _handing_over(arguments) as (_school, service, member):
        done = service.report(member, arguments.file, as_pdf=suffix == ".pdf", replace=arguments.force)
    _show_done(arguments, done)


def _add_file_options(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("file", type=Path, help=what)
    command.add_argument("--force", action="store_true", help="檔案已經存在時取代它")
    add_account_option(command)


def _require_suffix(file: Path, *suffixes: str) -> str:
    """Return the file's suffix in lower case; refuse one other than these."""
    suffix = file.suffix.lower()
    if suffix not in suffixes:
        raise CommandRefused(f"檔名請以 {' 或 '.join(suffixes)} 結尾。")
    return suffix


@contextmanager
def _handing_over(arguments: argparse.Namespace) -> Iterator[tuple[School, HandOver, StaffMember]]:
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


def _show_done(arguments: argparse.Namespace, done: ExportedFile) -> None:
    print(f"已寫出 {done.rows} 列：{arguments.file}（只有目前的使用者讀得到）")
    print(f"SHA-256　{done.sha256}")


def _file_line(refused: FileRefused) -> str:
    return {
        WriteFault.EXISTS: "檔案已經存在，請換一個檔名，或加上 --force 取代它。",
        WriteFault.NOT_A_FILE: "這是資料夾，請加上檔名。",
        WriteFault.UNWRITABLE: "無法寫入，請檢查資料夾、權限與磁碟空間；什麼都沒有留下，也沒有記錄為已匯出。",
        WriteFault.LEFT_BESIDE: f"檔案已寫好，但換不成要的檔名；請改用旁邊的 {refused.beside}。",
    }[refused.fault]
