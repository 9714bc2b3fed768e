"""One member of staff: classes, role, new first password, disabled login."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from kiosk.domain.errors import ChangedMeanwhile
from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep, WordedRefusal
from kiosk.services.administration.staff_accounts import (
    LastAdministrator,
    NoClassTeacher,
    StaffDisabled,
    StaffRow,
    UnknownClass,
)
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.office import StaffServices
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.wrapped_text import WrappedText

_BETWEEN_CLASSES = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True)
class StaffChanged:
    """The change in words, with a one-time code where one was given."""

    said: str
    account: str = ""
    code: str = field(default="", repr=False)


class StaffMemberScreen(StaffStep[StaffChanged]):
    """Answers with the change."""

    AUTO_FOCUS = "#back"

    def __init__(self, office: StaffServices, member: StaffMember, row: StaffRow) -> None:
        super().__init__(office, member)
        self._row = row
        self.heading = f"{row.name}　{row.account}"

    def body(self) -> ComposeResult:
        """Compose state, role and classes."""
        row = self._row
        state = _("使用中") if row.active else _("已停用，不能登入")
        password = _("已自行設定密碼") if row.has_chosen else _("還沒變更第一次的密碼")
        yield Static(f"{row.role.label}　{state}　{password}", markup=False)
        yield Static(_("職務（按一下改變，對方要重新登入）"), classes="label", markup=False)
        yield from role_buttons(row.role)
        if row.role is Role.HOMEROOM_TEACHER:
            yield classes_field("、".join(row.classes))
            yield Button(_("存入班級"), id="put-classes")
        yield WrappedText(_("重設密碼會給對方一組一次性登入碼，原來的密碼馬上失效。"), classes="label")

    def actions(self) -> ComposeResult:
        """Compose buttons to reset, disable or enable, and go back."""
        if self._row.active:
            yield Button(_("重設密碼"), id="reset")
            yield Button(_("停用"), id="disable")
        else:
            yield Button(_("啟用"), id="enable", variant="primary")
        yield Button(_("返回"), id="back")

    @on(SafeInput.Submitted)
    @on(Button.Pressed, "#put-classes")
    def _put_classes(self) -> None:
        classes = split_classes(self.query_one("#classes", Field).value)
        self._change(_("已存入班級。"), self.office.staff_accounts.set_classes, classes)

    @on(Button.Pressed, ".role")
    @work(group="ask", exclusive=True)
    async def _change_role(self, event: Button.Pressed) -> None:
        role = Role(str(event.button.id))
        if role is self._row.role:
            return
        text = _("{name} 會從{now}改為{new}，並且要重新登入。").format(
            name=self._row.name, now=self._row.role.label, new=role.label
        )
        choices = {"change": _("改為{role}").format(role=role.label), "back": _("返回")}
        if await self.over(self.notice(_("變更職務"), text, choices)) == "change":
            self._change(_("已變更職務。"), self.office.staff_accounts.change_role, role)

    @on(Button.Pressed, "#disable")
    @work(group="ask", exclusive=True)
    async def _disable(self) -> None:
        text = _("{name} 會馬上不能登入，正在做的事也會結束。").format(name=self._row.name)
        choices = {"disable": _("停用"), "back": _("返回")}
        if await self.over(self.notice(_("停用帳號"), text, choices)) == "disable":
            self._change(_("已停用。"), self.office.staff_accounts.disable)

    @on(Button.Pressed, "#enable")
    def _enable(self) -> None:
        self._change(_("已啟用，密碼和停用前相同。"), self.office.staff_accounts.enable)

    @on(Button.Pressed, "#reset")
    @work(group="ask", exclusive=True)
    async def _reset(self) -> None:
        text = _("{name} 原來的密碼馬上失效。請先確認是本人要求。").format(name=self._row.name)
        choices = {"reset": _("重設密碼"), "back": _("返回")}
        if await self.over(self.notice(_("重設密碼"), text, choices)) == "reset":
            self._change(_("已重設。"), self.office.staff_accounts.reset)

    @work(group="db", exclusive=True)
    async def _change(self, said: str, change: Callable[..., str | None], *more: object) -> None:
        def call() -> str | None:
            try:
                return change(self.member, self._row.id, self._row.version, *more)
            except ChangedMeanwhile:
                raise WordedRefusal(_("別的管理員剛改過這位教職員，請返回後再開啟一次。")) from None
            except LastAdministrator:
                raise WordedRefusal(_("這是最後一位系統管理員，不能停用或改任。")) from None
            except StaffDisabled:
                raise WordedRefusal(_("這個帳號已停用，請先啟用。")) from None
            except NoClassTeacher:
                raise WordedRefusal(_("只有導師有班級。")) from None
            except UnknownClass as unknown:
                raise WordedRefusal(unknown_class_words(unknown)) from None

        done = await self.attempt(call)
        if done is not None:
            self.finish(StaffChanged(said, self._row.account, done.value or ""))


def role_buttons(chosen: Role) -> ComposeResult:
    """Compose a button for each role."""
    with Horizontal(id="roles"):
        for role in Role:
            label = _("{label}（已選）").format(label=role.label) if role is chosen else role.label
            yield Button(label, id=role.value, classes="role chosen" if role is chosen else "role")


def classes_field(value: str) -> Field:
    """Return the field of a homeroom teacher's classes."""
    return Field(_("導師班級"), hint=_("例如 科一智、科一仁；用頓號分開"), id="classes", max_length=200, value=value)


def split_classes(text: str) -> tuple[str, ...]:
    """Return the typed classes."""
    return tuple(part for part in _BETWEEN_CLASSES.split(text.strip()) if part)


def unknown_class_words(unknown: UnknownClass) -> str:
    """Return the message for a class without students."""
    return _("名冊裡沒有班級「{name}」，請檢查班級名稱。").format(name=unknown.class_name)
