"""A one-time code or a first password, shown once to be written down."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.i18n import N_, _
from kiosk.screens.base.staff_step import StaffFrame
from kiosk.screens.base.step import Step
from kiosk.services.auth.staff_session import StaffMember
from kiosk.widgets.wrapped_text import WrappedText


class OneTimeCodeScreen(StaffFrame, Step[bool]):
    """True once it was written down; only the idle time leaves otherwise."""

    AUTO_FOCUS = "#done"
    hints = N_("Enter 已抄下，回上一頁")
    buttons = {"done": N_("已抄下")}
    main_button = "done"

    def __init__(
        self, member: StaffMember, heading: str, account: str, code: str, what_next: str, *, label: str = ""
    ) -> None:
        super().__init__()
        self.member = member
        self.heading = heading
        self._account = account
        self._code = code
        self._what_next = what_next
        self._label = label or _("一次性登入碼")

    def body(self) -> ComposeResult:
        """Compose account and code, large."""
        yield Static(_("帳號：{account}").format(account=self._account), classes="large", markup=False)
        yield Static(f"{self._label}：{self._code}", id="code", classes="large", markup=False)
        yield WrappedText(self._what_next)
        yield WrappedText(_("只顯示這一次，離開這個畫面就看不到了。"), classes="warning")

    @on(Button.Pressed, "#done")
    def _done(self) -> None:
        self.finish(True)

    def action_back(self) -> None:
        """Stay: Esc is pressed too easily for a code that is shown once."""
        self.show_message(_("抄下之後請按「已抄下」。"))
