"""個資確認及親子帳號設定: the three states and the four menu items, in the guide's order."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.i18n import _
from kiosk.screens.base.reported_field import reported_field
from kiosk.screens.base.step import Step
from kiosk.services.students.confirmation import ApplicationSummary, MenuState
from kiosk.widgets.wrapped_text import WrappedText


class MenuScreen(Step[str]):
    """Answers confirm, apply, card, sign, correct, withdraw or leave; the next sensible item has the focus."""

    AUTO_FOCUS = ""  # on_mount chooses, and scrolls only where that hides nothing
    answers = ("correct", "leave", "withdraw")

    def __init__(self, state: MenuState, *, has_draft: bool) -> None:
        super().__init__()
        self._state = state
        self._has_draft = has_draft
        self.number = 3 if state.data_state == "unconfirmed" else 6 if state.account_state == "under_review" else 4

    def key_hints(self) -> str:
        """Return the keys; the last items may be below the edge under an answer of the registrar."""
        if self._state.outcomes:
            return _("上下鍵或 Tab 選擇　Enter 進入　PageDown 往下看　Esc 登出")
        return _("上下鍵或 Tab 選擇　Enter 進入　Esc 登出")

    def body(self) -> ComposeResult:
        """Compose states, the registrar's answer, items and applications."""
        state = self._state
        account = _("草稿") if self._has_draft and state.account_state == "none" else account_word(state.account_state)
        yield Static(
            "　　".join(
                (
                    _("學生個資") + f" {data_word(state.data_state)}",
                    _("親子帳號") + f" {account}",
                    _("申請簽署") + f" {state.forms_signed}/{state.forms_total}",
                )
            ),
            id="states",
            markup=False,
        )
        if state.outcomes:
            yield WrappedText("\n".join(_outcome_lines(state)), id="outcomes")
        for item, label in (
            ("confirm", _("確認學生相關資訊")),
            ("apply", _("申辦親子帳號")),
            ("card", _("學生證多元功能開通服務")),
            ("sign", _("同意簽署回傳")),
        ):
            yield Button(label, id=item, classes="menu-item")
        if state.applications:
            yield Static("\n".join(map(_summary_line, state.applications)), id="applications", markup=False)

    def actions(self) -> ComposeResult:
        """Compose the buttons to correct returned fields, to sign out, and to withdraw an application."""
        if any(application.state == "returned" for application in self._state.applications):
            yield Button(_("補正退回的欄位"), id="correct", variant="primary")
        yield Button(_("登出"), id="leave")
        if any(application.state in ("under_review", "returned") for application in self._state.applications):
            yield Button(_("撤回申請"), id="withdraw")

    def on_mount(self) -> None:
        """Focus the next sensible item, so that Enter leads through the visit."""
        state = self._state
        item = "confirm" if state.data_state in ("unconfirmed", "corrected") else "apply"
        if item == "apply" and state.account_state not in ("none", "withdrawn", "rejected", "ended"):
            item = "sign"
        if any(application.state == "returned" for application in state.applications):
            item = "correct"
        button = self.query_one(f"#{item}", Button)
        # at once: an Enter that was typed ahead is for this item; Textual would center it, and hide the states above
        self.set_focus(button, scroll_visible=False)
        if not state.outcomes:  # the registrar's answer stays visible
            self.call_after_refresh(lambda: button.scroll_visible(animate=False))

    def action_back(self) -> None:
        """Sign out."""
        self.finish("leave")


def data_word(state: str) -> str:
    """Return a state of the student's data, in the guide's words."""
    return {
        "unconfirmed": _("未確認"),
        "confirmed": _("已確認"),
        "error_reported": _("錯誤回報"),
        "corrected": _("已更正"),
    }[state]


def account_word(state: str) -> str:
    """Return a state of the parent account, in the guide's words."""
    return {
        "none": _("未設定"),
        "under_review": _("審核中"),
        "returned": _("退件補正"),
        "approved": _("已開通"),
        "rejected": _("不通過"),
        "withdrawn": _("已撤回"),
        "ended": _("已終止"),
    }[state]


def block_word(block: str) -> str:
    """Return the word for an approval block."""
    return {
        "documents": _("待補文件"),
        "correction": _("資料更正中"),
        "conflict": _("申請衝突"),
        "student_consent": _("待學生本人同意"),
    }[block]


def _outcome_lines(state: MenuState) -> list[str]:
    """Return the registrar's decisions on an error report, field by field."""
    lines = [_("註冊組已處理您的錯誤回報，請再確認學生相關資訊：")]
    for outcome in state.outcomes:
        if outcome.is_corrected:
            line = _("{label}　已更正為 {value}").format(label=reported_field(outcome.key), value=outcome.value)
        else:
            line = _("{label}　未更正：{reason}").format(label=reported_field(outcome.key), reason=outcome.reason)
        lines.append(line)
    return lines


def _summary_line(application: ApplicationSummary) -> str:
    blocks = "、".join(map(block_word, application.blocks))
    line = f"{application.number}　{account_word(application.state)}" + (f"（{blocks}）" if blocks else "")
    return "\n".join([line, *(f"　{person}" for person in application.applicants)])
