"""忘記帳號、密碼: by name, ID and a mailed code; no message tells whether the account exists."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult

from kiosk.i18n import N_, _
from kiosk.screens.account.form import WHOLE, AccountForm
from kiosk.services.accounts.recovery import Recovery
from kiosk.services.auth.account_session import AccountSignedIn
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.messaging.verification_codes import WrongCode
from kiosk.widgets.field import Field, national_id_field


class RecoveryScreen(AccountForm[Recovery]):
    """Asks for name and national ID; answers alike whether the account exists or not.

    Attributes:
        typed: name and national ID as typed last.
    """

    refused_by = (TooManyTries,)
    heading = N_("忘記帳號、密碼")
    text = N_(
        "請填申請時的姓名和身分證字號。資料相符而且帳號有電子郵件時，驗證碼會寄到那個信箱。"
        "沒有留電子郵件、或收不到信，請帶身分證件到服務台。"
    )
    sending = N_("寄驗證碼")

    def __init__(self, name: str, national_id: str) -> None:
        super().__init__(None)
        self.typed = (name, national_id)

    def fields(self) -> ComposeResult:
        """Compose name and ID."""
        name, national_id = self.typed
        yield Field(_("姓名"), id="name", max_length=60, value=name)
        yield national_id_field(national_id)

    def take(self, values: Mapping[str, str]) -> Recovery:
        """Begin the recovery."""
        self.typed = (values["name"], values["national_id"])
        begin = self.kiosk.school.account_recovery.begin
        return begin(values["name"], values["national_id"], self.kiosk.settings.terminal_name)

    def refused(self, refused: Exception) -> dict[str, str]:
        """Return how long no code is sent for this ID, whether the account exists or not."""
        assert isinstance(refused, TooManyTries)
        return {WHOLE: _("試太多次了，請 {n} 分鐘後再試，或帶身分證件到服務台。").format(n=refused.minutes_left)}


class RecoveryCodeScreen(AccountForm[AccountSignedIn]):
    """Answers with the sign-on once the code was right."""

    refused_by = (WrongCode,)
    heading = N_("請到信箱收驗證碼")
    text = N_("資料相符時，驗證碼已寄到帳號的電子郵件，請輸入信中的 6 個數字。沒有收到信，請帶身分證件到服務台。")
    idle_time = "mail_code_idle_seconds"

    def __init__(self, recovery: Recovery) -> None:
        super().__init__(None)
        self._recovery = recovery

    def fields(self) -> ComposeResult:
        """Compose the code."""
        yield Field(_("驗證碼"), hint=_("十分鐘內有效"), id="code", max_length=6, half_width=True)

    def take(self, values: Mapping[str, str]) -> AccountSignedIn:
        """Check the code."""
        return self.kiosk.school.account_recovery.finish(self._recovery, values["code"])

    def refused(self, refused: Exception) -> dict[str, str]:
        """Return the same message for a wrong code and for no account."""
        return {"code": _("驗證碼不對或已過期，請再輸入一次，或返回重寄。")}
