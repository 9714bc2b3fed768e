"""繳費: what the school's list says of each child; shown, never to be paid here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import _
from kiosk.rules.names import mask_name
from kiosk.rules.roc_dates import format_roc
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.step import Nav
from kiosk.services.accounts.fees import ChildFees, FeeItem
from kiosk.services.auth.account_session import AccountSession
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row, Toned
from kiosk.widgets.wrapped_text import WrappedText


class FeesScreen(AccountStep[bool]):
    """Nothing is asked.

    Args:
        holder: who is signed on.
        notice: the guide's words that this term's bill stays paper.
        children: those whose fees may be seen.
    """

    AUTO_FOCUS = "PagedTable, #back"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, holder: AccountSession, notice: str, children: Sequence[ChildFees]) -> None:
        super().__init__(holder)
        self.heading = _("繳費")
        self._notice = notice
        self._children = children

    def key_hints(self) -> str:
        """The list scrolls."""
        return _("上下鍵看清單　Tab 到按鈕　Esc 返回")

    def body(self) -> ComposeResult:
        """The notice; below it the list, where the school has brought one."""
        yield WrappedText(self._notice, id="notice")
        imported = [child.imported_at for child in self._children if child.imported_at is not None]
        if not imported:
            yield WrappedText(_("學校沒有提供繳費清單，請看學校發的紙本四聯單。"), id="none")
            return
        told = _("以下是學校 {moment} 提供的資料；實際繳費以紙本四聯單為準。")
        yield Static(told.format(moment=day_and_time(max(imported))), id="when", markup=False)
        yield PagedTable[str](
            [
                Column(_("學生"), 8),
                Column(_("項目"), 12, grows=1),
                Column(_("金額"), 10),
                Column(_("繳費期限"), 14),
                Column(_("狀態"), 6),
            ],
            empty=_("清單上沒有您子女的費用。"),
            id="table",
        )

    def actions(self) -> ComposeResult:
        """Back."""
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Show the list."""
        super().on_mount()
        rows = [
            Row(f"{place}-{number}", f"{place}-{number}", _cells(child, fee), "")
            for place, child in enumerate(self._children)
            for number, fee in enumerate(child.fees)
        ]
        for table in self.query(PagedTable):
            table.show_rows(rows)

    @on(PagedTable.Opened)
    def _stay(self) -> None:
        """Nothing more is known of a row."""

    def action_back(self) -> None:
        """To the doors."""
        self.finish(Nav.BACK)


def _cells(child: ChildFees, fee: FeeItem) -> tuple[str | Toned, ...]:
    paid = _("已繳") if fee.paid else Toned(_("未繳"), "look")
    amount = _("{amount} 元").format(amount=f"{fee.amount:,}")
    return mask_name(child.student_name), fee.item, amount, format_roc(fee.due_date), paid
