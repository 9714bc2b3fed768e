"""通知家長: the parents to call, and the mails that could not be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widgets import Button

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.screens.base.table_step import TwoListsStep
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.messaging.call_sheet import Call, CallPosition, DeadLetter
from kiosk.services.messaging.smtp import MailFault
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Row


class CallsScreen(TwoListsStep[None, Call | DeadLetter, CallPosition]):
    """Works off both lists; answers nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "called", show=False),
        Binding("f3", "retry", show=False),
    ]
    buttons = {"called": N_("已打電話"), "retry": N_("再寄一次"), "back": N_("返回")}
    main_button = "called"
    lists = {"list-calls": N_("待打電話"), "list-letters": N_("寄不出的信")}
    columns = (
        Column("申請編號", 14),
        Column("班級", 6),
        Column("學生", 6, grows=1),
        Column("家長", 6, grows=1),
        Column("手機", 10),
        Column("要說的事", 14, grows=1, from_width=74),
        Column("原因", 12, grows=1, from_width=90),
    )
    empty = N_("沒有要通知的家長。")
    has_details = True

    def key_hints(self) -> str:
        """Return the keys of the shown list."""
        retry = _("F3 再寄一次　") if self.shows_second else ""
        return _("上下鍵 選擇　Enter 已打電話　{retry}左右鍵 換清單　Esc 返回").format(retry=retry)

    def show_list(self) -> None:
        """Show the chosen list, and the button to send a mail again where there are mails."""
        self.query_one("#retry", Button).display = self.shows_second
        super().show_list()

    def read(self, after: CallPosition | None, limit: int) -> Sequence[Call | DeadLetter]:
        """Read the chosen list."""
        outbox = self.office.outbox
        return (outbox.dead_letters if self.shows_second else outbox.calls)(self.member, after, limit)

    def row_of(self, value: Call | DeadLetter) -> Row[Call | DeadLetter]:
        """Return the row of a call or a mail."""
        call, why = (value.call, value.fault.label) if isinstance(value, DeadLetter) else (value, value.why.label)
        cells = (call.number, call.class_name, call.student_name, call.name, call.mobile, call.kind.label, why)
        return Row(call.message_id, call.place, cells, value)

    def details_of(self, value: Call | DeadLetter) -> str:
        """Return the message for the parent, and the fault of a mail."""
        call = value.call if isinstance(value, DeadLetter) else value
        head = _("{name}　{mobile}　{what}（{time}）").format(
            name=call.name, mobile=call.mobile, what=call.kind.label, time=day_and_time(call.written_at)
        )
        lines = [head, *filter(None, call.details.split("\n"))]
        if isinstance(value, DeadLetter):
            lines.append(
                _("寄往 {email}，試過 {n} 次：{fault}").format(
                    email=value.email, n=value.attempts, fault=value.fault.label
                )
            )
            if value.fault is MailFault.UNCERTAIN:
                lines.append(_("這封信可能已經寄到；再寄一次，家長可能收到兩封。"))
        lines.append(_("請先核對對方身分；電話中不要說出身分證字號，也不要詢問密碼。"))
        return "\n".join(lines)

    def open_row(self, row: Row[Call | DeadLetter]) -> None:
        """Record the call."""
        self.action_called()

    @on(Button.Pressed, "#called")
    @work(group="ask", exclusive=True)
    async def action_called(self) -> None:
        """Record the call; ask first, because nobody would call a parent who was removed from the list by mistake."""
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
        """Send the mail again."""
        call = self._call
        if self.shows_second and call is not None:
            self._act(self.office.outbox.retry, call, _("已排入再寄：{name}。"))

    @property
    def _call(self) -> Call | None:
        """The call of the row under the cursor."""
        current = self.current
        return current.call if isinstance(current, DeadLetter) else current

    @work(group="db", exclusive=True)
    async def _act(self, act: Callable[[StaffMember, str, int], None], call: Call, said: str) -> None:
        if await self.attempt(act, self.member, call.message_id, call.version) is not None:
            self.show_message(said.format(name=call.name), wrong=False)
        self.table.reload()
        self.table.focus()
