"""查驗螢幕簽名: who signed on the screen stands here with an ID; ticked, the signature counts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import _
from kiosk.rules.strokes import CELL_HEIGHT, CELL_WIDTH, Drawing, blocks, quarters
from kiosk.screens.base.staff_step import StaffStep
from kiosk.screens.base.step import Nav
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.signing.signature_desk import CheckOutcome, SignaturePlace, WaitingSignature
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.forward_only_source import ForwardOnlySource
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row

_COLUMNS = (
    Column("班級", 8),
    Column("學生", 8, grows=1),
    Column("申請書", 20, from_width=90),
    Column("簽名欄", 22, grows=1),
    Column("文件編號", 15),
    Column("簽名時間", 15, from_width=76),
)
_PICTURE = (36, 6)


class SignaturesScreen(StaffStep[Nav]):
    """Works off the list until it is left."""

    AUTO_FOCUS = "#table"
    CSS_PATH = Path(__file__).with_suffix(".tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "check", show=False)]

    def __init__(self, office: StaffServices, member: StaffMember) -> None:
        super().__init__(office, member)
        self.heading = _("查驗螢幕簽名：請當面看簽名的人和證件")

    def key_hints(self) -> str:
        """The table's, and the tick."""
        return _("上下鍵 選擇　F2 本人及證件已查驗　Esc 返回")

    def body(self) -> ComposeResult:
        """The signatures that wait, and what was drawn in the row under the cursor."""
        yield PagedTable[WaitingSignature](_COLUMNS, empty=_("沒有待查驗的簽名。"), id="table")
        yield Static("", id="drawn", markup=False)

    def actions(self) -> ComposeResult:
        """Tick, or leave."""
        yield Button(_("本人及證件已查驗"), id="check", variant="primary")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """The longest waiting first."""
        super().on_mount()
        self.query_one(PagedTable).show(ForwardOnlySource(self._read).fetch)

    async def _read(self, key: Hashable, limit: int) -> Sequence[Row[WaitingSignature]] | None:
        after = key if isinstance(key, SignaturePlace) else None
        done = await self.look(self.office.signature_desk.waiting, self.member, after=after, limit=limit)
        return None if done is None else [Row(row.signature_id, row.place, _cells(row), row) for row in done.value]

    @on(PagedTable.Moved)
    def _show_drawing(self) -> None:
        current = self.query_one(PagedTable).current
        self.query_one("#drawn", Static).update("" if current is None else _picture(current.value.drawing))

    @on(PagedTable.Opened)
    @on(Button.Pressed, "#check")
    @work(group="db", exclusive=True)
    async def action_check(self) -> None:
        """The person stood here, and their ID was seen."""
        table = self.query_one(PagedTable)
        if table.current is None:
            return
        signature: WaitingSignature = table.current.value
        done = await self.attempt(self.office.signature_desk.check, self.member, signature.signature_id)
        if done is not None:
            self.show_message(_outcome_words(done.value, signature), wrong=done.value is CheckOutcome.VOID)
        table.reload()
        table.focus()


def _outcome_words(outcome: CheckOutcome, signature: WaitingSignature) -> str:
    return {
        CheckOutcome.CHECKED: _("{number} 已登錄查驗，這份還有別的簽名欄。"),
        CheckOutcome.RETURNED: _("{number} 已登錄查驗，這份申請書已簽回。"),
        CheckOutcome.VOID: _("{number} 的資料在簽名後變更過，簽名作廢，請家長重簽。"),
    }[outcome].format(number=signature.number)


def _cells(row: WaitingSignature) -> tuple[str, ...]:
    return (
        row.class_name,
        row.student_name,
        row.kind.label,
        row.title,
        row.number,
        day_and_time(row.signed_at),
    )


def _picture(drawing: Drawing) -> str:
    """The signature, small."""
    columns, rows = _PICTURE
    scale = min(1.0, columns * CELL_WIDTH / drawing.width, rows * CELL_HEIGHT / drawing.height)
    return "\n".join(blocks(quarters(drawing.strokes, columns, rows, scale)))
