"""教職員: every staff account, and a way to add one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Button

from kiosk.i18n import N_, _
from kiosk.screens.base.table_step import StaffTableStep
from kiosk.services.administration.staff_accounts import StaffRow
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Row

ADD = "add"


class StaffListScreen(StaffTableStep[str, StaffRow]):
    """Answers with an id, or `ADD`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "add", show=False)]
    hints = N_("上下鍵 選擇　Enter 開啟　F2 新增　Esc 返回")
    buttons = {"open": N_("開啟"), ADD: N_("新增教職員"), "back": N_("返回")}
    columns = (
        Column("帳號", 14, grows=1),
        Column("姓名", 10, grows=1),
        Column("職務", 10),
        Column("班級", 14, grows=3),
        Column("狀態", 10),
        Column("密碼", 12, from_width=76),
    )

    def __init__(self, office: StaffServices, member: StaffMember, staff: Sequence[StaffRow], said: str = "") -> None:
        super().__init__(office, member)
        self.values = staff
        self._said = said

    def on_mount(self) -> None:
        """Show the result of the last change."""
        self.show_message(self._said, wrong=False)

    def row_of(self, value: StaffRow) -> Row[StaffRow]:
        """Return the row of an account."""
        cells = (
            value.account,
            value.name,
            value.role.label,
            "、".join(value.classes),
            _("使用中") if value.active else _("已停用"),
            _("已自行設定") if value.has_chosen else _("還沒變更"),
        )
        return Row(value.id, value.account, cells, value)

    @on(Button.Pressed, f"#{ADD}")
    def action_add(self) -> None:
        """Add an account."""
        self.finish(ADD)
