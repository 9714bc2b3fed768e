"""忘記帳號、密碼: by name, ID and a code by mail; the words never tell whether there is such an account."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult

from kiosk.config.sections import IdleTimes
from kiosk.i18n import _
from kiosk.screens.account.form import WHOLE, AccountForm
from kiosk.services.accounts.recovery import Recovery
from kiosk.services.auth.account_session import AccountSignedIn
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.messaging.verification_codes import WrongCode
from kiosk.widgets.field import Field, national_id_field
from kiosk.widgets.wrapped_text import WrappedText


class RecoveryScreen(AccountForm[Recovery]):
    """Asks for name and national ID; answers alike whether the account exists or not.

    Attributes:
        typed: name and national ID as typed last.
    """

    refused_by = (TooManyTries,)

    def __init__(self, name: str, national_id: str) -> None:
        super().__init__(None)
        self.heading = _("忘記帳號、密碼")
        self.typed = (name, national_id)

    def body(self) -> ComposeResult:
        """What will come of it, and the two fields."""
        yield WrappedText(
            _(
                "請填申請時的姓名和身分證字號。資料相符而且帳號有電子郵件時，驗證碼會寄到那個信箱。"
                "沒有留電子郵件、或收不到信，請帶身分證件到服務台。"
            )
        )
        name, national_id = self.typed
        yield Field(_("姓名"), id="name", max_length=60, value=name)
        yield national_id_field(national_id)

    def sending(self) -> str:
        """A code may come."""
        return _("寄驗證碼")

    def take(self, values: Mapping[str, str]) -> Recovery:
        """Begin."""
        self.typed = (values["name"], values["national_id"])
        begin = self.kiosk.school.account_recovery.begin
        return begin(values["name"], values["national_id"], self.kiosk.settings.terminal_name)

    def refused(self, refused: Exception) -> dict[str, str]:
        """For how long no code is sent for this ID, be there an account or not."""
        assert isinstance(refused, TooManyTries)
        return {WHOLE: _("試太多次了，請 {n} 分鐘後再試，或帶身分證件到服務台。").format(n=refused.minutes_left)}


class RecoveryCodeScreen(AccountForm[AccountSignedIn]):
    """Answers with the sign-on once the code was right."""

    refused_by = (WrongCode,)

    def __init__(self, recovery: Recovery) -> None:
        super().__init__(None)
        self.heading = _("請到信箱收驗證碼")
        self._recovery = recovery

    def idle_limit(self, times: IdleTimes) -> int:
        """Mail takes a while."""
        return times.mail_code_idle_seconds

    def body(self) -> ComposeResult:
        """Where the code would be, and its field."""
        words = _("資料相符時，驗證碼已寄到帳號的電子郵件，請輸入信中的 6 個數字。沒有收到信，請帶身分證件到服務台。")
        yield WrappedText(words)
        yield Field(_("驗證碼"), hint=_("十分鐘內有效"), id="code", max_length=6, half_width=True)

    def take(self, values: Mapping[str, str]) -> AccountSignedIn:
        """Try the code."""
        return self.kiosk.school.account_recovery.finish(self._recovery, values["code"])

    def refused(self, refused: Exception) -> dict[str, str]:
        """The same words for a wrong code and for no account."""
        return {"code": _("驗證碼不對或已過期，請再輸入一次，或返回重寄。")}
