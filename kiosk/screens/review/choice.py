"""A choice from a list: a class, a flag, an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row, TablePosition
from kiosk.widgets.wrapped_text import WrappedText

_MIN_TO_NARROW = 20


@dataclass(frozen=True)
class Choice:
    """An item: its id, a text for each column, and details shown while it is under the cursor."""

    id: str
    cells: tuple[str, ...]
    details: str = ""


@dataclass(frozen=True)
class ChoiceList:
    """A question with its choices; ``chosen`` is the id of the present one."""

    heading: str
    columns: tuple[Column, ...]
    choices: Sequence[Choice]
    chosen: str


class ChoiceScreen(StaffStep[str]):
    """Answers with the id of a choice; typing narrows a long list."""

    AUTO_FOCUS = "#table"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, office: StaffServices, member: StaffMember, offer: ChoiceList) -> None:
        super().__init__(office, member)
        self.heading = offer.heading
        self._columns = offer.columns
        self._choices = offer.choices
        self._chosen = offer.chosen

    def key_hints(self) -> str:
        """The keys of the table."""
        return _("上下鍵 選擇　Enter 確定　Esc 返回")

    def body(self) -> ComposeResult:
        """The list, and a field to narrow a long one."""
        if len(self._choices) > _MIN_TO_NARROW:
            yield Field(_("尋找"), hint=_("輸入名稱的一部分"), id="narrow", max_length=30)
        yield PagedTable[Choice](self._columns, empty=_("沒有符合的項目。"), id="table")
        if any(choice.details for choice in self._choices):
            yield WrappedText("", id="details")

    def actions(self) -> ComposeResult:
        """Confirm, or go back."""
        yield Button(_("確定"), id="send", variant="primary")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Show every choice with the cursor on the present one."""
        self._show("")

    def _show(self, text: str) -> None:
        rows = [
            Row(choice.id, choice.id, choice.cells, choice)
            for choice in self._choices
            if any(text in cell for cell in choice.cells)
        ]
        self.query_one(PagedTable).show_rows(rows, TablePosition(row_id=self._chosen))

    @on(SafeInput.Changed, "#narrow")
    def _narrow(self, event: SafeInput.Changed) -> None:
        self._show(event.value.strip())

    @on(PagedTable.Moved)
    def _show_details(self) -> None:
        current = self.query_one(PagedTable).current
        for details in self.query("#details").results(WrappedText):
            details.update(current.value.details if current is not None else "")

    @on(PagedTable.Opened)
    @on(SafeInput.Submitted, "#narrow")
    @on(Button.Pressed, "#send")
    def _take(self) -> None:
        current = self.query_one(PagedTable).current
        if current is not None:
            self.finish(current.id)
