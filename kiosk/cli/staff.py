"""``staff add | list | disable | enable | reset | classes | role``: the logins of the staff."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.cli.console import CommandRefused, Commands, ask_secret, opened, read_lines
from kiosk.clock import SystemClock
from kiosk.domain.applicant_validation import id_message
from kiosk.domain.errors import ChangedMeanwhile, PasswordRefused
from kiosk.domain.password_messages import password_message
from kiosk.domain.school_calendar import today
from kiosk.rules.accounts import InvalidAccount, parse_staff_account
from kiosk.rules.identity import InvalidIdentity, mask_id, normalise_id, parse_id
from kiosk.rules.names import InvalidName, parse_name
from kiosk.rules.passwords import STAFF_RULE, fault
from kiosk.rules.text_safety import remove_unsafe_chars
from kiosk.services.administration.staff_accounts import (
    AccountTaken,
    LastAdministrator,
    NoClassTeacher,
    StaffAccounts,
    StaffDisabled,
    StaffRow,
    UnknownClass,
    UnknownStaff,
)
from kiosk.services.auth.staff_session import CommandLine, Role

_TRIES = 3
_OPERATOR = CommandLine()
_REFUSALS: dict[type[Exception], str] = {
    InvalidAccount: "帳號只能用英文字母、數字、.、_、-，3 到 32 個字。",
    InvalidName: "姓名不能這樣寫：請只填姓名，最多 60 個字。",
    AccountTaken: "已經有教職員用這個帳號（停用的也算）。",
    UnknownStaff: "沒有這個帳號的教職員。",
    StaffDisabled: "這個帳號已停用，請先執行 staff enable。",
    LastAdministrator: "這是最後一位系統管理員，不能停用或改任。",
    NoClassTeacher: "只有導師（homeroom_teacher）有班級。",
    ChangedMeanwhile: "剛才有人改了這位教職員的資料，請再執行一次。",
}


def add_to(commands: Commands) -> None:
    """Add the commands."""
    actions = commands.add_group("staff", "教職員的登入")
    new = actions.add("add", "新增教職員；密碼與身分證字號另外輸入，不寫在指令裡", _add)
    new.add_argument("account", help="帳號：英文字母、數字、.、_、-，3 到 32 個字")
    new.add_argument("--name", required=True, help="姓名")
    new.add_argument("--role", required=True, choices=list(Role), type=Role, help=_role_help())
    new.add_argument("--class", dest="classes", action="extend", nargs="+", default=[], help="導師的班級")
    show = actions.add("list", "列出教職員", _list)
    show.add_argument("--json", action="store_true")
    for name, help_text in (
        ("disable", "停用帳號：立刻登出，不能再登入"),
        ("enable", "重新啟用帳號"),
        ("reset", "發給一次性的登入碼（只顯示一次）"),
        ("classes", "指定導師的班級；不寫班級就是沒有班級"),
        ("role", "變更職務"),
    ):
        command = actions.add(name, help_text, _change)
        command.add_argument("account")
        if name == "classes":
            command.add_argument("classes", nargs="*", metavar="班級")
        if name == "role":
            command.add_argument("role", choices=list(Role), type=Role, help=_role_help())


def _role_help() -> str:
    return "、".join(f"{role} {role.label}" for role in Role)


def _add(arguments: argparse.Namespace) -> None:
    with _refusals_in_words(), opened(arguments) as school:
        staff = StaffAccounts(school.store, school.clock)
        account, name = parse_staff_account(arguments.account), parse_name(arguments.name)
        if any(row.account == account for row in staff.list(_OPERATOR)):
            raise AccountTaken
        password, national_id = _ask(account, name) if sys.stdin.isatty() else _read_lines()
        row = staff.add(
            _OPERATOR,
            account=account,
            name=name,
            role=arguments.role,
            classes=arguments.classes,
            national_id=national_id,
            first_password=password,
        )
    print(f"已新增：{_described(row)}")
    print(f"身分證字號 {mask_id(normalise_id(national_id))}。第一次登入必須變更密碼；30 天內有效。")
    if row.role is Role.HOMEROOM_TEACHER and not row.classes:
        print(f"還沒有班級，請執行：staff classes {row.account} 班級")


def _ask(account: str, name: str) -> tuple[str, str]:
    """Ask for the first password, twice, and the member's own ID; after a fault, up to three times."""
    for _try in range(_TRIES):
        password = ask_secret(f"第一次登入的密碼（至少 {STAFF_RULE.min_length} 個字，不顯示）：")
        found = fault(password, [account, name], STAFF_RULE)
        if found is not None:
            _say(password_message(found, STAFF_RULE))
        elif ask_secret("再輸入一次密碼：") != password:
            _say("兩次輸入的密碼不同。")
        else:
            break
    else:
        raise CommandRefused("沒有新增。")
    for _try in range(_TRIES):
        national_id = ask_secret("這位教職員本人的身分證字號或統一證號（不顯示）：")
        try:
            parse_id(national_id, today(SystemClock()))
        except InvalidIdentity as error:
            _say(id_message(error.fault))
        else:
            return password, national_id
    raise CommandRefused("沒有新增。")


