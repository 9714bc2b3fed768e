"""學生證開通: what every child's card was answered last, class by class."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.screens.base.step import Nav
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.students.card_register import CardPlace, CardRow
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.forward_only_source import ForwardOnlySource
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row
from kiosk.widgets.wrapped_text import WrappedText

_COLUMNS = (
    Column("班級", 8),
    Column("座號", 4),
    Column("學號", 8),
    Column("學生", 8, grows=1),
    Column("開通", 6),
    Column("作答時間", 15),
    Column("申請書", 8),
)


class CardRegisterScreen(StaffStep[Nav]):
    """Looks, and changes nothing."""

    AUTO_FOCUS = "#table"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, office: StaffServices, member: StaffMember) -> None:
        super().__init__(office, member)
        self.heading = _("學生證多元功能：家長的選擇")

    def key_hints(self) -> str:
        """The table's."""
        return _("上下鍵 選擇　PageDown 下一頁　Esc 返回")

    def body(self) -> ComposeResult:
        """The answers; what was chosen in the row under the cursor."""
        yield PagedTable[CardRow](_COLUMNS, empty=_("還沒有家長作答。"), id="table")
        yield WrappedText("", id="details")

    def actions(self) -> ComposeResult:
        """Leave."""
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """From the first class on."""
        super().on_mount()
        self.query_one(PagedTable).show(ForwardOnlySource(self._read).fetch)

    async def _read(self, key: Hashable, limit: int) -> Sequence[Row[CardRow]] | None:
        after = key if isinstance(key, CardPlace) else None
        done = await self.look(self.office.card_register.rows, self.member, after=after, limit=limit)
        return None if done is None else [Row(row.student_number, row.place, _cells(row), row) for row in done.value]

    @on(PagedTable.Moved)
    def _show_details(self) -> None:
        current = self.query_one(PagedTable).current
        self.query_one("#details", WrappedText).update("" if current is None else _details(current.value))


def _cells(row: CardRow) -> tuple[str, ...]:
    return (
        row.class_name,
        "" if row.seat_number is None else str(row.seat_number),
        row.student_number,
        row.student_name,
        _("{n} 項").format(n=len(row.chosen)),
        day_and_time(row.answered_at),
        row.form.label,
    )


def _details(row: CardRow) -> str:
    """Which items, and by which version of the school's file they were asked."""
    chosen = _("開通：{items}").format(items="、".join(row.chosen)) if row.chosen else _("全部不開通")
    return _("{name}　{chosen}（版本 {version}）").format(
        name=row.student_name, chosen=chosen, version=row.text_version
    )
