"""我的個人資料: the data that the school holds on the person (個資法 §3), its print and its deletion."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.screens.account.children import ReasonForm
from kiosk.screens.base.account_step import AccountStep
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.privacy.subject_rights import DeletionState, OwnDataCopy
from kiosk.widgets.wrapped_text import WrappedText


class OwnDataScreen(AccountStep[str]):
    """Answers with print, delete, or take_back.

    Args:
        holder: the session.
        copy: the data.
        deletion: the last request to delete it; None without one.
    """

    AUTO_FOCUS = "#print"
    heading = N_("我的個人資料")
    answers = ("print", "take_back", "delete")
    idle_time = "consent_idle_seconds"
    hints = N_("PageDown 往下看　PageUp 往上看　Tab 選擇　Esc 返回")

    def __init__(self, holder: AccountSession, copy: OwnDataCopy, deletion: DeletionState | None) -> None:
        super().__init__(holder)
        self._copy = copy
        self._deletion = deletion

    def body(self) -> ComposeResult:
        """Compose the request to delete, a warning, then section after section."""
        if self._deletion is not None:
            yield WrappedText(deletion_words(self._deletion), id="deletion")
        yield WrappedText(_("下面有完整的手機號碼和電子郵件，請留意旁人。"), id="aware")
        for section in self._copy.sections:
            yield Static(section.title, classes="section", markup=False)
            lines = [f"{label}：{value}" for label, value in section.lines] or [_("沒有資料。")]
            yield WrappedText("\n".join(lines), classes="paper")

    def actions(self) -> ComposeResult:
        """Compose buttons to print, to request or take back the deletion, and to go back."""
        yield Button(_("列印"), id="print", variant="primary")
        if self._deletion is not None and self._deletion.state == "open":
            yield Button(_("取回刪除申請"), id="take_back")
        else:
            yield Button(_("申請刪除"), id="delete")
        yield Button(_("返回"), id="back")


def deletion_words(deletion: DeletionState) -> str:
    """Return the state of a request to delete."""
    asked = _("您在 {moment} 申請刪除個人資料，").format(moment=day_and_time(deletion.requested_at))
    if deletion.state == "declined":
        return asked + _("學校沒有刪除：{answer}").format(answer=deletion.answer)
    if deletion.state == "taken_back":
        return asked + _("您已經取回。")
    return asked + _("等學校註冊組決定；決定以前可以取回。")


class RequestDeletionScreen(ReasonForm):
    """申請刪除; True once it was asked for."""

    heading = N_("申請刪除個人資料")
    text = N_(
        "依個人資料保護法第 3 條，您可以請學校刪除您的個人資料。註冊組會決定：刪除後帳號關閉、綁定終止；"
        "依法須保存而不刪除時，會在這裡說明原因。"
    )
    sending = N_("送出申請")

    def take(self, values: Mapping[str, str]) -> bool:
        """Request the deletion."""
        self.kiosk.school.own_data.request_deletion(self.signed_on, values["reason"])
        return True
