"""``staff add | list | disable | enable | reset | classes | role``: the logins of the staff."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.cli.console import AddCommand, CommandRefused, ask_secret, opened, read_lines
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


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], add: AddCommand) -> None:
    """Add the commands."""
    actions = add(commands, "staff", "教職員的登入").add_subparsers(dest="action", required=True, metavar="動作")
    new = add(actions, "add", "新增教職員；密碼與身分證字號另外輸入，不寫在指令裡")
    new.add_argument("account", help="帳號：英文字母、數字、.、_、-，3 到 32 個字")
    new.add_argument("--name", required=True, help="姓名")
    new.add_argument("--role", required=True, choices=list(Role), type=Role, help=_role_help())
    new.add_argument("--class", dest="classes", action="extend", nargs="+", default=[], help="導師的班級")
    new.set_defaults(handle=_add)
    show = add(actions, "list", "列出教職員")
    show.add_argument("--json", action="store_true")
    show.set_defaults(handle=_list)
    for name, help_text, handle in (
        ("disable", "停用帳號：立刻登出，不能再登入", _disable),
        ("enable", "重新啟用帳號", _enable),
        ("reset", "發給一次性的登入碼（只顯示一次）", _reset),
        ("classes", "指定導師的班級；不寫班級就是沒有班級", _set_classes),
        ("role", "變更職務", _change_role),
    ):
        command = add(actions, name, help_text)
        command.add_argument("account")
        command.set_defaults(handle=handle)
        if name == "classes":
            command.add_argument("classes", nargs="*", metavar="班級")
        if name == "role":
            command.add_argument("role", choices=list(Role), type=Role, help=_role_help())


def _role_help() -> str:
    return "、".join(f"{role} {role.label}" for role in Role)


def _add(arguments: argparse.Namespace) -> int:
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
    return 0


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


def _list(arguments: argparse.Namespace) -> int:
    with opened(arguments) as school:
        rows = StaffAccounts(school.store, school.clock).list(_OPERATOR)
    if arguments.json:
        print(
            json.dumps(
                [
                    {
                        "account": row.account,
                        "name": row.name,
                        "role": row.role.value,
                        "classes": row.classes,
                        "active": row.active,
                        "has_chosen_password": row.has_chosen,
                    }
                    for row in rows
                ],
                ensure_ascii=False,
            )
        )
        return 0
    for row in rows:
        state = "已停用" if not row.active else "" if row.has_chosen else "尚未變更第一次的密碼"
        print(_described(row) + (f"　{state}" if state else ""))
    if not rows:
        print("還沒有教職員；請執行 staff add。")
    return 0


def _described(row: StaffRow) -> str:
    return "　".join(filter(None, (row.account, row.name, row.role.label, "、".join(row.classes))))


def _disable(arguments: argparse.Namespace) -> int:
    with _member(arguments) as (staff, row):
        staff.disable(_OPERATOR, row.id, row.version)
    print(f"已停用：{_described(row)}")
    return 0


def _enable(arguments: argparse.Namespace) -> int:
    with _member(arguments) as (staff, row):
        staff.enable(_OPERATOR, row.id, row.version)
    print(f"已啟用：{_described(row)}")
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    with _member(arguments) as (staff, row):
        code = staff.reset(_OPERATOR, row.id, row.version)
    print(f"{_described(row)}\n一次性登入碼（只顯示這一次，30 天內有效）：{code}")
    return 0


def _set_classes(arguments: argparse.Namespace) -> int:
    with _member(arguments) as (staff, row):
        staff.set_classes(_OPERATOR, row.id, row.version, arguments.classes)
        print(f"已指定班級：{_described(staff.find(_OPERATOR, row.account))}")
    return 0


def _change_role(arguments: argparse.Namespace) -> int:
    with _member(arguments) as (staff, row):
        staff.change_role(_OPERATOR, row.id, row.version, arguments.role)
        print(f"已變更職務：{_described(staff.find(_OPERATOR, row.account))}")
    return 0


@contextmanager
def _member(arguments: argparse.Namespace) -> Iterator[tuple[StaffAccounts, StaffRow]]:
    """Give the service, and the member with the account."""
    with _refusals_in_words(), opened(arguments) as school:
        staff = StaffAccounts(school.store, school.clock)
        yield staff, staff.find(_OPERATOR, arguments.account)


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    """Turn the service's refusals into a line without password or ID."""
    try:
        yield
    except InvalidAccount:
        raise CommandRefused("帳號只能用英文字母、數字、.、_、-，3 到 32 個字。") from None
    except InvalidName:
        raise CommandRefused("姓名不能這樣寫：請只填姓名，最多 60 個字。") from None
    except InvalidIdentity as error:
        raise CommandRefused(f"身分證字號：{id_message(error.fault)}") from None
    except PasswordRefused as refused:
        raise CommandRefused(password_message(refused.fault, STAFF_RULE)) from None
    except AccountTaken:
        raise CommandRefused("已經有教職員用這個帳號（停用的也算）。") from None
    except UnknownStaff:
        raise CommandRefused("沒有這個帳號的教職員。") from None
    except StaffDisabled:
        raise CommandRefused("這個帳號已停用，請先執行 staff enable。") from None
    except LastAdministrator:
        raise CommandRefused("這是最後一位系統管理員，不能停用或改任。") from None
    except NoClassTeacher:
        raise CommandRefused("只有導師（homeroom_teacher）有班級。") from None
    except UnknownClass as unknown:
        raise CommandRefused(f"名冊裡沒有班級「{remove_unsafe_chars(unknown.class_name)}」，請檢查班級名稱。") from None
    except ChangedMeanwhile:
        raise CommandRefused("剛才有人改了這位教職員的資料，請再執行一次。") from None
