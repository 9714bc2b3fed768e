"""Sign-in at the command line, for commands of the registrar and the administrator."""

from __future__ import annotations

import argparse
import sys

from kiosk.cli.console import CommandRefused, ask_secret, read_lines
from kiosk.domain.errors import SignInRefused
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.school import School


def add_account_option(command: argparse.ArgumentParser) -> None:
    """Add ``--account``; the password is no argument, for the shell keeps arguments in its history."""
    command.add_argument(
        "--account", help="註冊組或系統管理員的帳號；密碼另外輸入（不顯示），程式呼叫時由標準輸入給一行"
    )


def signed_in(school: School, arguments: argparse.Namespace) -> StaffMember:
    """Ask for account and password, and sign in; failures count as at the staff's login.

    Raises:
        CommandRefused: not signed in, or signed in with a first password.
    """
    account, password = _ask(arguments.account) if sys.stdin.isatty() else _read_line(arguments.account)
    try:
        found = school.sign_in.staff(account, password, school.settings.terminal_name)
    except SignInRefused as refused:
        if refused.wait_seconds is not None:
            raise CommandRefused(f"這台電腦登入失敗太多次，請等 {refused.wait_seconds} 秒再試。") from None
        if refused.minutes_left is not None:
            raise CommandRefused(f"帳號或密碼不對；這個帳號暫時鎖住，請等 {refused.minutes_left} 分鐘再試。") from None
        raise CommandRefused("帳號或密碼不對，什麼都沒有寫出。") from None
    if found.must_change:
        raise CommandRefused("這是第一次登入的密碼，請先執行 review 登入並變更密碼。")
    return found.member


def _ask(account: str | None) -> tuple[str, str]:
    try:
        named = account or input("註冊組或系統管理員的帳號：")
    except EOFError:
        raise KeyboardInterrupt from None
    return named, ask_secret("密碼（不顯示）：")


def _read_line(account: str | None) -> tuple[str, str]:
    if not account:
        raise CommandRefused("不在終端機上：請以 --account 指定帳號，並由標準輸入給一行密碼。")
    (password,) = read_lines(1)
    if not password:
        raise CommandRefused("標準輸入應有一行：這個帳號的密碼。")
    return account, password
