"""教職員: everybody with a login, and a door to add one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.services.administration.staff_accounts import StaffRow
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row

ADD = "add"
_COLUMNS = (
    Column("帳號", 14, grows=1),
    Column("姓名", 10, grows=1),
    Column("職務", 10),
    Column("班級", 14, grows=3),
    Column("狀態", 10),
    Column("密碼", 12, from_width=76),
)


class StaffListScreen(StaffStep[str]):
    """Answers with an id, or `ADD`."""

    AUTO_FOCUS = "#table"
    CSS_PATH = Path(__file__).with_suffix(".tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "add", show=False)]

    def __init__(self, office: StaffServices, member: StaffMember, staff: Sequence[StaffRow], said: str = "") -> None:
        super().__init__(office, member)
        self._staff = staff
        self._said = said

    def key_hints(self) -> str:
        """The table's, and adding."""
        return _("上下鍵 選擇　Enter 開啟　F2 新增　Esc 返回")

    def body(self) -> ComposeResult:
        """The rows."""
        yield PagedTable[StaffRow](_COLUMNS, id="table")

    def actions(self) -> ComposeResult:
        """Open, add, go back."""
        yield Button(_("開啟"), id="open", variant="primary")
        yield Button(_("新增教職員"), id="add")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Show everybody."""
        rows = [Row(row.id, row.account, _cells(row), row) for row in self._staff]
        self.query_one(PagedTable).show_rows(rows)
        self.show_message(self._said, wrong=False)

    @on(PagedTable.Opened)
    @on(Button.Pressed, "#open")
    def _open(self) -> None:
        current = self.query_one(PagedTable).current
        if current is not None:
            self.finish(current.id)

    @on(Button.Pressed, "#add")
    def action_add(self) -> None:
        """Somebody new."""
        self.finish(ADD)


def _cells(row: StaffRow) -> tuple[str, ...]:
    return (
        row.account,
        row.name,
        row.role.label,
        "、".join(row.classes),
        _("使用中") if row.active else _("已停用"),
        _("已自行設定") if row.has_chosen else _("還沒變更"),
    )
