"""Where a shift begins: a door for each thing the member may do, with how much waits behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.office import StaffServices
from kiosk.widgets.menu_button import MenuButton

_FEW_ITEMS = 8


@dataclass(frozen=True)
class Waiting:
    """How much waits: open applications, reports, parents to call, mails that could not be sent, requests to delete."""

    applications: int = 0
    tickets: int = 0
    calls: int = 0
    dead_letters: int = 0
    deletions: int = 0


class StaffMenuScreen(StaffStep[str]):
    """Answers with a door, by the button's id: queue, tickets, calls and so on; leave."""

    AUTO_FOCUS = ".door"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, office: StaffServices, member: StaffMember, waiting: Waiting) -> None:
        super().__init__(office, member)
        self._waiting = waiting

    def key_hints(self) -> str:
        """Arrows work here too."""
        return _("上下鍵或 Tab 選擇　Enter 進入　Esc 登出")

    def body(self) -> ComposeResult:
        """The doors of this role."""
        doors = self._doors()
        with Container(id="doors", classes="many" if len(doors) > _FEW_ITEMS else ""):
            for door, (name, what) in doors.items():
                yield MenuButton(f"{name}\n{what}", id=door)

    def _doors(self) -> dict[str, tuple[str, str]]:
        waiting, role = self._waiting, self.member.role
        doors = {}
        if role in (Role.HOMEROOM_TEACHER, Role.REGISTRAR):
            doors["queue"] = (_("審核申請"), _("待處理 {n} 件").format(n=waiting.applications))
        if role is Role.REGISTRAR:
            doors["tickets"] = (_("錯誤回報"), _("待處理 {n} 件").format(n=waiting.tickets))
        if role in (Role.HOMEROOM_TEACHER, Role.REGISTRAR):
            told = _("待打電話 {calls} 通　寄不出的信 {letters} 封")
            doors["calls"] = (_("通知家長"), told.format(calls=waiting.calls, letters=waiting.dead_letters))
            doors["scan"] = (_("收件掃描"), _("掃描簽回的申請書"))
            doors["print"] = (_("列印申請書"), _("一位學生、一班或全部"))
        if role is Role.REGISTRAR:
            doors["card"] = (_("學生證開通"), _("家長選了哪些功能"))
        if role in (Role.HOMEROOM_TEACHER, Role.REGISTRAR):
            doors["desk"] = (_("服務台"), _("重設家長的登入"))
        if role is Role.REGISTRAR and waiting.deletions:
            doors["deletions"] = (_("刪除申請"), _("待處理 {n} 件").format(n=waiting.deletions))
        if role is Role.ADMINISTRATOR:
            doors["staff"] = (_("教職員"), _("新增、停用、重設密碼、班級"))
            doors["audit"] = (_("稽核紀錄"), _("誰在什麼時候做了什麼"))
            doors["end"] = (_("結束本機程式"), _("要再輸入一次密碼"))
        doors["password"] = (_("變更密碼"), _("換一個新的密碼"))
        return doors

    def actions(self) -> ComposeResult:
        """Leave."""
        yield Button(_("登出"), id="leave")

    @on(Button.Pressed)
    def _choose(self, event: Button.Pressed) -> None:
        self.finish(str(event.button.id))

    def action_back(self) -> None:
        """Back from here is leaving."""
        self.finish("leave")
