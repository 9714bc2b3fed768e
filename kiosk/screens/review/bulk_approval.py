"""整批通過: the applications, the password once more, the progress, and the result of each."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Button, Static

from kiosk.domain.errors import ChangedMeanwhile, SignInRefused
from kiosk.i18n import N_, _
from kiosk.screens.base.login import refusal as sign_in_refusal
from kiosk.screens.base.staff_step import StaffStep, done_word
from kiosk.screens.base.table_step import TableStep
from kiosk.screens.review import application_labels as words
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.review.bulk_approval import BulkResult, BulkSummary, Outcome
from kiosk.services.review.queue import MAX_ROWS, QueueRow
from kiosk.services.review.refusals import Blocked
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Cell, Row, Toned
from kiosk.widgets.wrapped_text import WrappedText

_BAR_CELLS = 30


class BulkApprovalScreen(TableStep[bool, QueueRow], StaffStep[bool]):
    """True where anything was approved."""

    AUTO_FOCUS = ""
    heading = N_("整批通過")
    columns = (
        Column("申請編號", 14),
        Column("班級", 6),
        Column("座號", 4),
        Column("學生", 6, grows=1),
        Column("申請人", 13, grows=1, from_width=76),
        Column("結果", 20, grows=3),
    )
    empty = N_("沒有可以整批通過的申請。")

    class Progressed(Message):
        """One more row is done; posted from the thread."""

        def __init__(self, done: int, total: int) -> None:
            super().__init__()
            self.done = done
            self.total = total

    def __init__(self, office: StaffServices, member: StaffMember, summary: BulkSummary) -> None:
        super().__init__(office, member)
        self._summary = summary
        self.values = summary.rows
        self._results: dict[str, BulkResult] = {}
        self._is_running = False

    def key_hints(self) -> str:
        """Return the keys before and after the approval."""
        if self._results or not self._summary.rows:
            return _("上下鍵 看清單　Esc 返回")
        return _("輸入密碼後按 Enter 全部通過　Tab 看清單　Esc 返回")

    def body(self) -> ComposeResult:
        """Compose the summary, the rows and the password."""
        yield WrappedText(self._summary_words(), id="summary")
        yield from super().body()
        yield Static("", id="bar", markup=False)
        yield Field(_("您的密碼"), hint=_("通過後不能收回，請再輸入一次密碼"), id="password", password=True)

    def _summary_words(self) -> str:
        summary = self._summary
        lines = [_("要通過 {n} 件，都沒有不能通過或要看一下的標記。").format(n=len(summary.rows))]
        if summary.blocked or summary.needing_review:
            left_out = _("沒有列入：不能通過 {blocked} 件，要看一下 {looks} 件；請逐件審核。")
            lines.append(left_out.format(blocked=summary.blocked, looks=summary.needing_review))
        if summary.more:
            lines.append(_("一次最多 {n} 件，其餘請再做一次。").format(n=MAX_ROWS))
        return "\n".join(lines)

    def actions(self) -> ComposeResult:
        """Compose the buttons to approve all and to go back."""
        yield Button(
            _("全部通過 {n} 件").format(n=len(self._summary.rows)),
            id="send",
            variant="primary",
            disabled=not self._summary.rows,
        )
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Show the rows; ask for the password where there is something to approve."""
        self.query_one("#bar").display = False
        self.query_one("#password").display = bool(self._summary.rows)
        self.query_one("#password" if self._summary.rows else "#back").focus()

    def row_of(self, value: QueueRow) -> Row[QueueRow]:
        """Return the row of an application."""
        seat = "" if value.seat_number is None else f"{value.seat_number:>3}"
        result = _result_cell(self._results.get(value.application_id))
        cells = value.number, value.class_name, seat, value.student_name, value.applicant_names, result
        return Row(value.application_id, value.number, cells, value)

    @on(SafeInput.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        password = self.query_one("#password", Field)
        if self._is_running or self._results or not self._summary.rows:
            return
        if not password.value:
            self.first_wrong({"password": _("請輸入您的密碼。")})
            return
        self._is_running = True
        typed, password.value = password.value, ""
        self.show_message("")  # that it was wrong at first
        self._approve(typed)

    @work(group="db", exclusive=True)
    async def _approve(self, password: str) -> None:
        rows = [(row.application_id, row.version) for row in self._summary.rows]

        def progress(done: int, total: int) -> None:
            self.post_message(self.Progressed(done, total))

        try:
            done = await self.attempt(self.office.bulk.approve, self.member, rows, password, progress)
        except SignInRefused as refused:
            done = None
            self.show_message(sign_in_refusal(refused.minutes_left, refused.wait_seconds))
        self._is_running = False
        if done is not None and self.is_attached:
            self._show_results(done.value)

    @on(Progressed)
    def _show_progress(self, event: Progressed) -> None:
        filled = _BAR_CELLS * event.done // max(1, event.total)
        bar = self.query_one("#bar", Static)
        bar.display = True
        bar.update(f"[{'#' * filled}{'.' * (_BAR_CELLS - filled)}] {event.done}/{event.total}")

    def _show_results(self, results: Sequence[BulkResult]) -> None:
        self._results = {result.application_id: result for result in results}
        approved = sum(result.outcome is Outcome.APPROVED for result in results)
        said = _("已通過 {n} 件。").format(n=approved)
        if approved < len(results):
            said += _("沒有通過 {n} 件，原因在右邊那一欄。").format(n=len(results) - approved)
        self.query_one("#summary", WrappedText).update(said)
        self.query_one("#password").display = False
        self.query_one("#send").display = False
        self.query_one("#foot", Static).update(self.key_hints())
        self.show_list()
        self.query_one("#back").focus()

    def action_back(self) -> None:
        """Go back, unless the approval is under way."""
        if self._is_running:
            self.show_message(_("還在處理，請稍候。"), wrong=False)
        elif self._results:
            self.finish(True)
        else:
            super().action_back()


def _result_cell(result: BulkResult | None) -> Cell:
    """Return the result of a row, in words."""
    if result is None:
        return ""
    if result.outcome is Outcome.APPROVED:
        return _("已通過")
    refusal = result.refusal
    if isinstance(refusal, Blocked):
        return Toned(words.blocked_words(refusal), "blocked")
    if isinstance(refusal, ChangedMeanwhile):
        who = refusal.by or _("家長或同事")
        return Toned(_("{who}已先處理（{what}）").format(who=who, what=done_word(refusal.what) or _("資料")), "look")
    return Toned(
        {
            Outcome.OWN_CHILD: _("自己的孩子，請同事審核"),
            Outcome.EMAIL_OF_ANOTHER: _("電子郵件是別人的帳號，請逐件審核"),
            Outcome.NOT_THEIRS: _("不是您的班級"),
            Outcome.NOT_WRITTEN: _("系統忙碌，沒有存入，請再做一次"),
        }.get(result.outcome, _("沒有通過")),
        "blocked",
    )
