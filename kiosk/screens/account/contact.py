"""帳號資料: account name, mobile number, e-mail address and password."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.i18n import N_, _
from kiosk.rules.accounts import AccountNameFault
from kiosk.rules.contact import InvalidEmail, InvalidMobile
from kiosk.screens.account.form import WHOLE, AccountForm
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.menu_step import MenuStep
from kiosk.services.accounts.account_settings import AccountNameRefused, Contact, EmailTaken
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.messaging.verification_codes import EmailChallenge, MailNotSent, WrongCode
from kiosk.widgets.field import Field
from kiosk.widgets.menu_button import MenuButton
from kiosk.widgets.wrapped_text import WrappedText


class ContactScreen(MenuStep[str], AccountStep[str]):
    """Answers with the item to change: account, mobile, email, or password."""

    heading = N_("帳號資料")

    def __init__(self, holder: AccountSession, contact: Contact) -> None:
        super().__init__(holder)
        self._contact = contact

    def body(self) -> ComposeResult:
        """Compose a menu item for each account name, and for the password."""
        contact = self._contact
        yield WrappedText(_("按一下可以設定或更改；前三項都可以當帳號登入本校服務站。"))
        shared = _("（也登記在別的家長帳號，不能用來登入）")
        mobile = contact.mobile_masked + ("" if contact.mobile_can_sign_on else shared)
        for key, label, value in (
            ("account", _("自訂帳號"), contact.chosen_account or _("還沒有設定")),
            ("mobile", _("手機號碼"), mobile),
            ("email", _("電子郵件"), contact.email_masked or _("沒有電子郵件")),
            ("password", _("密碼"), _("變更密碼")),
        ):
            yield MenuButton(f"{label}　{value}", id=key)


class ChosenAccountScreen(AccountForm[bool]):
    """自訂帳號; True once it was set or removed."""

    refused_by = (AccountNameRefused,)
    heading = N_("自訂帳號")
    text = N_("自訂帳號可以代替電子郵件，登入本校服務站。請不要用身分證字號、手機、生日或姓名。")

    def __init__(self, holder: AccountSession, chosen: str | None) -> None:
        super().__init__(holder)
        self._chosen = chosen or ""

    def fields(self) -> ComposeResult:
        """Compose the account name."""
        yield Field(
            _("自訂帳號"),
            hint=_("英文字母開頭，6 到 32 個英文字母、數字、點、底線、減號"),
            id="account",
            max_length=64,
            half_width=True,
            value=self._chosen,
        )

    def more_actions(self) -> ComposeResult:
        """Compose a button to remove the present name."""
        if self._chosen:
            yield Button(_("不用自訂帳號"), id="without")

    @on(Button.Pressed, "#without")
    def _go_without(self) -> None:
        self.query_one("#account", Field).value = ""
        self.send()

    def complaints(self, values: Mapping[str, str]) -> dict[str, str]:
        """Accept an empty name, which removes the present one."""
        return {} if self._chosen else super().complaints(values)

    def take(self, values: Mapping[str, str]) -> bool:
        """Set or remove the name."""
        self.kiosk.school.accounts.choose_account(self.signed_on, values["account"].strip())
        return True

    def refused(self, refused: Exception) -> dict[str, str]:
        """Return the fault of the name."""
        assert isinstance(refused, AccountNameRefused)
        return {"account": account_name_words(refused.fault)}


def account_name_words(fault: AccountNameFault) -> str:
    """Return why a name is refused."""
    return {
        AccountNameFault.LENGTH: _("自訂帳號要 6 到 32 個字。"),
        AccountNameFault.FORM: _("請用英文字母開頭，只用英文字母、數字、點、底線和減號。"),
        AccountNameFault.LOOKS_LIKE_EMAIL: _("自訂帳號不能有 @，電子郵件本來就能登入。"),
        AccountNameFault.LOOKS_LIKE_MOBILE: _("自訂帳號不能是手機號碼。"),
        AccountNameFault.IDENTITY: _("請不要把身分證字號放在帳號裡。"),
        AccountNameFault.PERSONAL: _("請不要把證號、手機或學號放在帳號裡。"),
        AccountNameFault.TAKEN: _("這個自訂帳號不能用，請換一個。"),
    }[fault]


class MobileScreen(AccountForm[str]):
    """手機號碼; answers ``ok``, or ``shared`` where another account has the same number."""

    refused_by = (InvalidMobile,)
    heading = N_("手機號碼")
    text = N_("學校打電話通知時也用這個號碼。和另一位家長相同的號碼可以留，但是不能用來登入。")

    def fields(self) -> ComposeResult:
        """Compose the new number."""
        yield Field(_("新的手機號碼"), hint=_("09 開頭的 10 個數字"), id="mobile", max_length=20, half_width=True)

    def take(self, values: Mapping[str, str]) -> str:
        """Change the number."""
        return "ok" if self.kiosk.school.accounts.change_mobile(self.signed_on, values["mobile"]) else "shared"

    def refused(self, refused: Exception) -> dict[str, str]:
        """Return the form of a number."""
        return {"mobile": _("請填 09 開頭的 10 個數字。")}


class EmailScreen(AccountForm[EmailChallenge]):
    """電子郵件; answers with the code that was sent to the new address.

    Args:
        holder: the session.
        address: the address typed before.
    """

    refused_by = (InvalidEmail, MailNotSent)
    heading = N_("電子郵件")
    text = N_("新的信箱會收到驗證碼，輸入正確才會更改；原來的信箱會收到一封通知。")
    sending = N_("寄驗證碼")

    def __init__(self, holder: AccountSession, address: str) -> None:
        super().__init__(holder)
        self._address = address

    def fields(self) -> ComposeResult:
        """Compose the new address."""
        yield Field(_("新的電子郵件"), id="email", max_length=254, half_width=True, value=self._address)

    def take(self, values: Mapping[str, str]) -> EmailChallenge:
        """Send the code."""
        return self.kiosk.school.accounts.send_email_code(self.signed_on, values["email"])

    def refused(self, refused: Exception) -> dict[str, str]:
        """Return a fault of the address or of the mail."""
        if isinstance(refused, MailNotSent):
            return {WHOLE: _("目前無法寄信到這個信箱，請檢查後再試一次，或稍後再試。")}
        return {"email": _("電子郵件的格式不對，請檢查後再試一次。")}


class EmailChangeCodeScreen(AccountForm[bool]):
    """The code that went to the new address; True once the address is the account's."""

    refused_by = (WrongCode, EmailTaken)
    heading = N_("請到信箱收驗證碼")
    idle_time = "mail_code_idle_seconds"

    def __init__(self, holder: AccountSession, challenge: EmailChallenge, shown: str) -> None:
        super().__init__(holder)
        self._challenge = challenge
        self.text = _("驗證碼已寄到 {address}，請輸入信中的 6 個數字。").format(address=shown)

    def fields(self) -> ComposeResult:
        """Compose the code."""
        yield Field(_("驗證碼"), hint=_("十分鐘內有效"), id="code", max_length=6, half_width=True)

    def take(self, values: Mapping[str, str]) -> bool:
        """Check the code, and change the address."""
        self.kiosk.school.accounts.change_email(self.signed_on, self._challenge, values["code"])
        return True

    def refused(self, refused: Exception) -> dict[str, str]:
        """Return a fault of the code or of the address."""
        if isinstance(refused, EmailTaken):
            return {"code": _("這個電子郵件是別的家長帳號，請返回改填另一個。")}
        return {"code": _("驗證碼不對或已過期，請再輸入一次，或返回重寄。")}
