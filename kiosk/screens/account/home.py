"""Where a visit with a parent account begins: the children with their states, and the doors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Button

from kiosk.domain.application_status import ApplicationState
from kiosk.i18n import _
from kiosk.rules.names import mask_name
from kiosk.rules.roc_dates import format_roc
from kiosk.screens.base.account_step import AccountStep
from kiosk.services.accounts.visible_children import BoundChild, Scope
from kiosk.services.auth.account_session import AccountSession
from kiosk.widgets.menu_button import MenuButton
from kiosk.widgets.wrapped_text import WrappedText


class AccountHomeScreen(AccountStep[str]):
    """Answers with a door: systems, fees, contact, bindings, carers, consents, data, leave."""

    AUTO_FOCUS = ""
    first = ".door"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, holder: AccountSession, children: Sequence[BoundChild]) -> None:
        super().__init__(holder)
        self._children = children

    def key_hints(self) -> str:
        """Arrows work here too."""
        return _("上下鍵或 Tab 選擇　Enter 進入　Esc 登出")

    def body(self) -> ComposeResult:
        """The children, then the doors of what may be seen of them."""
        yield WrappedText("\n".join(child_line(child) for child in self._children), id="children")
        with Container(id="doors"):
            for door, (name, what) in self._doors().items():
                yield MenuButton(f"{name}\n{what}", id=door)

    def _doors(self) -> dict[str, tuple[str, str]]:
        doors = {}
        if any(sees(child, Scope.SYSTEMS) for child in self._children):
            doors["systems"] = (_("選擇系統"), _("繳費系統、酷課雲、校務行政系統"))
        if any(sees(child, Scope.FEES) for child in self._children):
            doors["fees"] = (_("繳費"), _("項目、金額、期限"))
        doors["contact"] = (_("帳號資料"), _("自訂帳號、手機、電子郵件、密碼"))
        if any(child.binding_id is not None for child in self._children):
            doors["bindings"] = (_("子女與綁定"), _("看綁定的資料、終止綁定"))
            doors["carers"] = (_("照顧者"), _("讓照顧者看、看到哪一天"))
        doors["consents"] = (_("同意紀錄"), _("同意過的版本、撤回同意"))
        doors["data"] = (_("我的個人資料"), _("學校保存的資料、申請刪除"))
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


def sees(child: BoundChild, scope: Scope) -> bool:
    """Whether so much of a child may be seen."""
    return child.scope is None or scope in child.scope


def child_title(child: BoundChild) -> str:
    """The child, masked, and the relation: 王〇明（科二智）媽媽."""
    return f"{mask_name(child.student_name)}（{child.class_name}）{child.relation}"


def child_line(child: BoundChild) -> str:
    """The child with what may be seen of the states."""
    parts = [child_title(child)]
    if child.last_day is not None:
        parts.append(_("到 {day} 為止").format(day=format_roc(child.last_day)))
    parts += states_of(child)
    return "　".join(parts)


def states_of(child: BoundChild) -> list[str]:
    """The states in words; of a carer's child only those that may be seen."""
    parts = []
    if child.application_state is not None:
        words = _("申請 {number} {state}")
        parts.append(
            words.format(number=child.application_number, state=ApplicationState(child.application_state).label)
        )
    if child.forms_signed is not None:
        parts.append(_("簽署 {n}/{total}").format(n=child.forms_signed, total=child.forms_total))
    if child.card_state is not None:
        parts.append(_("學生證 {state}").format(state=card_word(child.card_state)))
    return parts


def card_word(state: str) -> str:
    """The state of 學生證多元功能開通服務."""
    return {"not_answered": _("未填答"), "answered": _("已填答"), "returned": _("已簽回")}[state]
