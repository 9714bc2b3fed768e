"""A row of the queue: its columns, its flags in short, and the meaning of a flag."""

from __future__ import annotations

from kiosk.domain.application_status import NEEDS_REVIEW, OPEN_STATES, ApprovalBlock, Attention, ReviewFlag
from kiosk.i18n import _
from kiosk.screens.review.labels import block_in_short, flag_in_short, short_mode
from kiosk.services.review.queue import QueueRow
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Cell, Toned

COLUMNS = (
    Column("申請編號", 14),
    Column("班級", 6),
    Column("座號", 4),
    Column("學生", 6, grows=1),
    Column("申請人", 13, from_width=100, grows=1),
    Column("方式", 4, from_width=70),
    Column("狀態", 8, from_width=64),
    Column("等候", 5, from_width=64),
    Column("標記", 14, grows=3),
)
STATE_COLUMN = 6


def cells_of(row: QueueRow) -> tuple[Cell, ...]:
    """Return the cells of a row, in the order of the columns."""
    seat = "" if row.seat_number is None else f"{row.seat_number:>3}"
    waiting = _("{n} 天").format(n=row.waiting_days) if row.state in OPEN_STATES else ""
    return (
        row.number,
        row.class_name,
        seat,
        row.student_name,
        row.applicant_names,
        short_mode(row.mode),
        row.state.label,
        waiting,
        _flags(row),
    )


def _flags(row: QueueRow) -> Cell:
    """Return approval blocks and review flags, in a word each."""
    if row.state not in OPEN_STATES:
        return ""
    waits = " ".join(block_in_short(block) for block in row.blocks)
    looks = " ".join(flag_in_short(flag) for flag in row.flags & NEEDS_REVIEW)
    parts = [_("等 {flags}").format(flags=waits)] if waits else []
    parts += [_("看 {flags}").format(flags=looks)] if looks else []
    if not parts:
        return _("可直接通過")
    return Toned("　".join(parts), "blocked" if waits else "look")


def explained(flag: Attention | ApprovalBlock | ReviewFlag) -> tuple[str, str]:
    """Return the kind and the meaning of a flag."""
    if isinstance(flag, Attention):
        return _("合計"), ""
    if isinstance(flag, ApprovalBlock):
        return _("不能通過"), flag.explanation
    return (_("要看一下") if flag & NEEDS_REVIEW else _("參考")), flag.explanation
