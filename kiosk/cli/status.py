"""``status``: the school's progress in numbers."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from kiosk.cli.console import Commands, opened
from kiosk.domain.application_status import ApplicationState
from kiosk.services.exports.status import school_status


def add_to(commands: Commands) -> None:
    """Add the command."""
    status = commands.add("status", "統計：學生、確認、同意、申請、綁定率", _status)
    status.add_argument("--json", action="store_true")


def _status(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        found = school_status(school.store)
    if arguments.json:
        print(json.dumps(asdict(found), ensure_ascii=False))
        return
    print(f"學生 {found.students}　已確認 {found.confirmed}　未處理的錯誤回報 {found.open_reports}")
    print(f"同意 {found.consents_agreed}　不同意 {found.consents_refused}")
    counts = "　".join(
        f"{ApplicationState(state).label} {count}" for state, count in sorted(found.applications.items())
    )
    print(f"申請：{counts or '無'}")
    print(f"綁定率 {found.binding_rate:.1%}")
    for one in found.classes:
        print(f"  {one.name}　學生 {one.students}　已確認 {one.confirmed}　已申請 {one.applied}　已開通 {one.bound}")
