"""學生證開通: the last answer for every child's card, class by class."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.base.table_step import LongTableStep
from kiosk.services.students.card_register import CardPlace, CardRow
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Row


class CardRegisterScreen(LongTableStep[Nav, CardRow, CardPlace]):
    """Shows the register; answers nothing."""

    heading = N_("學生證多元功能：家長的選擇")
    hints = N_("上下鍵 選擇　PageDown 下一頁　Esc 返回")
    buttons = {"back": N_("返回")}
    columns = (
        Column("班級", 8),
        Column("座號", 4),
        Column("學號", 8),
        Column("學生", 8, grows=1),
        Column("開通", 6),
        Column("作答時間", 15),
        Column("申請書", 8),
    )
    empty = N_("還沒有家長作答。")
    has_details = True

    def read(self, after: CardPlace | None, limit: int) -> Sequence[CardRow]:
        """Read the answers."""
        return self.office.card_register.rows(self.member, after=after, limit=limit)

    def row_of(self, value: CardRow) -> Row[CardRow]:
        """Return the row of a child."""
        cells = (
            value.class_name,
            "" if value.seat_number is None else str(value.seat_number),
            value.student_number,
            value.student_name,
            _("{n} 項").format(n=len(value.chosen)),
            day_and_time(value.answered_at),
            value.form.label,
        )
        return Row(value.student_number, value.place, cells, value)

    def details_of(self, value: CardRow) -> str:
        """Return the chosen items, and the version of the school's file that listed them."""
        chosen = _("開通：{items}").format(items="、".join(value.chosen)) if value.chosen else _("全部不開通")
        return _("{name}　{chosen}（版本 {version}）").format(
            name=value.student_name, chosen=chosen, version=value.text_version
        )
