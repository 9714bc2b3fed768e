"""通知家長: whom to call, and the mails that could not be sent."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Static

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.messaging.call_sheet import Call, CallPosition, DeadLetter
from kiosk.services.messaging.smtp import MailFault
from kiosk.services.office import StaffServices
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.forward_only_source import ForwardOnlySource
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row
from kiosk.widgets.wrapped_text import WrappedText

_COLUMNS = (
    Column("申請編號", 14),
    Column("班級", 6),
    Column("學生", 6, grows=1),
    Column("家長", 6, grows=1),
    Column("手機", 10),
    Column("要說的事", 14, grows=1, from_width=74),
    Column("原因", 12, grows=1, from_width=90),
)


class CallsScreen(StaffStep[None]):
    """Works off both lists; answers nothing."""

    AUTO_FOCUS = "#table"
    CSS_PATH = Path(__file__).with_suffix(".tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,right", "other_list", show=False),
        Binding("f2", "called", show=False),
        Binding("f3", "retry", show=False),
    ]

    def __init__(self, office: StaffServices, member: StaffMember) -> None:
        super().__init__(office, member)
        self._letters = False

    def key_hints(self) -> str:
        """The table's, and what is done with a row."""
        retry = _("F3 再寄一次　") if self._letters else ""
        return _("上下鍵 選擇　Enter 已打電話　{retry}左右鍵 換清單　Esc 返回").format(retry=retry)

    def body(self) -> ComposeResult:
        """The two lists; what to tell of the row under the cursor."""
        with Horizontal(id="lists"):
            yield Button("", id="list-calls", classes="choice")
            yield Button("", id="list-letters", classes="choice")
        yield PagedTable[Call | DeadLetter](_COLUMNS, empty=_("沒有要通知的家長。"), id="table")
        yield WrappedText("", id="details")

    def actions(self) -> ComposeResult:
        """Called, send again, back."""
        yield Button(_("已打電話"), id="called", variant="primary")
        yield Button(_("再寄一次"), id="retry")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Whom to call."""
        self._show()

    @property
    def _table(self) -> PagedTable[Call | DeadLetter]:
        return self.query_one(PagedTable)

    def _show(self) -> None:
        lists = (("list-calls", _("待打電話"), not self._letters), ("list-letters", _("寄不出的信"), self._letters))
        for key, label, chosen in lists:
            button = self.query_one(f"#{key}", Button)
            button.label = _("【{label}】").format(label=label) if chosen else label
            button.set_class(chosen, "chosen")
        self.query_one("#retry", Button).display = self._letters
        self.query_one("#foot", Static).update(self.key_hints())
        self._table.show(ForwardOnlySource(self._read).fetch)

    async def _read(self, key: Hashable, limit: int) -> Sequence[Row[Call | DeadLetter]] | None:
        after = key if isinstance(key, CallPosition) else None
        if self._letters:
            letters = await self.look(self.office.outbox.dead_letters, self.member, after, limit)
            return (
                None if letters is None else [_row(letter.call, letter, letter.fault.label) for letter in letters.value]
            )
        calls = await self.look(self.office.outbox.calls, self.member, after, limit)
        return None if calls is None else [_row(call, call, call.why.label) for call in calls.value]

    @on(PagedTable.Moved)
    def _show_details(self) -> None:
        current = self._table.current
        details = self.query_one("#details", WrappedText)
        details.update("" if current is None else _details(current.value))

    @on(Button.Pressed, ".choice")
    def _choose_list(self, event: Button.Pressed) -> None:
        self._letters = event.button.id == "list-letters"
        self._show()

    def action_other_list(self) -> None:
        """From one list to the other."""
        self._letters = not self._letters
        self._show()

    @on(Button.Pressed, "#called")
    @on(PagedTable.Opened)
    def action_called(self) -> None:
        """The parent was told."""
        self._ask_whether_called()

    @work(group="ask", exclusive=True)
    async def _ask_whether_called(self) -> None:
        """Ask first: a parent who is struck off the list by mistake is called by nobody."""
        call = self._call
        if call is None:
            return
        text = _("{name}　{mobile}\n{what}").format(name=call.name, mobile=call.mobile, what=call.kind.label)
        choices = {"back": _("還沒打"), "called": _("已告知，登錄")}
        heading = _("已經打電話告訴這位家長了嗎？")
        if await self.over(self.notice(heading, text, choices)) == "called":
            self._act(self.office.outbox.called, call, _("已登錄：{name} 已打過電話。"))

    @on(Button.Pressed, "#retry")
    def action_retry(self) -> None:
        """Send the mail once more."""
        call = self._call
        if self._letters and call is not None:
            self._act(self.office.outbox.retry, call, _("已排入再寄：{name}。"))

    @property
    def _call(self) -> Call | None:
        """Whom the row under the cursor is about."""
        current = self._table.current
        if current is None:
            return None
        return current.value.call if isinstance(current.value, DeadLetter) else current.value

    @work(group="db", exclusive=True)
    async def _act(self, act: Callable[[StaffMember, str, int], None], call: Call, said: str) -> None:
        if await self.attempt(act, self.member, call.message_id, call.version) is not None:
            self.show_message(said.format(name=call.name), wrong=False)
        self._table.reload()
        self._table.focus()


def _row(call: Call, value: Call | DeadLetter, why: str) -> Row[Call | DeadLetter]:
    cells = (call.number, call.class_name, call.student_name, call.name, call.mobile, call.kind.label, why)
    return Row(call.message_id, call.place, cells, value)


def _details(value: Call | DeadLetter) -> str:
    """What to tell, and what went wrong where something did."""
    call = value.call if isinstance(value, DeadLetter) else value
    head = _("{name}　{mobile}　{what}（{time}）").format(
        name=call.name, mobile=call.mobile, what=call.kind.label, time=day_and_time(call.written_at)
    )
    lines = [head, *filter(None, call.details.split("\n"))]
    if isinstance(value, DeadLetter):
        lines.append(
            _("寄往 {email}，試過 {n} 次：{fault}").format(email=value.email, n=value.attempts, fault=value.fault.label)
        )
        if value.fault is MailFault.UNCERTAIN:
            lines.append(_("這封信可能已經寄到；再寄一次，家長可能收到兩封。"))
    lines.append(_("請先核對對方身分；電話中不要說出身分證字號，也不要詢問密碼。"))
    return "\n".join(lines)
