"""``report``: the school's progress, as PDF or CSV."""

from __future__ import annotations

import argparse

from kiosk.cli.console import AddCommand
from kiosk.cli.export_options import add_file_options, handing_over, require_suffix, show_done


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], add: AddCommand) -> None:
    """Add the command."""
    report = add(commands, "report", "進度報表：各班綁定率、未完成的申請、聯絡不到的家長、寄不到的信")
    add_file_options(report, "要寫出的 .pdf 或 .csv 檔")
    report.set_defaults(handle=_report)


def _report(arguments: argparse.Namespace) -> int:
    suffix = require_suffix(arguments.file, ".pdf", ".csv")
    with handing_over(arguments) as (_school, service, member):
        done = service.report(member, arguments.file, as_pdf=suffix == ".pdf", replace=arguments.force)
    show_done(arguments, done)
    return 0
