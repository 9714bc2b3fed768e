"""帳號資料: what one may sign on with, and how one is reached."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.config.sections import IdleTimes
from kiosk.i18n import _
from kiosk.rules.accounts import AccountNameFault
from kiosk.rules.contact import InvalidEmail, InvalidMobile
from kiosk.screens.account.form import WHOLE, AccountForm
from kiosk.screens.base.account_step import AccountStep
from kiosk.services.accounts.account_settings import AccountNameRefused, Contact, EmailTaken
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.messaging.verification_codes import EmailChallenge, MailNotSent, WrongCode
from kiosk.widgets.field import Field
from kiosk.widgets.menu_button import MenuButton
from kiosk.widgets.wrapped_text import WrappedText


class ContactScreen(AccountStep[str]):
    """Answers with what is to be changed: account, mobile, email, password."""

    AUTO_FOCUS = ""
    first = ".door"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, holder: AccountSession, contact: Contact) -> None:
        super().__init__(holder)
        self.heading = _("帳號資料")
        self._contact = contact

    def key_hints(self) -> str:
        """Arrows work here too."""
        return _("上下鍵或 Tab 選擇　Enter 進入　Esc 返回")

    def body(self) -> ComposeResult:
        """Each name one may sign on with, and the password; pressing it changes it."""
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

    def actions(self) -> ComposeResult:
        """Back."""
        yield Button(_("返回"), id="back")

    @on(Button.Pressed, ".door")
    def _choose(self, event: Button.Pressed) -> None:
        self.finish(str(event.button.id))


class ChosenAccountScreen(AccountForm[bool]):
    """自訂帳號; True once it was set, or given up."""

    refused_by = (AccountNameRefused,)

    def __init__(self, holder: AccountSession, chosen: str | None) -> None:
        super().__init__(holder)
        self.heading = _("自訂帳號")
        self._chosen = chosen or ""

    def body(self) -> ComposeResult:
        """The name."""
        yield WrappedText(_("自訂帳號可以代替電子郵件，登入本校服務站。請不要用身分證字號、手機、生日或姓名。"))
        yield Field(
            _("自訂帳號"),
            hint=_("英文字母開頭，6 到 32 個英文字母、數字、點、底線、減號"),
            id="account",
            max_length=64,
            half_width=True,
            value=self._chosen,
        )

    def more_actions(self) -> ComposeResult:
        """Give it up, where there is one."""
        if self._chosen:
            yield Button(_("不用自訂帳號"), id="without")

    @on(Button.Pressed, "#without")
    def _go_without(self) -> None:
        self.query_one("#account", Field).value = ""
        self.send()

    def complaints(self, values: Mapping[str, str]) -> dict[str, str]:
        """An empty name gives up the one there was."""
        return {} if self._chosen else super().complaints(values)

    def take(self, values: Mapping[str, str]) -> bool:
        """Choose."""
        assert self.holder is not None
        self.kiosk.school.accounts.choose_account(self.holder, values["account"].strip())
        return True

    def refused(self, refused: Exception) -> dict[str, str]:
        """What to change."""
        assert isinstance(refused, AccountNameRefused)
        return {"account": account_name_words(refused.fault)}


def account_name_words(fault: AccountNameFault) -> str:
    """Why a name cannot be taken."""
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

    def __init__(self, holder: AccountSession) -> None:
        super().__init__(holder)
        self.heading = _("手機號碼")

    def body(self) -> ComposeResult:
        """The new number."""
        yield WrappedText(_("學校打電話通知時也用這個號碼。和另一位家長相同的號碼可以留，但是不能用來登入。"))
        yield Field(_("新的手機號碼"), hint=_("09 開頭的 10 個數字"), id="mobile", max_length=20, half_width=True)

    def take(self, values: Mapping[str, str]) -> str:
        """Change it."""
        assert self.holder is not None
        return "ok" if self.kiosk.school.accounts.change_mobile(self.holder, values["mobile"]) else "shared"

    def refused(self, refused: Exception) -> dict[str, str]:
        """One kind of fault is enough to say."""
        return {"mobile": _("請填 09 開頭的 10 個數字。")}


class EmailScreen(AccountForm[EmailChallenge]):
    """電子郵件; answers with the code that was sent to the new address.

    Args:
        holder: who is signed on.
        address: what was typed before.
    """

    refused_by = (InvalidEmail, MailNotSent)

    def __init__(self, holder: AccountSession, address: str) -> None:
        super().__init__(holder)
        self.heading = _("電子郵件")
        self._address = address

    def body(self) -> ComposeResult:
        """The new address."""
        yield WrappedText(_("新的信箱會收到驗證碼，輸入正確才會更改；原來的信箱會收到一封通知。"))
        yield Field(_("新的電子郵件"), id="email", max_length=254, half_width=True, value=self._address)

    def sending(self) -> str:
        """A code goes out first."""
        return _("寄驗證碼")

    def take(self, values: Mapping[str, str]) -> EmailChallenge:
        """Send the code."""
        assert self.holder is not None
        return self.kiosk.school.accounts.send_email_code(self.holder, values["email"])

    def refused(self, refused: Exception) -> dict[str, str]:
        """What to do."""
        if isinstance(refused, MailNotSent):
            return {WHOLE: _("目前無法寄信到這個信箱，請檢查後再試一次，或稍後再試。")}
        return {"email": _("電子郵件的格式不對，請檢查後再試一次。")}


class EmailChangeCodeScreen(AccountForm[bool]):
    """The code that went to the new address; True once the address is the account's."""

    refused_by = (WrongCode, EmailTaken)

    def __init__(self, holder: AccountSession, challenge: EmailChallenge, shown: str) -> None:
        super().__init__(holder)
        self.heading = _("請到信箱收驗證碼")
        self._challenge = challenge
        self._shown = shown

    def idle_limit(self, times: IdleTimes) -> int:
        """Mail takes a while."""
        return times.mail_code_idle_seconds

    def body(self) -> ComposeResult:
        """Where it went, and the field."""
        yield WrappedText(_("驗證碼已寄到 {address}，請輸入信中的 6 個數字。").format(address=self._shown))
        yield Field(_("驗證碼"), hint=_("十分鐘內有效"), id="code", max_length=6, half_width=True)

    def take(self, values: Mapping[str, str]) -> bool:
        """Try the code."""
        assert self.holder is not None
        self.kiosk.school.accounts.change_email(self.holder, self._challenge, values["code"])
        return True

    def refused(self, refused: Exception) -> dict[str, str]:
        """What to do."""
        if isinstance(refused, EmailTaken):
            return {"code": _("這個電子郵件是別的家長帳號，請返回改填另一個。")}
        return {"code": _("驗證碼不對或已過期，請再輸入一次，或返回重寄。")}
