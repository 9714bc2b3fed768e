"""``export oneroster``, ``export office`` and ``export consents``: the school's files for others."""

from __future__ import annotations

import argparse
from datetime import date

from kiosk.cli.console import AddCommand
from kiosk.cli.export_options import add_file_options, handing_over, require_suffix, show_done
from kiosk.rules.roc_dates import InvalidDate, parse_date
from kiosk.services.imports.oneroster_format import Version


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], add: AddCommand) -> None:
    """Add the commands."""
    actions = add(commands, "export", "匯出（註冊組或系統管理員；每次都記入稽核紀錄）").add_subparsers(
        dest="action", required=True, metavar="動作"
    )
    roster = add(actions, "oneroster", "學生、班級與已綁定的家長，OneRoster CSV；沒有密碼，也沒有身分證字號")
    add_file_options(roster, "要寫出的 .zip 檔")
    roster.add_argument("--version", required=True, choices=[one.value for one in Version], help="OneRoster 的版本")
    roster.add_argument(
        "--delta-since",
        type=_day,
        metavar="日期",
        help="只匯出這一天起的變動（2026-09-01 或 1150901）；同一筆綁定的狀態只會交出一次",
    )
    roster.set_defaults(handle=_oneroster)
    office = add(actions, "office", "已開通的綁定，給教育局批次上傳；欄位由 kiosk.toml 的 [office_columns] 決定")
    add_file_options(office, "要寫出的 .csv 或 .xlsx 檔")
    office.add_argument("--only-new", action="store_true", help="只匯出還沒有匯出過的綁定")
    office.set_defaults(handle=_office)
    consents = add(actions, "consents", "每位家長的同意紀錄與同意書原文（個資法第 7 條的舉證資料）")
    add_file_options(consents, "要寫出的 .zip 檔")
    consents.set_defaults(handle=_consents)


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except InvalidDate:
        raise argparse.ArgumentTypeError("日期請寫成 2026-09-01 或 1150901") from None


def _oneroster(arguments: argparse.Namespace) -> int:
    require_suffix(arguments.file, ".zip")
    with handing_over(arguments) as (school, service, member):
        version, since = Version(arguments.version), arguments.delta_since
        done = service.oneroster(member, arguments.file, version, since=since, replace=arguments.force)
        has_name, has_code = school.settings.has_school_name, bool(school.settings.school_code)
    show_done(arguments, done.file)
    print(f"其中 {done.new_states} 筆綁定的狀態是第一次交出。")
    if done.left_out:
        print(f"請留意　另有 {done.left_out} 筆更早的變動沒有交出過；要交出，請用更早的日期或不加 --delta-since。")
    if not (has_name and has_code):
        print("請留意　kiosk.toml 沒有 school_name 或 school_code，對方認不出是哪一所學校。")
    return 0


def _office(arguments: argparse.Namespace) -> int:
    suffix = require_suffix(arguments.file, ".csv", ".xlsx")
    from kiosk.services.exports.city_upload import holds_national_ids

    with handing_over(arguments) as (school, service, member):
        done = service.office(
            member,
            arguments.file,
            as_workbook=suffix == ".xlsx",
            only_new=arguments.only_new,
            replace=arguments.force,
        )
        has_ids = holds_national_ids(school.settings)
    show_done(arguments, done)
    if has_ids:
        print("警告　　這個檔案有家長完整的身分證字號：只交給承辦人，上傳後立刻刪除，不要用電子郵件寄送。")
    return 0


def _consents(arguments: argparse.Namespace) -> int:
    require_suffix(arguments.file, ".zip")
    with handing_over(arguments) as (_school, service, member):
        done = service.consents(member, arguments.file, replace=arguments.force)
    show_done(arguments, done.file)
    if done.missing:
        print(f"請留意　找不到這些版本的同意書原文：{'、'.join(done.missing)}；請把舊檔放回 text/earlier/ 再匯出一次。")
    return 0
