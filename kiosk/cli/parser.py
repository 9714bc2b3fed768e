"""The command line: ``python run_kiosk.py COMMAND``.

Exit codes: 0 done, 1 refused with one clear line, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import io
import sys

from kiosk.cli import card, demo, doctor, documents, export, fees, mail, maintenance, roster, staff, status
from kiosk.cli.console import CommandRefused, Commands
from kiosk.config.toml_reader import SettingsError


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    top = argparse.ArgumentParser(prog="run_kiosk.py", description="親子綁定 kiosk")
    commands = Commands(top, "command", "指令")
    commands.add("run", "啟動 kiosk", _run)
    commands.add("review", "啟動教職員審核（辦公室的電腦）", _run)
    for module in (demo, roster, staff, documents, card, fees, export, status, mail, maintenance, doctor):
        module.add_to(commands)
    return top


def _run(arguments: argparse.Namespace) -> int:
    from kiosk.launcher import start

    return start(arguments.home, staff_only=arguments.command == "review")


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
        return int(arguments.handle(arguments) or 0)
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
