"""The queue of applications: counts, search, filters and the table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from kiosk.domain.application_status import ApplicationState
from kiosk.i18n import N_, _
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.base.table_step import StaffTableStep
from kiosk.screens.review.choice import ChoiceList, ChoiceScreen
from kiosk.screens.review.queue_filters import (
    chosen_sort,
    class_choices,
    flag_choices,
    sort_choices,
    wider_filter,
    with_class,
    with_flag,
)
from kiosk.screens.review.queue_row_labels import COLUMNS, STATE_COLUMN, cells_of
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.review.queue import QueueRow
from kiosk.services.review.queue_filter import Cursor, Match, QueueFilter, QueueSort
from kiosk.widgets.compact_button import CompactButton
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import PageRequest, Row, RowPage, Side, TablePosition

_SCANNED = re.compile(r"[A-Za-z0-9_-]{22}\Z", re.ASCII)
"""A receipt's code at the end of typed text; a scanner types like a keyboard."""
_LONG = 0.1
"""Seconds after which a person notices a delay."""


@dataclass
class QueueView:
    """The filter, order and position of the queue, kept while an application is open; ``said`` is the last result."""

    wanted: QueueFilter = QueueFilter(states=(ApplicationState.UNDER_REVIEW,))
    sort: QueueSort = QueueSort()
    place: TablePosition | None = None
    said: str = ""
    marks: dict[str, QueueRow] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenApplication:
    """Open this application."""

    application_id: str


@dataclass(frozen=True)
class ApproveMany:
    """Approve the marked applications, or all of the filter if none is marked."""


