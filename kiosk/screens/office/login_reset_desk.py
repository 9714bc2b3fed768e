"""服務台: a one-time code for a student's login or a parent account, after a look at an ID."""

from __future__ import annotations

from dataclasses import dataclass, field

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button

from kiosk.domain.errors import Denied, UnknownStudent
from kiosk.i18n import N_, _
from kiosk.screens.base.staff_step import StaffStep, WordedRefusal
from kiosk.services.administration.login_reset_desk import IdNotSeen, UnknownAccount
from kiosk.services.auth.staff_session import OwnChildRefused, Role
from kiosk.widgets.field import Field, national_id_field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.wrapped_text import WrappedText


@dataclass(frozen=True)
class CodeGiven:
    """A one-time code and its account."""

    account: str = field(repr=False)
    code: str = field(repr=False)


ACCOUNT = "account"


class LoginResetScreen(StaffStep[CodeGiven | str]):
    """A student's login: answers with the code, or with `ACCOUNT` for a parent account instead.

    Attributes:
        what_to_see: the ID to see, and the consequences.
        missing: the message for an empty field.
        unknown: the message where nobody is found.
    """

    AUTO_FOCUS = "Input"
    answers = (ACCOUNT,)
    what_to_see = N_("請先看來人的身分證件，確認是學生本人或家長。重設後，原來的密碼就不能用了。")
    missing = N_("請輸入學號。")
    unknown = N_("找不到這個學號的在學學生，請檢查後再試一次。")
    heading = N_("家長忘記密碼，或登入被鎖住")
    _seen = False

    def who(self) -> Field:
        """Return the field for the student number."""
        return Field(_("學號"), hint=_("不用加 P"), id="student_number", max_length=20, half_width=True)

    def reset_login(self, typed: str) -> CodeGiven:
        """Reset; runs in a thread.

        Raises:
            UnknownStudent, UnknownAccount: nobody is found.
            IdNotSeen, Denied, Refused: see `kiosk.services.administration.login_reset_desk.Desk`.
        """
        try:
            return CodeGiven(f"P{typed}", self.office.desk.reset_login(self.member, typed, id_seen=self._seen))
        except OwnChildRefused:
            raise
        except Denied:
            raise WordedRefusal(_("不是您班上的學生，或您的帳號剛被變更；請由註冊組重設。")) from None

    def body(self) -> ComposeResult:
        """Compose the ID to see, the field, and the confirmation."""
        yield WrappedText(_(self.what_to_see))
        yield self.who()
        yield Button("", id="seen")

    def actions(self) -> ComposeResult:
        """Compose the buttons to reset, to change to parent accounts, and to go back."""
        yield Button(_("重設登入"), id="send", variant="primary")
        if self.leads_to_accounts():
            yield Button(_("家長帳號"), id=ACCOUNT)
        yield Button(_("返回"), id="back")

    def leads_to_accounts(self) -> bool:
        """Return whether the member may reset parent accounts."""
        return self.member.role is Role.REGISTRAR

    def on_mount(self) -> None:
        """Show that no ID was seen yet."""
        self._show_seen()

    @on(Button.Pressed, "#seen")
    def _toggle(self) -> None:
        self._seen = not self._seen
        self._show_seen()

    def _show_seen(self) -> None:
        """Show in words whether an ID was seen; not everyone sees a mark."""
        button = self.query_one("#seen", Button)
        button.label = Content(_("[V] 已查驗證件") if self._seen else _("[ ] 還沒查驗證件（看過證件後按這裡）"))
        button.set_class(self._seen, "chosen")

    @on(SafeInput.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        field = self.query_one(Field)
        typed = field.value.strip()
        if not typed:
            self.first_wrong({str(field.id): _(self.missing)})
        elif not self._seen:
            self.first_wrong({})
            self.show_message(_("請先看證件，再按「還沒查驗證件」改成已查驗。"))
            self.query_one("#seen", Button).focus()
        else:
            self._reset(typed)

    @work(group="db", exclusive=True)
    async def _reset(self, typed: str) -> None:
        try:
            done = await self.attempt(self.reset_login, typed)
        except (UnknownStudent, UnknownAccount):
            self.first_wrong({str(self.query_one(Field).id): _(self.unknown)})
        except IdNotSeen:
            self.show_message(_("請先查驗證件。"))
        else:
            if done is not None:
                self.finish(done.value)


class AccountResetScreen(LoginResetScreen):
    """A parent account: answers with the code."""

    heading = N_("家長帳號忘記帳號、密碼，或登入被鎖住")
    what_to_see = N_("請先看本人的身分證件，照證件輸入身分證字號。重設後，原來的密碼就不能用了。")
    missing = N_("請填寫身分證字號。")
    unknown = N_("這個身分證字號沒有使用中的家長帳號，請檢查後再試一次。")

    def who(self) -> Field:
        """Return the field for the number on the ID."""
        return national_id_field()

    def leads_to_accounts(self) -> bool:
        """Return False: this is the screen of parent accounts."""
        return False

    def reset_login(self, typed: str) -> CodeGiven:
        """Reset the account."""
        given = self.office.desk.reset_account(self.member, typed, id_seen=self._seen)
        return CodeGiven(given.name, given.code)
