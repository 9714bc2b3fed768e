"""Steps over one table: a list that is complete, one that a service reads on, or two of them in turn."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from typing import ClassVar, Generic, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Static

from kiosk.i18n import N_, _
from kiosk.screens.base.service_step import ServiceStep
from kiosk.screens.base.staff_step import StaffStep
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.forward_only_source import ForwardOnlySource
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row
from kiosk.widgets.wrapped_text import WrappedText

T = TypeVar("T")
V = TypeVar("V")
K = TypeVar("K", bound=Hashable)


class TableStep(ServiceStep[T], Generic[T, V]):
    """Answers with the id of the opened row, unless `open_row` does something else.

    Attributes:
        columns: the table's.
        empty: the text of an empty table; `_` translates it.
        values: the rows' values, where the list is complete.
        has_details: whether `details_of` the row under the cursor is shown below the table.
    """

    AUTO_FOCUS = "#table"
    hints = N_("上下鍵 選擇　Enter 開啟　Esc 返回")
    buttons = {"open": N_("開啟"), "back": N_("返回")}
    main_button = "open"
    columns: Sequence[Column] = ()
    empty: str = ""
    values: Sequence[V] = ()
    has_details = False

    @abstractmethod
    def row_of(self, value: V) -> Row[V]:
        """Return the row of a value."""

    def details_of(self, value: V) -> str:
        """Return the details of a row."""
        return ""

    def open_row(self, row: Row[V]) -> None:
        """Open a row, on a step with a button for that."""
        if "open" in self.buttons:
            self.finish(cast("T", row.id))

    @property
    def table(self) -> PagedTable[V]:
        """The table."""
        return self.query_one(PagedTable)

    @property
    def current(self) -> V | None:
        """The value under the cursor."""
        row = self.table.current
        return None if row is None else row.value

    def body(self) -> ComposeResult:
        """Compose the table and the details."""
        yield PagedTable[V](self.columns, empty=_(self.empty), id="table")
        if self.has_details:
            yield WrappedText("", id="details")

    def on_mount(self) -> None:
        """Show the list."""
        self.show_list()

    def show_list(self) -> None:
        """Show the values from the first on."""
        self.table.show_rows([self.row_of(value) for value in self.values])

    @on(PagedTable.Moved)
    def _show_details(self) -> None:
        if self.has_details:
            value = self.current
            self.query_one("#details", WrappedText).update("" if value is None else self.details_of(value))

    @on(PagedTable.Opened)
    @on(Button.Pressed, "#open")
    def open_current(self) -> None:
        """Open the row under the cursor."""
        row = self.table.current
        if row is not None:
            self.open_row(row)

    @on(Button.Pressed, "#before")
    def _turn_back(self) -> None:
        self.table.action_turn(-1)

    @on(Button.Pressed, "#after")
    def _turn_on(self) -> None:
        self.table.action_turn(1)


class StaffTableStep(TableStep[T, V], StaffStep[T]):
    """A table of the staff's, as wide as the screen."""


class LongTableStep(StaffTableStep[T, V], Generic[T, V, K]):
    """A list that a service reads on from row to row."""

    @abstractmethod
    def read(self, after: K | None, limit: int) -> Sequence[V]:
        """Return at most this many values after a key, None for the first ones; runs in a thread."""

    def show_list(self) -> None:
        """Show the list from its beginning."""
        self.table.show(ForwardOnlySource(self._read).fetch)

    async def _read(self, key: Hashable, limit: int) -> Sequence[Row[V]] | None:
        done = await self.look(self.read, cast("K | None", key), limit)
        return None if done is None else [self.row_of(value) for value in done.value]


class TwoListsStep(LongTableStep[T, V, K]):
    """Two lists, of which one is shown.

    Attributes:
        lists: the label of each list's button by its id; `_` translates the labels.
        shows_second: whether the second list is shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("left,right", "other_list", show=False)]
    lists: Mapping[str, str] = {}
    shows_second = False

    def body(self) -> ComposeResult:
        """Compose a button for each list, and the table."""
        with Horizontal(id="lists"):
            for key in self.lists:
                yield Button("", id=key, classes="choice")
        yield from super().body()

    def show_list(self) -> None:
        """Show the chosen list, and which it is."""
        chosen = list(self.lists)[self.shows_second]
        self.show_choice(self.lists, chosen, _("【{label}】"))
        self.query_one("#foot", Static).update(self.key_hints())
        super().show_list()

    @on(Button.Pressed, ".choice")
    def _choose_list(self, event: Button.Pressed) -> None:
        self.shows_second = list(self.lists).index(str(event.button.id)) == 1
        self.show_list()

    def action_other_list(self) -> None:
        """Show the other list."""
        self.shows_second = not self.shows_second
        self.show_list()
