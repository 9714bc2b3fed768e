"""錯誤回報: the parents' error reports, the longest waiting first."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import _
from kiosk.screens.base.reported_field import reported_field
from kiosk.screens.base.staff_step import StaffStep, done_word
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.students.error_reports import TicketPlace, TicketRow
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.forward_only_source import ForwardOnlySource
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row

_COLUMNS = (
    Column("班級", 8),
    Column("學號", 8, grows=1),
    Column("學生", 8, grows=1),
    Column("回報有誤的欄位", 16, grows=2),
    Column("回報時間", 15),
    Column("等候的申請", 10, from_width=76),
    Column("結果", 8, from_width=90),
)


class ErrorReportsScreen(StaffStep[str]):
    """Answers with the id of a report."""

    AUTO_FOCUS = "#table"
    CSS_PATH = Path(__file__).with_suffix(".tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("left,right", "other_half", show=False)]

    def __init__(self, office: StaffServices, member: StaffMember) -> None:
        super().__init__(office, member)
        self._decided = False

    def key_hints(self) -> str:
        """The table's."""
        return _("上下鍵 選擇　Enter 開啟　左右鍵 待處理或已處理　Esc 返回")

    def body(self) -> ComposeResult:
        """Those that wait, or those that were answered."""
        with Horizontal(id="halves"):
            yield Button("", id="open-ones", classes="choice")
            yield Button("", id="decided-ones", classes="choice")
        yield PagedTable[TicketRow](_COLUMNS, empty=_("沒有回報。"), id="table")

    def actions(self) -> ComposeResult:
        """Open, or go back."""
        yield Button(_("開啟"), id="open", variant="primary")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Those that wait."""
        self._show()

    def _show(self) -> None:
        halves = (("open-ones", _("待處理"), not self._decided), ("decided-ones", _("已處理"), self._decided))
        for key, label, chosen in halves:
            button = self.query_one(f"#{key}", Button)
            button.label = _("【{label}】").format(label=label) if chosen else label
            button.set_class(chosen, "chosen")
        self.query_one(PagedTable).show(ForwardOnlySource(self._read).fetch)

    async def _read(self, key: Hashable, limit: int) -> Sequence[Row[TicketRow]] | None:
        after = key if isinstance(key, TicketPlace) else None
        done = await self.look(self.office.tickets.list, self.member, decided=self._decided, after=after, limit=limit)
        return None if done is None else [Row(row.ticket_id, row.place, _cells(row), row) for row in done.value]

    @on(Button.Pressed, ".choice")
    def _choose_half(self, event: Button.Pressed) -> None:
        self._decided = event.button.id == "decided-ones"
        self._show()

    def action_other_half(self) -> None:
        """From those that wait to those that were answered, and back."""
        self._decided = not self._decided
        self._show()

    @on(PagedTable.Opened)
    @on(Button.Pressed, "#open")
    def _open(self) -> None:
        current = self.query_one(PagedTable).current
        if current is not None:
            self.finish(current.id)


def _cells(row: TicketRow) -> tuple[str, ...]:
    return (
        row.class_name,
        row.student_number,
        row.student_name,
        "、".join(map(reported_field, row.keys)),
        day_and_time(row.reported_at),
        _("{n} 件").format(n=row.applications) if row.applications else _("無"),
        done_word(row.state) or _("待處理"),
    )
