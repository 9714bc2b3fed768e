"""A visit with a parent account, from the sign-on to the sign-out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.flows.account_menu import AccountMenuFlow
from kiosk.flows.flow import Flow, SessionEnded
from kiosk.i18n import _
from kiosk.screens.account.home import AccountHomeScreen
from kiosk.screens.account.login import FORGOTTEN, AccountLoginScreen
from kiosk.screens.account.password import AccountPasswordScreen
from kiosk.screens.account.recovery import RecoveryCodeScreen, RecoveryScreen
from kiosk.screens.base.account_step import AccountBlankScreen, AccountNoticeScreen, account_refusal_message
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.base.notice import NoticeScreen
from kiosk.services.auth.account_session import AccountSignedIn
from kiosk.services.errors import StoreConflict


async def account_visit(app: KioskContext, answer: object) -> None:
    """Run one visit, until the holder leaves or the session ends.

    Args:
        app: the kiosk.
        answer: the login screen's: an `AccountSignedIn`, or `FORGOTTEN`.
    """
    app.cover_with(AccountBlankScreen())
    sign_in = AccountSignInFlow(app)
    with suppress(SessionEnded, StoreConflict):
        signed_in = await sign_in.sign_on(answer)
        if signed_in is None:
            return
        try:
            await _open_menu(sign_in, signed_in)
        except (Denied, PasswordChangeRequired) as refused:
            await sign_in.show_notice(_("請重新登入"), account_refusal_message(refused))


async def _open_menu(sign_in: AccountSignInFlow, signed_in: AccountSignedIn) -> None:
    """Force the change of a first password, then open item after item of the menu."""
    holder = signed_in.holder
    if signed_in.must_change:
        changed = await sign_in.show(AccountPasswordScreen(holder, forced=True))
        if isinstance(changed, Nav):
            return
        holder = changed
    menu = AccountMenuFlow(sign_in.app, holder)
    if sign_in.is_recovered:
        await menu.show_names()
    while True:
        children = await menu.call(sign_in.school.accounts.children, menu.holder)
        item = await menu.show(AccountHomeScreen(menu.holder, children))
        if isinstance(item, Nav) or item == "leave":
            return
        with suppress(StoreConflict):  # this item's data cannot be stored; the other items still work
            await menu.open_item(item, children)


class AccountSignInFlow(Flow):
    """Leads from the account's login, or from 忘記帳號、密碼, to a sign-on.

    Attributes:
        is_recovered: whether the sign-on came from 忘記帳號、密碼.
    """

    is_recovered = False

    def notice(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> NoticeScreen:
        """Make a notice in the account's frame."""
        return AccountNoticeScreen(None, heading, text, choices)

    async def sign_on(self, answer: object) -> AccountSignedIn | None:
        """Return the sign-on; None where the holder went back to the students' login."""
        while answer == FORGOTTEN:
            signed_in = await self.recover()
            if signed_in is not None:
                self.is_recovered = True
                return signed_in
            answer = await self.show(AccountLoginScreen())
        return answer if isinstance(answer, AccountSignedIn) else None

    async def recover(self) -> AccountSignedIn | None:
        """Sign on by name, ID and a mailed code (忘記帳號、密碼); None where the holder went back."""
        if not self.school.account_recovery.available:
            text = _("學校沒有設定寄信，不能用驗證碼。請帶身分證件到服務台，由學校人員重設。")
            await self.show_notice(_("忘記帳號、密碼"), text)
            return None
        name = national_id = ""
        while True:
            screen = RecoveryScreen(name, national_id)
            recovery = await self.show(screen)
            if isinstance(recovery, Nav):
                return None
            name, national_id = screen.typed
            signed_in = await self.show(RecoveryCodeScreen(recovery))
            if not isinstance(signed_in, Nav):
                return signed_in
