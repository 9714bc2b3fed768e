"""The staff's login: the resting screen of an office machine; in the lobby it lies over the parents' login."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.i18n import N_, _
from kiosk.screens.base.login import LoginScreen
from kiosk.widgets.field import Field

if TYPE_CHECKING:
    from kiosk.services.auth.staff_session import StaffSignedIn
    from kiosk.services.school import School


class StaffLoginScreen(LoginScreen):
    """Asks staff for account and password; answers with a `StaffSignedIn`."""

    number = 0
    hints = N_("Tab 下一欄　Enter 登入　Esc 回家長登入")

    def __init__(self, *, demo_lines: str = "") -> None:
        super().__init__(address="", help_lines="", demo_lines=demo_lines)

    def service_name(self) -> str:
        """Return the staff's service."""
        return _("親子帳號審核")

    def step_header(self) -> str:
        """Return the title of this login."""
        return _("教職員登入")

    def body(self) -> ComposeResult:
        """Compose account and password."""
        yield Static(_("教職員審核親子綁定申請"), id="heading", markup=False)
        yield Field(_("教職員帳號"), hint=_("由系統管理員設定的帳號"), id="account", max_length=64, half_width=True)
        yield Field(_("密碼"), hint=_("第一次登入請用系統管理員給的密碼，登入後要變更"), id="password", password=True)

    def actions(self) -> ComposeResult:
        """Compose the login button, and in the lobby the way back."""
        yield from super().actions()
        if not self._is_resting:
            yield Button(_("回家長登入"), id="back")

    def verify(self, school: School, account: str, password: str) -> object:
        """Sign in, after importing the flow in the same thread."""
        self.kiosk.load_staff_flow()
        return school.sign_in.staff(account, password, self.kiosk.settings.terminal_name)

    def begin_session(self, signed_in: object) -> None:
        """Begin the staff session."""
        self.kiosk.begin_staff_session(cast("StaffSignedIn", signed_in))
