"""家長帳號登入（本校服務站）: the sign-on with the account that an approved application opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.i18n import N_, _
from kiosk.screens.base.account_step import AccountFrame
from kiosk.screens.base.login import LoginScreen
from kiosk.widgets.field import Field
from kiosk.widgets.wrapped_text import WrappedText

if TYPE_CHECKING:
    from kiosk.services.auth.account_session import AccountSignedIn
    from kiosk.services.school import School

FORGOTTEN = "forgotten"


class AccountLoginScreen(AccountFrame, LoginScreen):
    """Answers with an `AccountSignedIn`, or with `FORGOTTEN`."""

    number = 0
    hints = N_("Tab 下一欄　Enter 登入　Esc 回學生帳號登入")
    buttons = {"login": N_("登入"), "forgotten": N_("忘記帳號、密碼"), "back": N_("返回")}

    def __init__(self, *, demo_lines: str = "") -> None:
        super().__init__(address="", help_lines="", demo_lines=demo_lines)

    def body(self) -> ComposeResult:
        """Compose the kind of account, and the two fields in the city's wording."""
        yield Static(_("家長帳號登入（本校服務站）"), id="heading", markup=False)
        yield WrappedText(_("臺北市校園單一身分驗證另外開通，使用它自己的密碼；兩邊的密碼互不影響。"), id="city")
        yield Field(
            _("帳號"),
            hint=_("自訂帳號、電子郵件或手機號碼（兩人共用的不能用）"),
            id="account",
            max_length=254,
        )
        yield Field(_("密碼"), hint=_("身份證統一編號末六碼，第一次登入會強迫修改密碼"), id="password", password=True)

    def compose_after(self) -> ComposeResult:
        """Compose the demo's logins, and why the city's third field is missing."""
        if self._demo_lines:
            yield Static(self._demo_lines, id="demo", markup=False)
        yield WrappedText(_("沒有「記住我」：這台機器大家共用，不記住任何人；每次都要登入，離開就清除。"), id="help")

    def verify(self, school: School, account: str, password: str) -> AccountSignedIn:
        """Sign on, after importing the flow in the same thread."""
        self.kiosk.load_account_flow()
        return school.sign_in.parent(account, password, self.kiosk.settings.terminal_name)

    @on(Button.Pressed, "#forgotten")
    @work(group="db")
    async def _begin_recovery(self) -> None:
        if self.query_one("#login", Button).disabled:
            return
        await self.kiosk.school_opened()
        if await self.ask(self._load) is not None:
            self.forget()
            self.finish(FORGOTTEN)

    def _load(self) -> bool:
        self.kiosk.load_account_flow()
        return True
