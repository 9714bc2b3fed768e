"""A visit with a parent account, from the sign-on to the sign-out, read from top to bottom."""

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
from kiosk.screens.base.account_step import AccountBlankScreen, AccountNoticeScreen, refusal_words
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.notice import NoticeScreen
from kiosk.screens.base.step import Nav
from kiosk.services.auth.account_session import AccountSignedIn
from kiosk.services.errors import StoreConflict


async def account_visit(app: KioskContext, answer: object) -> None:
    """One visit, until whoever is there leaves, idles away, or their sign-on no longer holds.

    Args:
        app: the kiosk.
        answer: what the login screen answered: a sign-on, or that account or password were forgotten.
    """
    app.cover_with(AccountBlankScreen())
    way_in = AccountSignInFlow(app)
    with suppress(SessionEnded, StoreConflict):
        signed_in = await way_in.sign_on(answer)
        if signed_in is None:
            return
        try:
            await _signed_on(way_in, signed_in)
        except (Denied, PasswordChangeRequired) as refused:
            await way_in.show_notice(_("請重新登入"), refusal_words(refused))


async def _signed_on(way_in: AccountSignInFlow, signed_in: AccountSignedIn) -> None:
    """The forced change where it is due, then door after door."""
    holder = signed_in.holder
    if signed_in.must_change:
        changed = await way_in.show(AccountPasswordScreen(holder, forced=True))
        if isinstance(changed, Nav):
            return
        holder = changed
    doors = AccountMenuFlow(way_in.app, holder)
    if way_in.recovered:
        await doors.tell_names()
    while True:
        children = await doors.call(way_in.school.accounts.children, doors.holder)
        door = await doors.show(AccountHomeScreen(doors.holder, children))
        if isinstance(door, Nav) or door == "leave":
            return
        with suppress(StoreConflict):  # what stands behind that door cannot be kept; the others are open
            await doors.run(door, children)


class AccountSignInFlow(Flow):
    """From the account's login, or from 忘記帳號、密碼, to a sign-on; nobody is signed on yet.

    Attributes:
        recovered: whether they came by 忘記帳號、密碼.
    """

    recovered = False

    def notice(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> NoticeScreen:
        """A notice in the account's frame."""
        return AccountNoticeScreen(None, heading, text, choices)

    async def sign_on(self, answer: object) -> AccountSignedIn | None:
        """The sign-on; None where they went back to the students' login."""
        while answer == FORGOTTEN:
            signed_in = await self.recover()
            if signed_in is not None:
                self.recovered = True
                return signed_in
            answer = await self.show(AccountLoginScreen())
        return answer if isinstance(answer, AccountSignedIn) else None

    async def recover(self) -> AccountSignedIn | None:
        """忘記帳號、密碼, by name, ID and a code; None where they went back."""
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
