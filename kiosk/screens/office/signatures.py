"""查驗螢幕簽名: staff see the signer and an ID; then the signature made on the screen counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.rules.strokes import CELL_HEIGHT, CELL_WIDTH, Drawing, blocks, quarters
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.base.table_step import LongTableStep
from kiosk.services.signing.signature_desk import CheckOutcome, SignaturePlace, WaitingSignature
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row

_PICTURE = (36, 6)


class SignaturesScreen(LongTableStep[Nav, WaitingSignature, SignaturePlace]):
    """Checks one signature after another."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "check", show=False)]
    heading = N_("查驗螢幕簽名：請當面看簽名的人和證件")
    hints = N_("上下鍵 選擇　F2 本人及證件已查驗　Esc 返回")
    buttons = {"check": N_("本人及證件已查驗"), "back": N_("返回")}
    main_button = "check"
    columns = (
        Column("班級", 8),
        Column("學生", 8, grows=1),
        Column("申請書", 20, from_width=90),
        Column("簽名欄", 22, grows=1),
        Column("文件編號", 15),
        Column("簽名時間", 15, from_width=76),
    )
    empty = N_("沒有待查驗的簽名。")

    def body(self) -> ComposeResult:
        """Compose the waiting signatures, and the drawing of the row under the cursor."""
        yield from super().body()
        yield Static("", id="drawn", markup=False)

    def read(self, after: SignaturePlace | None, limit: int) -> Sequence[WaitingSignature]:
        """Read the signatures, the longest waiting first."""
        return self.office.signature_desk.waiting(self.member, after=after, limit=limit)

    def row_of(self, value: WaitingSignature) -> Row[WaitingSignature]:
        """Return the row of a signature."""
        cells = (
            value.class_name,
            value.student_name,
            value.kind.label,
            value.title,
            value.number,
            day_and_time(value.signed_at),
        )
        return Row(value.signature_id, value.place, cells, value)

    def open_row(self, row: Row[WaitingSignature]) -> None:
        """Check the signature."""
        self.action_check()

    @on(PagedTable.Moved)
    def _show_drawing(self) -> None:
        current = self.current
        self.query_one("#drawn", Static).update("" if current is None else _picture(current.drawing))

    @on(Button.Pressed, "#check")
    @work(group="db", exclusive=True)
    async def action_check(self) -> None:
        """Record that staff saw the signer and their ID."""
        signature = self.current
        if signature is None:
            return
        done = await self.attempt(self.office.signature_desk.check, self.member, signature.signature_id)
        if done is not None:
            self.show_message(_outcome_words(done.value, signature), wrong=done.value is CheckOutcome.VOID)
        self.table.reload()
        self.table.focus()


def _outcome_words(outcome: CheckOutcome, signature: WaitingSignature) -> str:
    return {
        CheckOutcome.CHECKED: _("{number} 已登錄查驗，這份還有別的簽名欄。"),
        CheckOutcome.RETURNED: _("{number} 已登錄查驗，這份申請書已簽回。"),
        CheckOutcome.VOID: _("{number} 的資料在簽名後變更過，簽名作廢，請家長重簽。"),
    }[outcome].format(number=signature.number)


def _picture(drawing: Drawing) -> str:
    """Return the signature in few cells."""
    columns, rows = _PICTURE
    scale = min(1.0, columns * CELL_WIDTH / drawing.width, rows * CELL_HEIGHT / drawing.height)
    return "\n".join(blocks(quarters(drawing.strokes, columns, rows, scale)))
