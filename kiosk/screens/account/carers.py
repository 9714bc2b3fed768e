"""照顧者: persons to whom a bound parent shows some of a child's data until a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button

from kiosk.i18n import N_, _
from kiosk.rules.names import mask_name
from kiosk.rules.roc_dates import InvalidDate, format_roc, parse_date
from kiosk.screens.account.form import WHOLE, AccountForm
from kiosk.screens.account.home import child_title
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.table_step import TableStep
from kiosk.services.accounts.carer_entry import MAX_DAYS, CarerFault
from kiosk.services.accounts.carers import CarerRefused, CarerRow
from kiosk.services.accounts.visible_children import BoundChild, Scope
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.widgets.field import Field
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Row, Toned
from kiosk.widgets.wrapped_text import WrappedText

_FIELDS = ("name", "national_id", "mobile", "email", "last_day")
GRANT = "grant"
_SEE = "see-"


class CarersScreen(TableStep[str, CarerRow], AccountStep[str]):
    """Answers `GRANT`, or "revoked" once an access was revoked.

    Args:
        holder: the session.
        child: whose carers.
        carers: the present and the past ones.
    """

    hints = N_("上下鍵選照顧者　Enter 收回　Tab 到按鈕　Esc 返回")
    buttons = {GRANT: N_("新增照顧者"), "revoke": N_("收回"), "back": N_("返回")}
    main_button = GRANT
    answers = (GRANT,)
    columns = (
        Column(N_("照顧者"), 10),
        Column(N_("看得到"), 20, grows=1),
        Column(N_("到哪一天"), 14),
        Column(N_("狀態"), 8),
    )
    empty = N_("還沒有照顧者。")

    def __init__(self, holder: AccountSession, child: BoundChild, carers: Sequence[CarerRow]) -> None:
        super().__init__(holder)
        self.heading = _("照顧者：{child}").format(child=child_title(child))
        self.values = carers

    def body(self) -> ComposeResult:
        """Compose an explanation and the carers."""
        yield WrappedText(_("照顧者用自己的電子郵件或手機登入，只看得到您勾選的項目，到期自動終止。"))
        yield from super().body()

    def on_mount(self) -> None:
        """Focus the button to add a carer, where there is none."""
        if not self.values:
            self.set_focus(self.query_one("#grant", Button))

    def row_of(self, value: CarerRow) -> Row[CarerRow]:
        """Return the row of a carer."""
        state = {"active": _("有效"), "revoked": _("已收回"), "expired": _("已到期")}[value.state]
        scope = "、".join(one.label for one in Scope if one in value.scope)
        shown = state if value.state == "active" else Toned(state, "quiet")
        cells = mask_name(value.name), scope, format_roc(value.last_day), shown
        return Row(value.access_id, value.access_id, cells, value)

    def open_row(self, row: Row[CarerRow]) -> None:
        """Ask whether to revoke the access."""
        self._ask_to_revoke()

    @on(Button.Pressed, "#revoke")
    def _ask_to_revoke(self) -> None:
        carer = self.current
        if carer is None or carer.state != "active":
            self.show_message(_("請先用上下鍵選一位有效的照顧者。"))
        else:
            self._revoke(carer)

    @work(group="db", exclusive=True)
    async def _revoke(self, carer: CarerRow) -> None:
        text = _("收回以後，{name} 立刻看不到這位子女的資料。").format(name=mask_name(carer.name))
        question = self.notice(_("要收回嗎？"), text, {"keep": _("不收回"), "revoke": _("收回")})
        if await self.over(question) != "revoke":
            return
        revoke = self.kiosk.school.carers.revoke
        if await self.attempt(revoke, self.signed_on, carer.access_id, carer.version) is not None:
            self.finish("revoked")


@dataclass(frozen=True)
class CarerAdded:
    """The masked name of an added carer."""

    name: str


class AddCarerScreen(AccountForm[CarerAdded]):
    """新增照顧者; answers once the carer was added."""

    refused_by = (CarerRefused, TooManyTries)
    sending = N_("讓照顧者看")

    def __init__(self, holder: AccountSession, child: BoundChild) -> None:
        super().__init__(holder)
        self.heading = _("新增照顧者：{child}").format(child=child_title(child))
        self._child = child
        self._scope: set[Scope] = set()

    def fields(self) -> ComposeResult:
        """Compose the person, the last day and the scope."""
        with Horizontal(classes="pair"):
            yield Field(_("姓名"), id="name", max_length=60)
            yield Field(_("身分證字號"), hint=_("10 碼"), id="national_id", max_length=20, half_width=True)
        with Horizontal(classes="pair"):
            yield Field(_("手機"), hint=_("09 開頭的 10 個數字"), id="mobile", max_length=20, half_width=True)
            yield Field(_("電子郵件"), hint=_("可以不填"), id="email", max_length=254, half_width=True)
        yield Field(
            _("看到哪一天為止"),
            hint=_("例如 115年12月31日，當天也算"),
            id="last_day",
            max_length=20,
            half_width=True,
        )
        with Horizontal(id="scopes"):
            for scope in Scope:
                yield Button(_scope_words(scope, chosen=False), id=f"{_SEE}{scope.value}", classes="scope")

    @on(Button.Pressed, ".scope")
    def _turn(self, event: Button.Pressed) -> None:
        scope = Scope(str(event.button.id).removeprefix(_SEE))
        self._scope ^= {scope}
        event.button.label = _scope_words(scope, chosen=scope in self._scope)
        event.button.set_class(scope in self._scope, "chosen")

    def complaints(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return missing entries and an unreadable day."""
        wrong = {key: text for key, text in super().complaints(values).items() if key != "email"}
        if values["last_day"].strip():
            try:
                parse_date(values["last_day"])
            except InvalidDate:
                wrong["last_day"] = _("請寫成 115年12月31日 或 2026-12-31。")
        if not wrong and not self._scope:
            wrong[WHOLE] = _("請按下面的按鈕，選至少一項要讓照顧者看的。")
        return wrong

    def take(self, values: Mapping[str, str]) -> CarerAdded:
        """Add the carer."""
        row = self.kiosk.school.carers.grant(
            self.signed_on,
            self._child.student_id,
            name=values["name"],
            national_id=values["national_id"],
            mobile=values["mobile"],
            email=values["email"].strip() or None,
            scope=frozenset(self._scope),
            last_day=parse_date(values["last_day"]),
        )
        return CarerAdded(mask_name(row.name))

    def refused(self, refused: Exception) -> dict[str, str]:
        """Return the fault of each field."""
        if isinstance(refused, TooManyTries):
            words = _("姓名和身分證字號不符太多次了，請 {n} 分鐘後再試。")
            return {WHOLE: words.format(n=refused.minutes_left)}
        assert isinstance(refused, CarerRefused)
        return {key if key in _FIELDS else WHOLE: fault_words(key, fault) for key, fault in refused.faults.items()}

    def is_changed(self) -> bool:
        """Return whether anything was typed or chosen."""
        return bool(self._scope) or super().is_changed()


