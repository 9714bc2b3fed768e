"""刪除申請: the parents' requests to delete their data, the longest waiting first, and one of them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.screens.base.table_step import StaffTableStep
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.privacy.deletion_requests import DeletionRow, DeletionView
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Row
from kiosk.widgets.wrapped_text import WrappedText

DELETE, DECLINE = "delete", "decline"


class DeletionRequestsScreen(StaffTableStep[str, DeletionRow]):
    """Answers with the id of a request."""

    columns = (Column(N_("家長"), 8, grows=1), Column(N_("子女"), 8, grows=1), Column(N_("申請時間"), 15))
    empty = N_("沒有刪除申請。")

    def __init__(self, office: StaffServices, member: StaffMember, rows: Sequence[DeletionRow]) -> None:
        super().__init__(office, member)
        self.values = rows

    def row_of(self, value: DeletionRow) -> Row[DeletionRow]:
        """Return the row of a request."""
        cells = value.name, "、".join(value.children), day_and_time(value.requested_at)
        return Row(value.request_id, value.request_id, cells, value)


class DeletionRequestScreen(StaffStep[str]):
    """One request; answers `DELETE` or `DECLINE`. The way back comes first."""

    AUTO_FOCUS = "#back"
    answers = (DELETE, DECLINE)
    buttons = {"back": N_("返回"), DECLINE: N_("不刪除"), DELETE: N_("刪除")}

    def __init__(self, office: StaffServices, member: StaffMember, view: DeletionView) -> None:
        super().__init__(office, member)
        self.heading = _("{name} 申請刪除個人資料").format(name=view.row.name)
        self._view = view

    def body(self) -> ComposeResult:
        """Compose the parent, the reason, and the consequences of either decision."""
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
