"""照顧者: whom a bound parent lets see something of a child, what, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.rules.names import mask_name
from kiosk.rules.roc_dates import InvalidDate, format_roc, parse_date
from kiosk.screens.account.form import WHOLE, AccountForm
from kiosk.screens.account.home import child_title
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.step import Nav
from kiosk.services.accounts.carer_entry import MAX_DAYS, CarerFault
from kiosk.services.accounts.carers import CarerRefused, CarerRow
from kiosk.services.accounts.visible_children import BoundChild, Scope
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.widgets.field import Field
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row, Toned
from kiosk.widgets.wrapped_text import WrappedText

_FIELDS = ("name", "national_id", "mobile", "email", "last_day")
GRANT = "grant"
_SEE = "see-"


class CarersScreen(AccountStep[str]):
    """Answers :data:`GRANT`, or "revoked" once an access was taken back.

    Args:
        holder: who is signed on.
        child: of whom.
        carers: those there are, and were.
    """

    AUTO_FOCUS = "PagedTable"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, holder: AccountSession, child: BoundChild, carers: Sequence[CarerRow]) -> None:
        super().__init__(holder)
        self.heading = _("照顧者：{child}").format(child=child_title(child))
        self._signed_on = holder
        self._carers = {carer.access_id: carer for carer in carers}

    def key_hints(self) -> str:
        """A list and its buttons."""
        return _("上下鍵選照顧者　Enter 收回　Tab 到按鈕　Esc 返回")

    def body(self) -> ComposeResult:
        """The carers."""
        yield WrappedText(_("照顧者用自己的電子郵件或手機登入，只看得到您勾選的項目，到期自動終止。"))
        yield PagedTable[CarerRow](
            [
                Column(_("照顧者"), 10),
                Column(_("看得到"), 20, grows=1),
                Column(_("到哪一天"), 14),
                Column(_("狀態"), 8),
            ],
            empty=_("還沒有照顧者。"),
            id="table",
        )

    def actions(self) -> ComposeResult:
        """Add, take back, go back."""
        yield Button(_("新增照顧者"), id="grant", variant="primary")
        yield Button(_("收回"), id="revoke")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Show them."""
        super().on_mount()
        rows = [Row(carer.access_id, carer.access_id, _cells(carer), carer) for carer in self._carers.values()]
        self.query_one(PagedTable).show_rows(rows)
        if not rows:
            self.set_focus(self.query_one("#grant", Button))

    @on(Button.Pressed, "#grant")
    def _grant(self) -> None:
        self.finish(GRANT)

    @on(PagedTable.Opened)
    @on(Button.Pressed, "#revoke")
    def _ask_to_revoke(self) -> None:
        row = self.query_one(PagedTable).current
        carer = None if row is None else self._carers[row.id]
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
        if await self.attempt(revoke, self._signed_on, carer.access_id, carer.version) is not None:
            self.finish("revoked")

    def action_back(self) -> None:
        """To the doors."""
        self.finish(Nav.BACK)


def _cells(carer: CarerRow) -> tuple[str | Toned, ...]:
    state = {"active": _("有效"), "revoked": _("已收回"), "expired": _("已到期")}[carer.state]
    scope = "、".join(one.label for one in Scope if one in carer.scope)
    shown = state if carer.state == "active" else Toned(state, "quiet")
    return mask_name(carer.name), scope, format_roc(carer.last_day), shown


@dataclass(frozen=True)
class CarerAdded:
    """A carer was let in; ``name`` is masked."""

    name: str


class AddCarerScreen(AccountForm[CarerAdded]):
    """新增照顧者; answers once the carer was let in."""

    CSS_PATH = Path(__file__).with_suffix(".tcss")
    refused_by = (CarerRefused, TooManyTries)

    def __init__(self, holder: AccountSession, child: BoundChild) -> None:
        super().__init__(holder)
        self.heading = _("新增照顧者：{child}").format(child=child_title(child))
        self._child = child
        self._scope: set[Scope] = set()

    def body(self) -> ComposeResult:
        """Who, what, until when."""
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

    def sending(self) -> str:
        """What the button does."""
        return _("讓照顧者看")

    @on(Button.Pressed, ".scope")
    def _turn(self, event: Button.Pressed) -> None:
        scope = Scope(str(event.button.id).removeprefix(_SEE))
        self._scope ^= {scope}
        event.button.label = _scope_words(scope, chosen=scope in self._scope)
        event.button.set_class(scope in self._scope, "chosen")

    def complaints(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is missing, and a day that nobody can read."""
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
        """Let them in."""
        assert self.holder is not None
        row = self.kiosk.school.carers.grant(
            self.holder,
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
        """Each field's own words."""
        if isinstance(refused, TooManyTries):
            words = _("姓名和身分證字號不符太多次了，請 {n} 分鐘後再試。")
            return {WHOLE: words.format(n=refused.minutes_left)}
        assert isinstance(refused, CarerRefused)
        return {key if key in _FIELDS else WHOLE: fault_words(key, fault) for key, fault in refused.faults.items()}

    def action_back(self) -> None:
        """Ask first where something was typed or chosen."""
        if self._scope:
            self.ask_before_leaving()
        else:
            super().action_back()


def _scope_words(scope: Scope, *, chosen: bool) -> Content:
    return Content(f"{'[V]' if chosen else '[ ]'} {scope.label}")


def fault_words(key: str, fault: Enum) -> str:
    """What to change about a field, by its key."""
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
