"""繳費: the school's list of each child's fees; they cannot be paid here."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Static

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.rules.names import mask_name
from kiosk.rules.roc_dates import format_roc
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.table_step import TableStep
from kiosk.services.accounts.fees import ChildFees, FeeItem
from kiosk.services.auth.account_session import AccountSession
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Row, Toned
from kiosk.widgets.wrapped_text import WrappedText

_Fee = tuple[str, ChildFees, FeeItem]


class FeesScreen(TableStep[bool, _Fee], AccountStep[bool]):
    """Shows the fees; answers nothing.

    Args:
        holder: the session.
        notice: the guide's words that this term's bill stays on paper.
        children: those whose fees the holder may see.
    """

    AUTO_FOCUS = "PagedTable, #back"
    heading = N_("繳費")
    hints = N_("上下鍵看清單　Tab 到按鈕　Esc 返回")
    buttons = {"back": N_("返回")}
    columns = (
        Column(N_("學生"), 8),
        Column(N_("項目"), 12, grows=1),
        Column(N_("金額"), 10),
        Column(N_("繳費期限"), 14),
        Column(N_("狀態"), 6),
    )
    empty = N_("清單上沒有您子女的費用。")

    def __init__(self, holder: AccountSession, notice: str, children: Sequence[ChildFees]) -> None:
        super().__init__(holder)
        self._notice = notice
        self._imported = [child.imported_at for child in children if child.imported_at is not None]
        self.values = [
            (f"{place}-{number}", child, fee)
            for place, child in enumerate(children)
            for number, fee in enumerate(child.fees)
        ]

    def body(self) -> ComposeResult:
        """Compose the notice, and the list where the school has imported one."""
        yield WrappedText(self._notice, id="notice")
        if not self._imported:
            yield WrappedText(_("學校沒有提供繳費清單，請看學校發的紙本四聯單。"), id="none")
            return
        source = _("以下是學校 {moment} 提供的資料；實際繳費以紙本四聯單為準。")
        yield Static(source.format(moment=day_and_time(max(self._imported))), id="when", markup=False)
        yield from super().body()

    def show_list(self) -> None:
        """Show the list, where there is one."""
        if self._imported:
            super().show_list()

    def row_of(self, value: _Fee) -> Row[_Fee]:
        """Return the row of a fee."""
        key, child, fee = value
        paid = _("已繳") if fee.paid else Toned(_("未繳"), "look")
        amount = _("{amount} 元").format(amount=f"{fee.amount:,}")
        cells = mask_name(child.student_name), fee.item, amount, format_roc(fee.due_date), paid
        return Row(key, key, cells, value)
