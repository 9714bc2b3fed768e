"""The main menu of the staff, with the amount of open work of each item."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult

from kiosk.i18n import _
from kiosk.screens.base.menu_step import MainMenuStep
from kiosk.screens.base.staff_step import StaffStep
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.office import StaffServices

_FEW_ITEMS = 8


@dataclass(frozen=True)
class Waiting:
    """The numbers of open applications and error reports, parents to call, unsent mails, and deletion requests."""

    applications: int = 0
    error_reports: int = 0
    calls: int = 0
    dead_letters: int = 0
    deletions: int = 0


class StaffMenuScreen(MainMenuStep, StaffStep[str]):
    """Answers queue, error-reports, calls and so on, or leave."""

    def __init__(self, office: StaffServices, member: StaffMember, waiting: Waiting) -> None:
        super().__init__(office, member)
        self._waiting = waiting

    def body(self) -> ComposeResult:
        """Compose the items."""
        yield from self.compose_items(classes="many" if len(self.items()) > _FEW_ITEMS else "")

    def items(self) -> dict[str, tuple[str, str]]:
        """Return the items of this role."""
        waiting, role = self._waiting, self.member.role
        items = {}
        if role in (Role.HOMEROOM_TEACHER, Role.REGISTRAR):
            items["queue"] = (_("審核申請"), _("待處理 {n} 件").format(n=waiting.applications))
        if role is Role.REGISTRAR:
            items["error-reports"] = (_("錯誤回報"), _("待處理 {n} 件").format(n=waiting.error_reports))
        if role in (Role.HOMEROOM_TEACHER, Role.REGISTRAR):
            text = _("待打電話 {calls} 通　寄不出的信 {letters} 封")
            items["calls"] = (_("通知家長"), text.format(calls=waiting.calls, letters=waiting.dead_letters))
            items["scan"] = (_("收件掃描"), _("掃描簽回的申請書"))
            items["print"] = (_("列印申請書"), _("一位學生、一班或全部"))
        if role is Role.REGISTRAR:
            items["card"] = (_("學生證開通"), _("家長選了哪些功能"))
        if role in (Role.HOMEROOM_TEACHER, Role.REGISTRAR):
            items["desk"] = (_("服務台"), _("重設家長的登入"))
        if role is Role.REGISTRAR and waiting.deletions:
            items["deletions"] = (_("刪除申請"), _("待處理 {n} 件").format(n=waiting.deletions))
        if role is Role.ADMINISTRATOR:
            items["staff"] = (_("教職員"), _("新增、停用、重設密碼、班級"))
            items["audit"] = (_("稽核紀錄"), _("誰在什麼時候做了什麼"))
            items["end"] = (_("結束本機程式"), _("要再輸入一次密碼"))
        items["password"] = (_("變更密碼"), _("換一個新的密碼"))
        return items
