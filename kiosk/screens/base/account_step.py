"""The frame of the parent account's screens, and the messages for what services refuse them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from kiosk.domain.errors import ChangedMeanwhile, Denied, PasswordChangeRequired
from kiosk.i18n import N_, _
from kiosk.rules.names import mask_name
from kiosk.screens.base.notice import BlankScreen, NoticeScreen
from kiosk.screens.base.service_step import ServiceStep

if TYPE_CHECKING:
    from kiosk.services.auth.account_session import AccountSession

T = TypeVar("T")


class AccountFrame:
    """A parent account's part of a screen; comes before the step among a class's bases.

    Attributes:
        holder: the session; None before the sign-on.
    """

    holder: AccountSession | None = None

    def service_name(self) -> str:
        """Return this terminal's service; the city has accounts of its own."""
        return _("家長帳號（本校服務站）")

    def step_header(self) -> str:
        """Return the holder's name, masked: others may look on."""
        if self.holder is None:
            return _("家長帳號登入")
        return _("家長帳號　{name}").format(name=mask_name(self.holder.name))

    def notice(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> NoticeScreen:
        """Make a notice in the same frame."""
        return AccountNoticeScreen(self.holder, heading, text, choices)


class AccountNoticeScreen(AccountFrame, NoticeScreen):
    """A notice before or after the sign-on with a parent account."""

    def __init__(
        self, holder: AccountSession | None, heading: str, text: str, choices: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(heading, text, choices)
        self.holder = holder


class AccountBlankScreen(AccountFrame, BlankScreen):
    """The blank screen under the steps of a visit with a parent account."""


class AccountStep(AccountFrame, ServiceStep[T]):
    """A step of a parent account.

    Args:
        holder: the session; None before the sign-on.
    """

    hints = N_("Tab 下一個　Enter 確定　Esc 返回")
    refusals = (ChangedMeanwhile, Denied, PasswordChangeRequired)

    def __init__(self, holder: AccountSession | None) -> None:
        super().__init__()
        self.holder = holder

    @property
    def signed_on(self) -> AccountSession:
        """The session, on a step after the sign-on."""
        assert self.holder is not None
        return self.holder

    def refusal_message(self, refused: Exception) -> str:
        """See :func:`account_refusal_message`."""
        return account_refusal_message(refused)


def account_refusal_message(refused: Exception) -> str:
    """Return why a service refused, and what to do now."""
    if isinstance(refused, ChangedMeanwhile):
        return _("資料剛在別處改過，這次沒有存入；請返回看過最新狀況再試一次。")
    return _("這個帳號剛被變更、重設或停用，請登出後重新登入，或洽服務台。")
