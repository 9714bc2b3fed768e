"""服務台: who cannot sign in gets a one-time code, for a student's login or a parent account, once an ID was seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button

from kiosk.domain.errors import Denied, UnknownStudent
from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep, WordedRefusal
from kiosk.screens.base.step import Nav
from kiosk.services.administration.login_reset_desk import IdNotSeen, UnknownAccount
from kiosk.services.auth.staff_session import OwnChildRefused, Role, StaffMember
from kiosk.services.office import StaffServices
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.wrapped_text import WrappedText


@dataclass(frozen=True)
class CodeGiven:
    """A one-time code, and what to type as the account."""

    account: str = field(repr=False)
    code: str = field(repr=False)


ACCOUNT = "account"


class LoginResetScreen(StaffStep[CodeGiven | str]):
    """A student's login: answers with the code, or with :data:`ACCOUNT` where it is a parent account's."""

    AUTO_FOCUS = "Input"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, office: StaffServices, member: StaffMember) -> None:
        super().__init__(office, member)
        self.heading = _("家長忘記密碼，或登入被鎖住")
        self._seen = False

    def what_to_see(self) -> str:
        """Whose ID, and what follows."""
        return _("請先看來人的身分證件，確認是學生本人或家長。重設後，原來的密碼就不能用了。")

    def who(self) -> Field:
        """The field that names them."""
        return Field(_("學號"), hint=_("不用加 P"), id="student_number", max_length=20, half_width=True)

    def missing(self) -> str:
        """What to do about an empty field."""
        return _("請輸入學號。")

    def unknown(self) -> str:
        """What to do where nobody is found."""
        return _("找不到這個學號的在學學生，請檢查後再試一次。")

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
        """What to look at, the field, the tick."""
        yield WrappedText(self.what_to_see())
        yield self.who()
        yield Button("", id="seen")

    def actions(self) -> ComposeResult:
        """Reset, go over to the parent accounts, or back."""
        yield Button(_("重設登入"), id="send", variant="primary")
        if self.leads_to_accounts():
            yield Button(_("家長帳號"), id=ACCOUNT)
        yield Button(_("返回"), id="back")

    def leads_to_accounts(self) -> bool:
        """Only the registrar resets those."""
        return self.member.role is Role.REGISTRAR

    def on_mount(self) -> None:
        """Nothing was seen yet."""
        super().on_mount()
        self._show_seen()

    @on(Button.Pressed, f"#{ACCOUNT}")
    def _to_accounts(self) -> None:
        self.finish(ACCOUNT)

    @on(Button.Pressed, "#seen")
    def _toggle(self) -> None:
        self._seen = not self._seen
        self._show_seen()

    def _show_seen(self) -> None:
        """Say it in words: a mark alone is not seen by everyone."""
        button = self.query_one("#seen", Button)
        button.label = Content(_("[V] 已查驗證件") if self._seen else _("[ ] 還沒查驗證件（看過證件後按這裡）"))
        button.set_class(self._seen, "chosen")

    @on(SafeInput.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        field = self.query_one(Field)
        typed = field.value.strip()
        if not typed:
            self.first_wrong({str(field.id): self.missing()})
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
            self.first_wrong({str(self.query_one(Field).id): self.unknown()})
        except IdNotSeen:
            self.show_message(_("請先查驗證件。"))
        else:
            if done is not None:
                self.finish(done.value)

    def action_back(self) -> None:
        """A number is typed again in a moment."""
        self.finish(Nav.BACK)


class AccountResetScreen(LoginResetScreen):
    """A parent account: answers with the code."""

    def __init__(self, office: StaffServices, member: StaffMember) -> None:
        super().__init__(office, member)
        self.heading = _("家長帳號忘記帳號、密碼，或登入被鎖住")

    def what_to_see(self) -> str:
        """The holder's own."""
        return _("請先看本人的身分證件，照證件輸入身分證字號。重設後，原來的密碼就不能用了。")

    def who(self) -> Field:
        """The number on the document."""
        label, hint = _("身分證字號"), _("身分證字號或統一證號 10 碼")
        return Field(label, hint=hint, id="national_id", max_length=20, half_width=True)

    def missing(self) -> str:
        """See :meth:`LoginResetScreen.missing`."""
        return _("請填寫身分證字號。")

    def unknown(self) -> str:
        """Staff may know: they have seen the document."""
        return _("這個身分證字號沒有使用中的家長帳號，請檢查後再試一次。")

    def leads_to_accounts(self) -> bool:
        """Here they are."""
        return False

    def reset_login(self, typed: str) -> CodeGiven:
        """The account."""
        given = self.office.desk.reset_account(self.member, typed, id_seen=self._seen)
        return CodeGiven(given.name, given.code)
