"""Asks for the password again, before an action that a person at an abandoned screen must not do."""

from __future__ import annotations

from collections.abc import Collection

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.domain.errors import SignInRefused
from kiosk.i18n import N_, _
from kiosk.screens.base.login import refusal as sign_in_refusal
from kiosk.screens.base.staff_step import REFUSALS, StaffFrame, staff_refusal_message
from kiosk.screens.base.step import Step
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.wrapped_text import WrappedText


class ConfirmPasswordScreen(StaffFrame, Step[bool]):
    """True once the password was right; wrong ones count as failed sign-ins."""

    AUTO_FOCUS = "#password"

    def __init__(self, member: StaffMember, heading: str, text: str, sending: str, roles: Collection[Role]) -> None:
        super().__init__()
        self.member = member
        self.heading = heading
        self._text = text
        self.buttons = {"send": sending, "back": N_("返回")}
        self._roles = roles

    def body(self) -> ComposeResult:
        """Compose the purpose and the field."""
        yield WrappedText(self._text)
        yield Field(_("您的密碼"), id="password", password=True)

    @on(SafeInput.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        password = self.query_one("#password", Field)
        if self.query_one("#send", Button).disabled:
            return
        if not password.value:
            self.first_wrong({"password": _("請輸入您的密碼。")})
            return
        self._check(password.value)

    @work(group="db", exclusive=True)
    async def _check(self, typed: str) -> None:
        def check() -> bool:
            self.kiosk.school.sign_in.confirm_password(self.member, typed, self._roles)
            return True

        try:
            right = await self.ask(check)
        except SignInRefused as refused:
            self._refuse(sign_in_refusal(refused.minutes_left, refused.wait_seconds))
        except REFUSALS as refused:
            self._refuse(staff_refusal_message(refused))
        else:
            if right:
                self.finish(True)

    def _refuse(self, text: str) -> None:
        if self.is_attached:
            password = self.query_one("#password", Field)
            password.value = ""
            password.focus()
            self.show_message(text)
