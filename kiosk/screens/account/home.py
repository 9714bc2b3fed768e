"""The main menu of a parent account, below the children and their states."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from kiosk.domain.application_status import ApplicationState
from kiosk.i18n import _
from kiosk.rules.names import mask_name
from kiosk.rules.roc_dates import format_roc
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.menu_step import MainMenuStep
from kiosk.services.accounts.visible_children import BoundChild, Scope
from kiosk.services.auth.account_session import AccountSession
from kiosk.widgets.wrapped_text import WrappedText


class AccountHomeScreen(MainMenuStep, AccountStep[str]):
    """Answers systems, fees, contact, bindings, carers, consents, data, or leave."""

    def __init__(self, holder: AccountSession, children: Sequence[BoundChild]) -> None:
        super().__init__(holder)
        self._children = children

    def body(self) -> ComposeResult:
        """Compose the children, then the items."""
        yield WrappedText("\n".join(child_line(child) for child in self._children), id="children")
        yield from self.compose_items()

    def items(self) -> dict[str, tuple[str, str]]:
        """Return the items that the holder may open."""
        items = {}
        if any(sees(child, Scope.SYSTEMS) for child in self._children):
            items["systems"] = (_("選擇系統"), _("繳費系統、酷課雲、校務行政系統"))
        if any(sees(child, Scope.FEES) for child in self._children):
            items["fees"] = (_("繳費"), _("項目、金額、期限"))
        items["contact"] = (_("帳號資料"), _("自訂帳號、手機、電子郵件、密碼"))
        if any(child.binding_id is not None for child in self._children):
            items["bindings"] = (_("子女與綁定"), _("看綁定的資料、終止綁定"))
            items["carers"] = (_("照顧者"), _("讓照顧者看、看到哪一天"))
        items["consents"] = (_("同意紀錄"), _("同意過的版本、撤回同意"))
        items["data"] = (_("我的個人資料"), _("學校保存的資料、申請刪除"))
        return items


def sees(child: BoundChild, scope: Scope) -> bool:
    """Return whether the holder may see this of a child."""
    return child.scope is None or scope in child.scope


def child_title(child: BoundChild) -> str:
    """Return the masked child and the relation: 王〇明（科二智）媽媽."""
    return f"{mask_name(child.student_name)}（{child.class_name}）{child.relation}"


def child_line(child: BoundChild) -> str:
    """Return the child with the states that the holder may see."""
    parts = [child_title(child)]
    if child.last_day is not None:
        parts.append(_("到 {day} 為止").format(day=format_roc(child.last_day)))
    parts += states_of(child)
    return "　".join(parts)


def states_of(child: BoundChild) -> list[str]:
    """Return the states that the holder may see, in words."""
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
    """Return the word for a state of 學生證多元功能開通服務."""
    return {"not_answered": _("未填答"), "answered": _("已填答"), "returned": _("已簽回")}[state]
