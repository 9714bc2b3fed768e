"""The list of parents to call, to be printed: plain text with a box to tick, a blank line between two."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kiosk.i18n import _
from kiosk.rules.roc_dates import format_roc
from kiosk.rules.text_safety import scrub
from kiosk.services.messaging.outbox_desk import Call


def call_sheet(calls: Iterable[Call], school_name: str, on: date) -> str:
    """Write the list.

    Args:
        calls: whom to call, in the order of the list.
        school_name: for the heading.
        on: the day it is printed.
    """
    heading = _("{school}　親子綁定　待電話通知家長　{day}").format(school=school_name, day=format_roc(on))
    note = _("請先核對對方身分；電話中不要說出身分證字號，也不要詢問密碼。打過請勾選並在系統登錄。")
    return "\n\n".join([f"{heading}\n{note}", *map(_entry, calls)]) + "\n"


def _entry(call: Call) -> str:
    seat = _("{number}號").format(number=call.seat_number) if call.seat_number else ""
    lines = [
        f"[ ] {call.class_name}{seat} {call.student_name}　{_('家長')} {call.name}　{call.mobile}",
        f"{call.number}　{call.kind.label}（{call.why.label}）",
        *call.details.split("\n"),
    ]
    return "\n    ".join(scrub(line) for line in lines if line)
