"""變更密碼 of a parent account: forced at the first sign-on and after a code, or chosen, after the present one."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult

from kiosk.domain.errors import SignInRefused
from kiosk.i18n import _
from kiosk.screens.account.form import WHOLE, AccountForm
from kiosk.screens.base.account_step import AccountFrame
from kiosk.screens.base.login import refusal as sign_in_refusal
from kiosk.screens.base.new_password import FamilyPasswordStep
from kiosk.services.auth.account_session import AccountSession
from kiosk.widgets.field import Field
from kiosk.widgets.wrapped_text import WrappedText


class AccountPasswordScreen(AccountFrame, FamilyPasswordStep[AccountSession]):
    """Answers with the holder as signed on with the new password."""

    def __init__(self, holder: AccountSession, *, forced: bool) -> None:
        super().__init__()
        self._signed_on = self.holder = holder
        self._forced = forced
        if not forced:
            self.heading = _("變更密碼(密碼必須含英文字母及數字，且字數大於8)")

    def key_hints(self) -> str:
        """Esc logs out where the change is forced, and leads back where it is not."""
        return super().key_hints() if self._forced else _("Tab 下一欄　Enter 送出　Esc 返回")

    def leaving(self) -> str:
        """What the way out is called."""
        return super().leaving() if self._forced else _("返回")

    def take(self, new: str) -> AccountSession:
        """The account's."""
        return self.kiosk.school.sign_in.change_account_password(self._signed_on, new)


class PresentPasswordScreen(AccountForm[bool]):
    """True once the present password was right: whoever finds the screen open does not know it."""

    refused_by = (SignInRefused,)

    def __init__(self, holder: AccountSession) -> None:
        super().__init__(holder)
        self.heading = _("變更密碼")

    def body(self) -> ComposeResult:
        """What for, and the field."""
        yield WrappedText(_("先輸入現在的密碼。"))
        yield Field(_("現在的密碼"), id="password", password=True)

    def sending(self) -> str:
        """On to the new password."""
        return _("繼續")

    def take(self, values: Mapping[str, str]) -> bool:
        """Verify it; wrong ones count as failed sign-ons."""
        assert self.holder is not None
        self.kiosk.school.sign_in.confirm_account_password(self.holder, values["password"])
        return True

    def refused(self, refused: Exception) -> dict[str, str]:
        """As at the login, where a wrong password is not kept either."""
        assert isinstance(refused, SignInRefused)
        password = self.query_one("#password", Field)
        password.value = ""
        password.focus()
        return {WHOLE: sign_in_refusal(refused.minutes_left, refused.wait_seconds)}
