"""``demo``: an invented school in a home of its own."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from kiosk.cli.console import CommandRefused, Commands
from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.demo.parent_accounts import demo_account_logins
from kiosk.demo.people import DemoLogin
from kiosk.demo.seed import demo_logins, fill_demo_school
from kiosk.demo.staff_work import demo_staff_logins
from kiosk.services.school import open_school

_FOLDER = Path(".demo")
_MARK = "this-is-a-demo"


def add_to(commands: Commands) -> None:
    """Add the command."""
    demo = commands.add("demo", "展示：虛構的學校，不碰真正的資料", _demo)
    demo.add_argument("--prepare-only", action="store_true", help="只建立虛構的學校，不啟動")


def _demo(arguments: argparse.Namespace) -> int:
    home = (arguments.home or _FOLDER).absolute()
    mark = home / _MARK
    if home.exists() and any(home.iterdir()) and not mark.exists():
        raise CommandRefused("這個資料夾不是展示用的，請換一個：--home 資料夾")
    settings = load_settings(home, demo=True, environment={})
    is_new = not settings.database_file.exists()
    school = open_school(settings, SystemClock())
    mark.touch()
    if is_new:
        print("建立虛構的學校…")
        fill_demo_school(school)
    school.close()
    lines, staff_lines = _lines(demo_logins()), _lines(demo_staff_logins())
    account_lines = _lines(demo_account_logins())
    print("可以試的登入：", *lines, sep="\n  ")
    print("家長帳號登入（登入畫面按 F7）：", *account_lines, sep="\n  ")
    print("教職員（登入畫面按 F8）：", *staff_lines, sep="\n  ")
    if arguments.prepare_only:
        return 0
    from kiosk.launcher import supervise_app

    hint = "展示用登入（Ctrl+Q 離開；F7 家長帳號；F8 教職員）：\n" + "\n".join(lines)
    staff_hint, account_hint = (
        "展示用登入（Ctrl+Q 離開）：\n" + "\n".join(some) for some in (staff_lines, account_lines)
    )
    return supervise_app(
        home, demo=True, family_demo_lines=hint, staff_demo_lines=staff_hint, account_demo_lines=account_hint
    )


def _lines(logins: Iterable[DemoLogin]) -> list[str]:
    return [f"{login.account}　{login.password}　{login.what}" for login in logins]