class QueueScreen(StaffTableStep[OpenApplication | ApproveMany, QueueRow]):
    """Answers with the next act; keeps the view up to date, so that the queue resumes where it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "search", show=False),
        Binding("f3", "choose_class", show=False),
        Binding("f4", "choose_flag", show=False),
        Binding("f5", "choose_sort", show=False),
        Binding("f6", "approve_many", show=False),
        Binding("left", "state(-1)", show=False),
        Binding("right", "state(1)", show=False),
    ]
    hints = N_("Enter 開啟　空白 選取　左右 狀態　F2 搜尋　F3 班級　F4 標記　F5 排序　F6 整批")
    buttons = {
        "open": N_("開啟"),
        "many": N_("整批通過"),
        "before": N_("上一頁"),
        "after": N_("下一頁"),
        "back": N_("返回"),
    }
    columns = COLUMNS

    def __init__(self, office: StaffServices, member: StaffMember, view: QueueView) -> None:
        super().__init__(office, member)
        self._view = view
        self._counts: dict[ApplicationState, int] = {}
        self._open_the_only_one = False

    def body(self) -> ComposeResult:
        """Compose counts, search, filters and table."""
        with Horizontal(id="tabs"):
            yield CompactButton("", id="state-all", classes="state")
            for state in ApplicationState:
                yield CompactButton("", id=f"state-{state.value}", classes="state")
        with Horizontal(id="tools"):
            yield Field(
                _("搜尋"),
                hint=_("編號、學號、姓名，或掃描收據"),
                id="search",
                value=self._view.wanted.search,
                max_length=60,
            )
            for what in ("state", "class", "flag", "sort"):
                yield CompactButton("", id=f"by-{what}", classes="tool")
        yield PagedTable[QueueRow](self.columns, marks=self._view.marks, empty=_("沒有符合的申請。"), id="table")

    def on_mount(self) -> None:
        """Restore the view."""
        self._show_choices()
        self._show_counts()
        self.show_message(self._view.said, wrong=False)

    def show_list(self) -> None:
        """Show the list at its last position."""
        self.table.show(self._fetch, self._view.place)

    def row_of(self, value: QueueRow) -> Row[QueueRow]:
        """Return the row of an application."""
        return Row(value.application_id, value.cursor, cells_of(value), value)

    async def _fetch(self, wanted: PageRequest) -> RowPage[QueueRow] | None:
        """Fetch one page; the table drops a page that is no longer wanted."""
        key = wanted.key if isinstance(wanted.key, Cursor) else None
        done = await self.look(
            self.office.queue.page,
            self.member,
            self._view.wanted,
            self._view.sort,
            after=key if wanted.side is Side.AFTER else None,
            before=key if wanted.side is Side.BEFORE else None,
            from_end=wanted.side is Side.LAST,
            limit=wanted.limit,
        )
        if done is None:
            return None
        for row in done.value.rows:  # an act on a marked one has made another version of it
            if row.application_id in self.table.marks:
                self.table.marks[row.application_id] = row
        self._show_choices()
        return RowPage([self.row_of(row) for row in done.value.rows], done.value.has_before, done.value.has_more)

    @work(group="around", exclusive=True)
    async def _show_counts(self) -> None:
        """Fetch the counts by state, the number of bound parents, and the classes."""
        counts = await self.look(self.office.queue.counts, self.member, self._view.wanted)
        rate = await self.look(self.office.queue.binding_rate, self.member, self._view.wanted.class_name)
        if counts is None or rate is None:
            return
        self._counts = counts.value
        self._show_choices()
        text = _("已綁定 {bound}/{students} 人（{rate:.0%}）").format(
            bound=rate.value.bound, students=rate.value.students, rate=rate.value.rate
        )
        self.query_one("#steps", Static).update(Content(f"{self.step_header()}　{text}"))

    def _show_choices(self) -> None:
        """Show the chosen state, class, flag and order in words, and no column for a state that all rows share."""
        if not self.is_attached:
            return
        wanted, sort = self._view.wanted, self._view.sort
        for state in (None, *ApplicationState):
            number = sum(self._counts.values()) if state is None else self._counts.get(state)
            button = self.query_one(f"#state-{state.value if state else 'all'}", Button)
            chosen = wanted.states == ((state,) if state else ())
            label = state.label if state else _("全部")
            count = "" if number is None or not self._counts else f"{number:,}"
            _write(button, f"{f'[{label}]' if chosen else label}\n{count}")
            button.set_class(chosen, "chosen")
            if chosen:
                _write(self.query_one("#by-state", Button), f"{label}\n{count}")
        class_label = wanted.class_name or (_("沒有導師的") if wanted.unattended else _("全部"))
        flag_label = wanted.flag.label if wanted.flag is not None else _("全部")
        way = _("（倒序）") if sort.descending else ""
        _write(self.query_one("#by-class", Button), _("班級") + f"\n{class_label}")
        _write(self.query_one("#by-flag", Button), _("標記") + f"\n{flag_label}")
        _write(self.query_one("#by-sort", Button), _("排序") + f"\n{sort.by.label}{way}")

        self.table.hide_columns(*(() if len(wanted.states) != 1 else (STATE_COLUMN,)))

    def _narrow(self, wanted: QueueFilter, sort: QueueSort | None = None) -> None:
        """Apply a filter and keep the marks; the choices are painted with the rows, or before slow ones."""
        self._view.wanted, self._view.sort = wanted, sort or self._view.sort
        self.table.show(self._fetch)
        self.set_timer(_LONG, self._show_choices)

    def _look_for(self, text: str) -> None:
        """Search while typing; only the rows are painted again."""
        self._open_the_only_one = False
        self._view.wanted = replace(self._view.wanted, search=text, match=Match.BEGINNING)
        self.table.show(self._fetch)

    @on(Button.Pressed, ".state")
    def _choose_state(self, event: Button.Pressed) -> None:
        state = str(event.button.id).removeprefix("state-")
        self._narrow(replace(self._view.wanted, states=() if state == "all" else (ApplicationState(state),)))

    def action_state(self, steps: int) -> None:
        """Choose the next state to the right or left."""
        order: list[tuple[ApplicationState, ...]] = [(), *((state,) for state in ApplicationState)]
        place = (order.index(self._view.wanted.states) + steps) % len(order)
        self._narrow(replace(self._view.wanted, states=order[place]))

    @on(SafeInput.Changed, "#search")
    def _search(self, event: SafeInput.Changed) -> None:
        if event.value != self._view.wanted.search:
            self._look_for(event.value)

    @on(SafeInput.Submitted, "#search")
    def _found(self, event: SafeInput.Submitted) -> None:
        """Open the only match after Enter or a scan, or move the focus to the list."""
        scanned = _SCANNED.search(event.value)
        if scanned is not None and scanned.start() > 0:  # the code came after what stood there
            event.input.value = scanned[0]
            self._narrow(replace(self._view.wanted, search=scanned[0], match=Match.BEGINNING))
        self._open_the_only_one = True
        self._go_on_with_what_was_found()

    @on(PagedTable.Moved)
    def _rows_came(self) -> None:
        self._go_on_with_what_was_found()

    def _go_on_with_what_was_found(self) -> None:
        table, wanted = self.table, self._view.wanted
        is_answered = table.is_loaded and self.query_one("#search", Field).value == wanted.search
        if not self._open_the_only_one or not is_answered:
            return
        self._open_the_only_one = False
        if len(table.rows_held) == 1:
            self.open_current()
        elif table.rows_held:
            table.focus()
        elif (wider := wider_filter(wanted)) is not None:
            self._open_the_only_one = True
            self._narrow(wider)
        else:
            self.show_message(_("沒有找到，請檢查後再試一次。"))

    def on_key(self, event: events.Key) -> None:
        """Take typed text anywhere as a search: a scanner types into any focus."""
        search = self.query_one("#search", Field)
        if self.focused is not search and event.is_printable and event.character not in (None, " "):
            event.stop()
            search.focus()
            search.clear()
            search.insert_text_at_cursor(event.character or "")

    def action_search(self) -> None:
        """Move the focus to the search field."""
        self.query_one("#search").focus()

    @on(Button.Pressed, "#by-state")
    def _next_state(self) -> None:
        self.action_state(1)

    @on(Button.Pressed, "#by-class")
    @work(group="choose", exclusive=True)
    async def action_choose_class(self) -> None:
        """Choose a class."""
        done = await self.look(self.office.queue.classes, self.member)
        if done is None:
            return
        wanted = self._view.wanted
        answer = await self._choose(class_choices(wanted, done.value, self.member.role))
        if answer is not None:
            self._narrow(with_class(wanted, answer))
            self._show_counts()

    @on(Button.Pressed, "#by-flag")
    @work(group="choose", exclusive=True)
    async def action_choose_flag(self) -> None:
        """Choose a flag."""
        wanted = self._view.wanted
        answer = await self._choose(flag_choices(wanted))
        if answer is not None:
            self._narrow(with_flag(wanted, answer))

    @on(Button.Pressed, "#by-sort")
    @work(group="choose", exclusive=True)
    async def action_choose_sort(self) -> None:
        """Choose an order."""
        answer = await self._choose(sort_choices(self._view.sort))
        if answer is not None:
            self._narrow(self._view.wanted, chosen_sort(answer))

    async def _choose(self, offer: ChoiceList) -> str | None:
        answer = await self.over(ChoiceScreen(self.office, self.member, offer))
        return answer if isinstance(answer, str) else None

    def open_row(self, row: Row[QueueRow]) -> None:
        """Answer with the application."""
        self._leave(OpenApplication(row.id))

    @on(Button.Pressed, "#many")
    def action_approve_many(self) -> None:
        """Answer with the bulk approval."""
        self._leave(ApproveMany())

    def action_back(self) -> None:
        """Leave and keep the view."""
        self._leave(Nav.BACK)

    def _leave(self, answer: OpenApplication | ApproveMany | Nav) -> None:
        self._view.place, self._view.marks = self.table.place, dict(self.table.marks)
        self.finish(answer)


def _write(button: Button, text: str) -> None:
    """Change a button's text; an equal text is not painted again."""
    if not isinstance(button.label, Content) or button.label.plain != text:
        button.label = Content(text)
