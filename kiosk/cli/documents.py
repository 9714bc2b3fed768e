"""``documents list``, ``documents print`` and ``documents purge``: the paper forms to print."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta

from kiosk.cli.console import CommandRefused, Commands, opened
from kiosk.clock import SystemClock
from kiosk.config.settings import ensure_home, load_settings
from kiosk.domain.documents import FormKind, FormRefused, NothingToSign, PaperState
from kiosk.services.documents.printer import KEEP, PrintFailed, purge
from kiosk.services.signing.print_desk import QueuedForm, print_as_operator, whole_queue


def add_to(commands: Commands) -> None:
    """Add the commands."""
    actions = commands.add_group("documents", "紙本申請書")
    show = actions.add("list", "列出申請書與狀態", _list)
    show.add_argument("--class", dest="class_name", help="只看一班")
    show.add_argument("--waiting", action="store_true", help="只看未列印的")
    show.add_argument("--json", action="store_true")
    out = actions.add("print", "列印未列印的申請書；沒有設定印表機時存成一個 PDF 檔", _print)
    which = out.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="全校")
    which.add_argument("--class", dest="class_name", help="一班")
    which.add_argument("--student", dest="student_number", help="一位學生（學號）")
    out.add_argument("--kind", choices=[kind.value for kind in FormKind], help="只印一種")
    out.add_argument("--again", action="store_true", help="已經列印過的也再印一次")
    clean = actions.add("purge", "刪除超過 24 小時的 PDF 檔", _purge)
    clean.add_argument("--all", action="store_true", help="全部刪除，不論新舊")


def _list(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        forms = whole_queue(school.store, arguments.class_name)
    if arguments.waiting:
        forms = tuple(form for form in forms if form.state is PaperState.NOT_PRINTED)
    if arguments.json:
        print(json.dumps([_row(form) for form in forms], ensure_ascii=False))
        return
    for form in forms:
        seat = "" if form.seat_number is None else f"{form.seat_number} 號"
        who = f"{form.class_name}　{seat}　{form.student_number}　{form.student_name}"
        print(f"{form.state.label}　{form.number or '尚無編號'}　{form.key.kind.label}　{who}")
    waiting = sum(form.state is PaperState.NOT_PRINTED for form in forms)
    print(f"共 {len(forms)} 份，未列印 {waiting} 份")


def _row(form: QueuedForm) -> dict[str, object]:
    names = ("state", "number", "class_name", "seat_number", "student_number", "student_name")
    return {"kind": form.key.kind, **{name: getattr(form, name) for name in names}}


def _print(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        keys = [
            form.key
            for form in whole_queue(school.store, arguments.class_name)
            if (arguments.student_number in (None, form.student_number))
            and (arguments.kind in (None, form.key.kind))
            and (arguments.again or form.state is PaperState.NOT_PRINTED)
        ]
        if not keys:
            raise CommandRefused("沒有要列印的申請書。（已經列印過的要再印，請加 --again）")
        try:
            printed = print_as_operator(school.store, school.clock, school.settings, keys)
        except PrintFailed as failed:
            raise CommandRefused(failed.line) from None
        except NothingToSign:
            raise CommandRefused("有申請剛被撤回或更改，請再執行一次。") from None
        except FormRefused:
            raise CommandRefused("有一份申請書一頁印不下，請檢查學校自訂的文字是否太長。") from None
    if printed.file is None:
        print(f"已送到印表機 {school.settings.printer}：{len(printed.numbers)} 份")
    else:
        print(f"沒有設定印表機，已存成 PDF（{len(printed.numbers)} 份，24 小時後刪除）：{printed.file}")
    if printed.by_hand:
        print(f"請在紙上補寫字型沒有的字：{'、'.join(printed.by_hand)}")


def _purge(arguments: argparse.Namespace) -> None:
    settings = load_settings(arguments.home)
    ensure_home(settings)
    removed = purge(settings, SystemClock().now(), timedelta() if arguments.all else KEEP)
    print(f"已刪除 {removed} 個 PDF 檔。")
