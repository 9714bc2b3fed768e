"""The command line: ``python run_kiosk.py COMMAND``.

Exit codes: 0 done, 1 refused with one clear line, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from kiosk.cli import (
    card,
    demo,
    doctor,
    documents,
    export,
    fees,
    mail,
    maintenance,
    report,
    roster,
    staff,
    status,
)
from kiosk.cli.console import CommandRefused
from kiosk.config.toml_reader import SettingsError


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    top = argparse.ArgumentParser(prog="run_kiosk.py", description="親子綁定 kiosk")
    commands = top.add_subparsers(dest="command", required=True, metavar="指令")
    run = _command(commands, "run", "啟動 kiosk")
    run.set_defaults(handle=lambda arguments: _run(arguments.home))
    review = _command(commands, "review", "啟動教職員審核（辦公室的電腦）")
    review.set_defaults(handle=lambda arguments: _run(arguments.home, staff_only=True))
    for module in (
        demo,
        roster,
        staff,
        documents,
        card,
        fees,
        export,
        report,
        status,
        mail,
        maintenance,
        doctor,
    ):
        module.add_to(commands, _command)
    return top


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, help_text: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help_text, description=help_text)
    command.add_argument("--home", type=Path, help="資料夾（預設 KIOSK_HOME）")
    return command


def _run(home: Path | None, *, staff_only: bool = False) -> int:
    from kiosk.launcher import start

    return start(home, staff_only=staff_only)


def main(argv: list[str]) -> int:
    """Run one command and give its exit code."""
    from kiosk.domain.errors import SchoolRefused
    from kiosk.services.errors import StoreBusy, StoreConflict, StoreError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal on Big5 has no 𠮷
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2
    try:
        return int(arguments.handle(arguments))
    except (CommandRefused, SettingsError, SchoolRefused) as refusal:
        sys.stderr.write(f"{refusal}\n")
    except StoreBusy:
        sys.stderr.write("資料庫正忙，什麼都沒有改變；請稍後再試一次。\n")
    except StoreConflict:
        sys.stderr.write("和資料庫裡已有的資料衝突，什麼都沒有改變；再試也一樣，請聯絡維護人員。\n")
    except StoreError:
        sys.stderr.write("資料庫現在無法使用，什麼都沒有改變；請檢查磁碟空間後再試一次。\n")
    except BrokenPipeError:
        sys.stderr.close()
    except KeyboardInterrupt:
        sys.stderr.write("已中止。\n")
    return 1
