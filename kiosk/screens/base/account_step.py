"""The frame of the parent account's screens: a step that says whose account it is, and words what services refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, TypeVar

from kiosk.domain.errors import ChangedMeanwhile, Denied, PasswordChangeRequired
from kiosk.i18n import _
from kiosk.rules.names import mask_name
from kiosk.screens.base.notice import BlankScreen, NoticeScreen
from kiosk.screens.base.service_step import ServiceStep

if TYPE_CHECKING:
    from kiosk.services.auth.account_session import AccountSession

T = TypeVar("T")


class AccountFrame:
    """What makes a step one of a parent account's: before the step among a class's bases.

    Attributes:
        holder: who is signed on; None before the sign-on.
    """

    holder: AccountSession | None = None

    def service_name(self) -> str:
        """The account is this terminal's, not the city's."""
        return _("家長帳號（本校服務站）")

    def step_header(self) -> str:
        """Whose account it is, masked: others may look on."""
        if self.holder is None:
            return _("家長帳號登入")
        return _("家長帳號　{name}").format(name=mask_name(self.holder.name))

    def notice(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> NoticeScreen:
        """A notice in the same frame."""
        return AccountNoticeScreen(self.holder, heading, text, choices)


class AccountNoticeScreen(AccountFrame, NoticeScreen):
    """A notice to the holder of an account, or to somebody who wants to become signed on."""

    def __init__(
        self, holder: AccountSession | None, heading: str, text: str, choices: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(heading, text, choices)
        self.holder = holder


class AccountBlankScreen(AccountFrame, BlankScreen):
    """Stands under the steps of a visit with a parent account."""


class AccountStep(AccountFrame, ServiceStep[T]):
    """A screen of a parent account.

    Args:
        holder: who is signed on; None before the sign-on.

    Attributes:
        first: what has the focus first without scrolling away what stands above it; then ``AUTO_FOCUS`` is empty.
    """

    refusals = (ChangedMeanwhile, Denied, PasswordChangeRequired)
    first: ClassVar[str] = ""

    def __init__(self, holder: AccountSession | None) -> None:
        super().__init__()
        self.holder = holder

    def on_mount(self) -> None:
        """Set the focus at once: an Enter that comes meanwhile is for this."""
        super().on_mount()
        if self.first:
            self.set_focus(self.query(self.first).first(), scroll_visible=False)

    def key_hints(self) -> str:
        """Esc leads back."""
        return _("Tab 下一個　Enter 確定　Esc 返回")

    def refusal_words(self, refused: Exception) -> str:
        """See :func:`refusal_words`."""
        return refusal_words(refused)


def refusal_words(refused: Exception) -> str:
    """Why something was not done and what to do now."""
    if isinstance(refused, ChangedMeanwhile):
        return _("資料剛在別處改過，這次沒有存入；請返回看過最新狀況再試一次。")
    return _("這個帳號剛被變更、重設或停用，請登出後重新登入，或洽服務台。")
