"""A reason in words: one of the common ones, or one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.domain.reason import MAX_REASON_LENGTH
from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.screens.base.step import Nav
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row
from kiosk.widgets.wrapped_text import WrappedText


class ReasonScreen(StaffStep[str]):
    """Answers with the reason once it was taken; what was typed stays where it was not.

    Args:
        office: the staff's services.
        member: who is signed in.
        heading: what the reason is for.
        text: who reads it, and the like.
        common: reasons to pick from; may be none.
        act: does with the reason what it is for, in a thread; None leaves that to whoever asked.
        label: the words above the field.
        sending: the words of the button that sends.
        before: a reason that stands already.
    """

    AUTO_FOCUS = "#reason"
    _is_sending = False
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(
        self,
        office: StaffServices,
        member: StaffMember,
        heading: str,
        text: str,
        common: Sequence[str] = (),
        act: Callable[[str], object] | None = None,
        *,
        label: str = "",
        sending: str = "",
        before: str = "",
    ) -> None:
        super().__init__(office, member)
        self.heading = heading
        self._text = text
        self._common = common
        self._act = act
        self._label = label or _("原因")
        self._sending = sending or _("確定")
        self._before = before

    def key_hints(self) -> str:
        """From the field to the list and back."""
        return _("Enter 送出　Tab 到常用原因　Esc 返回") if self._common else _("Enter 送出　Esc 返回")

    def body(self) -> ComposeResult:
        """What it is for, the field, the common reasons."""
        yield WrappedText(self._text)
        yield Field(
            self._label,
            hint=_("最多 {n} 個字").format(n=MAX_REASON_LENGTH),
            id="reason",
            max_length=MAX_REASON_LENGTH,
            value=self._before,
        )
        if self._common:
            yield PagedTable[str]([Column(_("常用原因（按 Enter 帶入）"), 20, grows=1)], id="table")

    def actions(self) -> ComposeResult:
        """Send, or go back."""
        yield Button(self._sending, id="send", variant="primary")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Show the common reasons."""
        for table in self.query(PagedTable):
            table.show_rows([Row(text, text, (text,), text) for text in self._common])

    @on(PagedTable.Opened)
    def _take_common(self, event: PagedTable.Opened) -> None:
        if event.table.current is not None:
            field = self.query_one("#reason", Field)
            field.value = event.table.current.id
            field.cursor_position = len(field.value)
            field.focus()

    @on(SafeInput.Submitted, "#reason")
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        if self._is_sending:  # a second Enter would find it done already, and call that somebody else's doing
            return
        reason = self.query_one("#reason", Field).value.strip()
        if not reason:
            self.first_wrong({"reason": _("請寫下來，或從下面選一個。") if self._common else _("請寫下來。")})
        elif self._act is None:
            self.finish(reason)
        else:
            self._is_sending = True
            self._do(self._act, reason)

    @work(group="db", exclusive=True)
    async def _do(self, act: Callable[[str], object], reason: str) -> None:
        try:
            if await self.attempt(act, reason) is not None:
                self.finish(reason)
        finally:
            self._is_sending = False

    def action_back(self) -> None:
        """Ask first where something was typed."""
        if self.query_one("#reason", Field).value.strip() in ("", self._before):
            self.finish(Nav.BACK)
        else:
            self.ask_before_leaving()
