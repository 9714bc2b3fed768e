"""個資確認及親子帳號設定: the three states and the four doors, in the guide's order."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.i18n import _
from kiosk.screens.base.reported_field import reported_field
from kiosk.screens.base.step import Step
from kiosk.services.students.confirmation import ApplicationSummary, HubState
from kiosk.widgets.wrapped_text import WrappedText

DOORS = ("confirm", "apply", "card", "sign")


class MenuScreen(Step[str]):
    """Answers with a door: confirm, apply, card, sign, correct, withdraw or leave; the next sensible has the focus."""

    AUTO_FOCUS = ""  # on_mount chooses, and scrolls only where that hides nothing

    def __init__(self, state: HubState, *, has_draft: bool) -> None:
        super().__init__()
        self._state = state
        self._has_draft = has_draft
        self.number = 3 if state.data_state == "unconfirmed" else 6 if state.account_state == "under_review" else 4

    def key_hints(self) -> str:
        """Arrows work here too; an answer of the registrar pushes the last doors below the edge."""
        if self._state.outcomes:
            return _("上下鍵或 Tab 選擇　Enter 進入　PageDown 往下看　Esc 登出")
        return _("上下鍵或 Tab 選擇　Enter 進入　Esc 登出")

    def body(self) -> ComposeResult:
        """States, the registrar's answer, doors, applications."""
        state = self._state
        account = _("草稿") if self._has_draft and state.account_state == "none" else account_word(state.account_state)
        yield Static(
            f"{_('學生個資')} {data_word(state.data_state)}　　{_('親子帳號')} {account}　　"
            f"{_('申請簽署')} {state.forms_signed}/{state.forms_total}",
            id="states",
            markup=False,
        )
        if state.outcomes:
            yield WrappedText("\n".join(_outcome_lines(state)), id="outcomes")
        yield Button(_("確認學生相關資訊"), id="confirm", classes="door")
        yield Button(_("申辦親子帳號"), id="apply", classes="door")
        yield Button(_("學生證多元功能開通服務"), id="card", classes="door")
        yield Button(_("同意簽署回傳"), id="sign", classes="door")
        if state.applications:
            yield Static("\n".join(map(_summary_line, state.applications)), id="applications", markup=False)

    def actions(self) -> ComposeResult:
        """Answer what was sent back, leave, and withdraw where there is something to withdraw."""
        if any(application.state == "returned" for application in self._state.applications):
            yield Button(_("補正退回的欄位"), id="correct", variant="primary")
        yield Button(_("登出"), id="leave")
        if any(application.state in ("under_review", "returned") for application in self._state.applications):
            yield Button(_("撤回申請"), id="withdraw")

    def on_mount(self) -> None:
        """Focus the next sensible door, so that Enter leads through the visit."""
        state = self._state
        door = "confirm" if state.data_state in ("unconfirmed", "corrected") else "apply"
        if door == "apply" and state.account_state not in ("none", "withdrawn", "rejected", "ended"):
            door = "sign"
        if any(application.state == "returned" for application in state.applications):
            door = "correct"
        # at once, not in a later turn: an Enter that comes meanwhile is for this door; the answer above comes first
        self.set_focus(self.query_one(f"#{door}", Button), scroll_visible=not state.outcomes)

    @on(Button.Pressed)
    def _choose(self, event: Button.Pressed) -> None:
        self.finish(str(event.button.id))

    def action_back(self) -> None:
        """Back from the hub is leaving."""
        self.finish("leave")


def data_word(state: str) -> str:
    """The state of the student's data, in the guide's words."""
    return {
        "unconfirmed": _("未確認"),
        "confirmed": _("已確認"),
        "error_reported": _("錯誤回報"),
        "corrected": _("已更正"),
    }[state]


def account_word(state: str) -> str:
    """The state of the parent account, in the guide's words."""
    return {
        "none": _("未設定"),
        "under_review": _("審核中"),
        "returned": _("退件補正"),
        "approved": _("已開通"),
        "rejected": _("不通過"),
        "withdrawn": _("已撤回"),
        "ended": _("已終止"),
    }[state]


def hold_word(hold: str) -> str:
    """What an application waits for."""
    return {
        "documents": _("待補文件"),
        "correction": _("資料更正中"),
        "conflict": _("申請衝突"),
        "student_consent": _("待學生本人同意"),
    }[hold]


def _outcome_lines(state: HubState) -> list[str]:
    """What the registrar did about the error report, field by field."""
    lines = [_("註冊組已處理您的錯誤回報，請再確認學生相關資訊：")]
    for outcome in state.outcomes:
        if outcome.is_corrected:
            said = _("{label}　已更正為 {value}").format(label=reported_field(outcome.key), value=outcome.value)
        else:
            said = _("{label}　未更正：{reason}").format(label=reported_field(outcome.key), reason=outcome.reason)
        lines.append(said)
    return lines


def _summary_line(application: ApplicationSummary) -> str:
    holds = "、".join(map(hold_word, application.holds))
    line = f"{application.number}　{account_word(application.state)}" + (f"（{holds}）" if holds else "")
    return "\n".join([line, *(f"　{person}" for person in application.applicants)])
