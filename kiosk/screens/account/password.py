"""變更密碼 of a parent account: forced at the first sign-on and after a code, or chosen after the present one."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult

from kiosk.domain.errors import SignInRefused
from kiosk.i18n import N_, _
from kiosk.screens.account.form import WHOLE, AccountForm
from kiosk.screens.base.account_step import AccountFrame
from kiosk.screens.base.login import refusal as sign_in_refusal
from kiosk.screens.base.new_password import FamilyPasswordStep
from kiosk.services.auth.account_session import AccountSession
from kiosk.widgets.field import Field


class AccountPasswordScreen(AccountFrame, FamilyPasswordStep[AccountSession]):
    """Answers with the session of the new password."""

    def __init__(self, holder: AccountSession, *, forced: bool) -> None:
        super().__init__()
        self._signed_on = self.holder = holder
        if not forced:
            self.heading = _("變更密碼(密碼必須含英文字母及數字，且字數大於8)")
            self.make_voluntary()

    def take(self, new: str) -> AccountSession:
        """Change the password of the account."""
        return self.kiosk.school.sign_in.change_account_password(self._signed_on, new)


class PresentPasswordScreen(AccountForm[bool]):
    """Asks for the present password, which a person at an abandoned screen does not know; True once it is right."""

    refused_by = (SignInRefused,)
    heading = N_("變更密碼")
    text = N_("先輸入現在的密碼。")
    sending = N_("繼續")

    def fields(self) -> ComposeResult:
        """Compose the password."""
        yield Field(_("現在的密碼"), id="password", password=True)

    def take(self, values: Mapping[str, str]) -> bool:
        """Verify the password; wrong ones count as failed sign-ons."""
        self.kiosk.school.sign_in.confirm_account_password(self.signed_on, values["password"])
        return True

    def refused(self, refused: Exception) -> dict[str, str]:
        """Empty the field, and return the login's message."""
        assert isinstance(refused, SignInRefused)
        password = self.query_one("#password", Field)
        password.value = ""
        password.focus()
        return {WHOLE: sign_in_refusal(refused.minutes_left, refused.wait_seconds)}
