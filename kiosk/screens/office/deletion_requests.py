"""刪除申請: parents who ask the school to delete what it holds on them, the longest waiting first, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.privacy.deletion_requests import DeletionRow, DeletionView
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row
from kiosk.widgets.wrapped_text import WrappedText

DELETE, DECLINE = "delete", "decline"


class DeletionRequestsScreen(StaffStep[str]):
    """Answers with the id of a request."""

    AUTO_FOCUS = "#table"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, office: StaffServices, member: StaffMember, rows: Sequence[DeletionRow]) -> None:
        super().__init__(office, member)
        self._rows = rows

    def key_hints(self) -> str:
        """The table's."""
        return _("上下鍵 選擇　Enter 開啟　Esc 返回")

    def body(self) -> ComposeResult:
        """The requests."""
        columns = [Column(_("家長"), 8, grows=1), Column(_("子女"), 8, grows=1), Column(_("申請時間"), 15)]
        yield PagedTable[DeletionRow](columns, empty=_("沒有刪除申請。"), id="table")

    def actions(self) -> ComposeResult:
        """Open, or go back."""
        yield Button(_("開啟"), id="open", variant="primary")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Show them."""
        super().on_mount()
        rows = [Row(row.request_id, row.request_id, _cells(row), row) for row in self._rows]
        self.query_one(PagedTable).show_rows(rows)

    @on(PagedTable.Opened)
    @on(Button.Pressed, "#open")
    def _open(self) -> None:
        current = self.query_one(PagedTable).current
        if current is not None:
            self.finish(current.id)


class DeletionRequestScreen(StaffStep[str]):
    """One request; answers :data:`DELETE` or :data:`DECLINE`."""

    AUTO_FOCUS = "#back"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, office: StaffServices, member: StaffMember, view: DeletionView) -> None:
        super().__init__(office, member)
        self.heading = _("{name} 申請刪除個人資料").format(name=view.row.name)
        self._view = view

    def body(self) -> ComposeResult:
        """Who, why, and what follows from either decision."""
        view = self._view
        lines = [
            _("申請時間　{moment}").format(moment=day_and_time(view.row.requested_at)),
            _("身分證字號　{number}").format(number=view.national_id),
            _("手機　{number}").format(number=view.mobile),
            _("電子郵件　{address}").format(address=view.email or _("沒有")),
            _("綁定的子女　{names}").format(names="、".join(view.row.children) or _("沒有")),
            _("讓照顧者看的權限　{n} 項").format(n=view.carers),
        ]
        yield WrappedText("\n".join(lines), classes="paper")
        if not view.row.children:
            yield WrappedText(
                _("這個帳號沒有綁定的子女，可能是別人新增的照顧者帳號：刪除以前，請先確認是本人申請。"), id="who"
            )
        yield WrappedText(_("原因：{reason}").format(reason=view.reason), id="reason-given")
        yield WrappedText(
            _(
                "刪除：終止綁定、關閉帳號，抹去姓名、證號、手機與電子郵件，不能復原；申請編號、同意書的答覆與稽核紀錄留存，"
                "另一位家長的綁定所依據的申請書也留存。"
                "不刪除：要寫明理由，家長登入後看得到。"
            )
        )

    def actions(self) -> ComposeResult:
        """Back first: what is deleted is gone."""
        yield Button(_("返回"), id="back")
        yield Button(_("不刪除"), id=DECLINE)
        yield Button(_("刪除"), id=DELETE)

    @on(Button.Pressed, f"#{DELETE}, #{DECLINE}")
    def _decide(self, event: Button.Pressed) -> None:
        self.finish(str(event.button.id))


def _cells(row: DeletionRow) -> tuple[str, ...]:
    return row.name, "、".join(row.children), day_and_time(row.requested_at)
