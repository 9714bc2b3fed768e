"""錯誤回報: the parents' error reports, the longest waiting first."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.screens.base.reported_field import reported_field
from kiosk.screens.base.staff_step import done_word
from kiosk.screens.base.table_step import TwoListsStep
from kiosk.services.students.error_reports import ErrorReportPlace, ErrorReportRow
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Row


class ErrorReportsScreen(TwoListsStep[str, ErrorReportRow, ErrorReportPlace]):
    """Answers with the id of a report that waits, or of a decided one."""

    hints = N_("上下鍵 選擇　Enter 開啟　左右鍵 待處理或已處理　Esc 返回")
    lists = {"open-ones": N_("待處理"), "decided-ones": N_("已處理")}
    columns = (
        Column("班級", 8),
        Column("學號", 8, grows=1),
        Column("學生", 8, grows=1),
        Column("回報有誤的欄位", 16, grows=2),
        Column("回報時間", 15),
        Column("等候的申請", 10, from_width=76),
        Column("結果", 8, from_width=90),
    )
    empty = N_("沒有回報。")

    def read(self, after: ErrorReportPlace | None, limit: int) -> Sequence[ErrorReportRow]:
        """Read the reports of the chosen list."""
        return self.office.error_reports.list(self.member, decided=self.shows_second, after=after, limit=limit)

    def row_of(self, value: ErrorReportRow) -> Row[ErrorReportRow]:
        """Return the row of a report."""
        cells = (
            value.class_name,
            value.student_number,
            value.student_name,
            "、".join(map(reported_field, value.keys)),
            day_and_time(value.reported_at),
            _("{n} 件").format(n=value.applications) if value.applications else _("無"),
            done_word(value.state) or _("待處理"),
        )
        return Row(value.ticket_id, value.place, cells, value)
