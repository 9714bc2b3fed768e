"""``import oneroster``: a roster in the field's exchange format."""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.cli.console import AddCommand, Refused, progress_bar
from kiosk.cli.file_faults import file_line
from kiosk.cli.roster import add_import_options, take_in
from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.domain.school_calendar import today
from kiosk.services.files.table_reader import UnreadableFile
from kiosk.services.imports.oneroster_reader import read_oneroster


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], add: AddCommand) -> None:
    """Add the command."""
    actions = add(commands, "import", "匯入其他格式的名冊").add_subparsers(dest="action", required=True, metavar="動作")
    roster = add(actions, "oneroster", "匯入 OneRoster CSV 1.1 或 1.2 的全校名冊：全部寫入，或完全不寫入")
    roster.add_argument("file", type=Path, help="OneRoster 的 .zip 檔（bulk）")
    add_import_options(roster)
    roster.set_defaults(handle=_oneroster)


def _oneroster(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.home)
    try:
        roster, sha256 = read_oneroster(arguments.file, settings, today(SystemClock()), progress_bar("檢查"))
    except UnreadableFile as error:
        raise Refused(file_line(error, "名冊")) from None
    return take_in(arguments, roster, sha256)
