"""A choice from a list: a class, a flag, an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult

from kiosk.i18n import N_, _
from kiosk.screens.base.table_step import StaffTableStep
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Row, TablePosition

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


class ChoiceScreen(StaffTableStep[str, Choice]):
    """Answers with the id of a choice; typing narrows a long list."""

    hints = N_("上下鍵 選擇　Enter 確定　Esc 返回")
    buttons = {"open": N_("確定"), "back": N_("返回")}
    empty = N_("沒有符合的項目。")

    def __init__(self, office: StaffServices, member: StaffMember, offer: ChoiceList) -> None:
        super().__init__(office, member)
        self.heading = offer.heading
        self.columns = offer.columns
        self._choices = self.values = offer.choices
        self._chosen = offer.chosen
        self.has_details = any(choice.details for choice in offer.choices)

    def body(self) -> ComposeResult:
        """Compose the list, and a field to narrow a long one."""
        if len(self._choices) > _MIN_TO_NARROW:
            yield Field(_("尋找"), hint=_("輸入名稱的一部分"), id="narrow", max_length=30)
        yield from super().body()

    def row_of(self, value: Choice) -> Row[Choice]:
        """Return the row of a choice."""
        return Row(value.id, value.id, value.cells, value)

    def details_of(self, value: Choice) -> str:
        """Return the details of a choice."""
        return value.details

    def show_list(self) -> None:
        """Show the choices with the cursor on the present one."""
        self.table.show_rows([self.row_of(value) for value in self.values], TablePosition(row_id=self._chosen))

    @on(SafeInput.Changed, "#narrow")
    def _narrow(self, event: SafeInput.Changed) -> None:
        text = event.value.strip()
        self.values = [choice for choice in self._choices if any(text in cell for cell in choice.cells)]
        self.show_list()

    @on(SafeInput.Submitted, "#narrow")
    def _take(self) -> None:
        self.open_current()