def _scope_words(scope: Scope, *, chosen: bool) -> Content:
    return Content(f"{'[V]' if chosen else '[ ]'} {scope.label}")


def fault_words(key: str, fault: Enum) -> str:
    """Return what to change in a field."""
    of_person = {
        CarerFault.NO_SCOPE: _("請按下面的按鈕，選至少一項要讓照顧者看的。"),
        CarerFault.DAY_OVER: _("這一天已經過了，請填今天或以後。"),
        CarerFault.DAY_TOO_FAR: _("最多到 {n} 天後，請填早一點的日子。").format(n=MAX_DAYS),
        CarerFault.BOUND: _("這位已經和這位子女綁定，不用再加。"),
        CarerFault.THE_STUDENT: _("這是學生本人的號碼，請填照顧者的。"),
        CarerFault.ALREADY: _("這位已經是照顧者；要改請先收回，再新增。"),
        CarerFault.NAME_DIFFERS: _("姓名和身分證字號不符，請照身分證件填寫。"),
    }
    if isinstance(fault, CarerFault):
        return of_person[fault]
    return {
        "name": _("請照身分證件填寫姓名。"),
        "national_id": _("身分證字號不對，請檢查後再試一次。"),
        "mobile": _("請填 09 開頭的 10 個數字。"),
        "email": _("電子郵件不對，或含有身分證字號；請更正或留空。"),
    }[key]