def _read_lines() -> tuple[str, str]:
    password, national_id = read_lines(2)
    if not password or not national_id:
        raise CommandRefused("標準輸入應有兩行：第一次登入的密碼、本人的身分證字號。")
    return password, national_id


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _list(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        rows = StaffAccounts(school.store, school.clock).list(_OPERATOR)
    if arguments.json:
        print(json.dumps([_as_json(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        state = "已停用" if not row.active else "" if row.has_chosen else "尚未變更第一次的密碼"
        print(_described(row) + (f"　{state}" if state else ""))
    if not rows:
        print("還沒有教職員；請執行 staff add。")


def _as_json(row: StaffRow) -> dict[str, object]:
    shown = {name: getattr(row, name) for name in ("account", "name", "role", "classes", "active")}
    return {**shown, "has_chosen_password": row.has_chosen}


def _described(row: StaffRow) -> str:
    return "　".join(filter(None, (row.account, row.name, row.role.label, "、".join(row.classes))))


def _change(arguments: argparse.Namespace) -> None:
    """Change the login of one member, and print how it is afterwards."""
    with _refusals_in_words(), opened(arguments) as school:
        staff = StaffAccounts(school.store, school.clock)
        row = staff.find(_OPERATOR, arguments.account)
        match arguments.action:
            case "disable":
                staff.disable(_OPERATOR, row.id, row.version)
                print(f"已停用：{_described(row)}")
            case "enable":
                staff.enable(_OPERATOR, row.id, row.version)
                print(f"已啟用：{_described(row)}")
            case "reset":
                code = staff.reset(_OPERATOR, row.id, row.version)
                print(f"{_described(row)}\n一次性登入碼（只顯示這一次，30 天內有效）：{code}")
            case "classes":
                staff.set_classes(_OPERATOR, row.id, row.version, arguments.classes)
                print(f"已指定班級：{_described(staff.find(_OPERATOR, row.account))}")
            case "role":
                staff.change_role(_OPERATOR, row.id, row.version, arguments.role)
                print(f"已變更職務：{_described(staff.find(_OPERATOR, row.account))}")


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    """Turn the service's refusals into a line without password or ID."""
    try:
        yield
    except tuple(_REFUSALS) as error:
        raise CommandRefused(_REFUSALS[type(error)]) from None
    except InvalidIdentity as error:
        raise CommandRefused(f"身分證字號：{id_message(error.fault)}") from None
    except PasswordRefused as refused:
        raise CommandRefused(password_message(refused.fault, STAFF_RULE)) from None
    except UnknownClass as unknown:
        raise CommandRefused(f"名冊裡沒有班級「{remove_unsafe_chars(unknown.class_name)}」，請檢查班級名稱。") from None
