"""A reason in words: a common one, or another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.domain.reason import MAX_REASON_LENGTH
from kiosk.i18n import N_, _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row
from kiosk.widgets.wrapped_text import WrappedText


class ReasonScreen(StaffStep[str]):
    """Answers with the reason once it was accepted; a refused one stays in the field.

    Args:
        office: the staff's services.
        member: the session's.
        heading: the purpose.
        text: the readers of the reason, and the like.
        common: reasons to pick from; may be none.
        act: takes the reason, in a thread; None leaves that to the caller.
        label: the field's.
        sending: the label of the button that sends.
        before: the present reason.
    """

    AUTO_FOCUS = "#reason"
    _is_sending = False

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
        self.buttons = {"send": sending or N_("確定"), "back": N_("返回")}
        self._before = before

    def key_hints(self) -> str:
        """Return the keys."""
        return _("Enter 送出　Tab 到常用原因　Esc 返回") if self._common else _("Enter 送出　Esc 返回")

    def body(self) -> ComposeResult:
        """Compose the text, the field and the common reasons."""
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
        if self._is_sending:  # a second Enter would be refused as changed meanwhile
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

    def is_changed(self) -> bool:
        """Return whether another reason was typed."""
        return self.query_one("#reason", Field).value.strip() not in ("", self._before)
