"""登入: the resting screen (the guide's step 一)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static

from kiosk.i18n import N_, _
from kiosk.screens.base.error_messages import store_message
from kiosk.screens.base.step import Step
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput

if TYPE_CHECKING:
    from kiosk.services.auth.sign_in import SignedIn
    from kiosk.services.school import School


class LoginScreen(Step[object]):
    """Asks for account and password; answers with a ``SignedIn``, and shows one message for all refusals.

    It is painted before the database is loaded, so it imports no service.

    Args:
        address: this terminal's.
        help_lines: the school's contacts.
        demo_lines: logins to try, in the demo.
        staff_may_enter: whether the staff's login may be opened from here.
    """

    number = 1
    hints = N_("Tab 下一欄　Enter 登入　Esc 上一步")
    buttons = {"login": N_("登入")}
    main_button = "login"
    keeps_typed_text = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f7", "account", show=False),
        Binding("f8", "staff", show=False),
    ]

    def __init__(self, *, address: str, help_lines: str, demo_lines: str = "", staff_may_enter: bool = False) -> None:
        super().__init__()
        self._address = address
        self._help_lines = help_lines
        self._demo_lines = demo_lines
        self._staff_may_enter = staff_may_enter

    def key_hints(self) -> str:
        """Return the keys; Esc clears the resting screen, and leads back within a visit."""
        if self._is_resting:
            account = _("　F7 家長帳號") if self._leads_to_account else ""
            staff = _("　F8 教職員") if self._leads_to_staff else ""
            return _("Tab 下一欄　Enter 登入　Esc 清除") + account + staff
        return super().key_hints()

    @property
    def _is_resting(self) -> bool:
        return self.kiosk.screen_stack[0] is self

    @property
    def _leads_to_staff(self) -> bool:
        return self._staff_may_enter and self._is_resting

    @property
    def _leads_to_account(self) -> bool:
        return self._is_resting and not self.kiosk.staff_only

    def body(self) -> ComposeResult:
        """Compose address, account and password."""
        yield Static(_("您的IP：{address}").format(address=self._address), markup=False)
        yield Field(_("登入帳號"), hint=_("P+學生學號"), id="account", max_length=32, half_width=True)
        yield Field(
            _("登入密碼"),
            hint=_("學生完整身分證統一編號(10碼)；已改過的請輸入新密碼"),
            id="password",
            password=True,
        )

    def compose_after(self) -> ComposeResult:
        """Compose the demo's logins and the help lines below the message."""
        if self._demo_lines:
            yield Static(self._demo_lines, id="demo", markup=False)
        yield Static(self._help_lines, id="help", markup=False)

    def actions(self) -> ComposeResult:
        """Compose the login button, and quiet ones for the other logins that may be opened from here."""
        yield from super().actions()
        if self._leads_to_account:
            yield Button(_("家長帳號登入"), id="holder", classes="quiet")
        if self._leads_to_staff:
            yield Static("", classes="spring")
            yield Button(_("教職員"), id="staff", classes="quiet")

    @on(SafeInput.Submitted, "#account")
    def _to_password(self) -> None:
        """Go to the password; a held Enter must not skip an empty account."""
        if self.query_one("#account", Field).value.strip():
            self.query_one("#password", Field).focus()
        else:
            self._begin()

    @on(SafeInput.Submitted, "#password")
    @on(Button.Pressed, "#login")
    def _begin(self) -> None:
        button = self.query_one("#login", Button)
        account, password = self.query_one("#account", Field), self.query_one("#password", Field)
        if button.disabled:
            return
        if not account.value.strip() or not password.value:
            empty = account if not account.value.strip() else password
            self.show_message(_("請輸入登入帳號與登入密碼。"))
            empty.focus()
            return
        button.disabled = True
        self.show_message(_("登入中，請稍候…"), wrong=False)
        self._sign_in(account.value, password.value)

    @work(group="db")
    async def _sign_in(self, account: str, password: str) -> None:
        try:
            school = await self.kiosk.school_opened()
            from kiosk.domain.errors import SignInRefused
            from kiosk.services.errors import StoreError

            try:
                signed_in = await asyncio.to_thread(self.verify, school, account, password)
            except SignInRefused as refused:
                self.cancel_if_dismissed()
                self._refuse(refusal(refused.minutes_left, refused.wait_seconds))
            except StoreError as error:
                self.cancel_if_dismissed()
                self._refuse(store_message(error), clear=False)
            else:
                self.cancel_if_dismissed()
                self._empty()
                self.enter(signed_in)
        finally:
            for button in self.query("#login").results(Button):
                button.disabled = False

    def verify(self, school: School, account: str, password: str) -> object:
        """Sign in; runs in a thread.

        Raises:
            SignInRefused, StoreError: see :class:`kiosk.services.auth.sign_in.SignIn`.
        """
        return school.sign_in.student(account, password, self.kiosk.settings.terminal_name)

    def enter(self, signed_in: object) -> None:
        """Begin a visit from the resting screen; within a visit answer the flow that asked."""
        if self._is_resting:
            self.begin_session(signed_in)
        else:
            self.finish(signed_in)

    def begin_session(self, signed_in: object) -> None:
        """Begin the session of this kind of login."""
        self.kiosk.begin_family_visit(cast("SignedIn", signed_in))

    @on(Button.Pressed, "#staff")
    def action_staff(self) -> None:
        """Open the staff's login, where the settings allow it."""
        if self._leads_to_staff and not self.query_one("#login", Button).disabled:
            self.forget()
            self.kiosk.open_staff_login()

    @on(Button.Pressed, "#holder")
    def action_account(self) -> None:
        """Open the parent account's login."""
        if self._leads_to_account and not self.query_one("#login", Button).disabled:
            self.forget()
            self.kiosk.open_account_login()

    def _refuse(self, text: str, *, clear: bool = True) -> None:
        self.show_message(text)
        password = self.query_one("#password", Field)
        if clear:
            password.value = ""
        password.focus()

    def _empty(self) -> None:
        for field in self.query(Field):
            field.value = ""

    def forget(self) -> None:
        """Empty the fields, and begin anew."""
        self._empty()
        self.show_message("")
        self.query_one("#account", Field).focus()

    def rest(self) -> None:
        """Prepare for the next visitor; a cancelled sign-in may have left its button disabled."""
        self.forget()
        self.query_one("#login", Button).disabled = False
        self.show_countdown(None)

    def action_back(self) -> None:
        """Clear the resting screen; within a visit, for another child, go back."""
        if self._is_resting:
            self.forget()
        else:
            super().action_back()


def refusal(minutes_left: int | None, wait_seconds: int | None) -> str:
    """Return why the sign-in failed; it tells no more than the service does."""
    if wait_seconds is not None:
        return _("這台機器剛才有太多次登入失敗，請等 {n} 秒再試。").format(n=wait_seconds)
    if minutes_left is not None:
        return _("帳號或密碼不正確，或帳號已暫時鎖定；請於 {n} 分鐘後再試，或洽註冊組。").format(n=minutes_left)
    return _("帳號或密碼不正確，請檢查後再試一次。")
