"""One error report: each field corrected or declined by the registrar."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from kiosk.domain.reason import MAX_REASON_LENGTH
from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.screens.base.reported_field import reported_field
from kiosk.screens.base.staff_step import StaffStep, done_word
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.students.error_reports import Correct, Decided, Decline, ErrorReportView, ReportedField
from kiosk.services.students.student_corrections import ImpossibleCorrection, ValueFault
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.wrapped_text import WrappedText


class ErrorReportScreen(StaffStep[Decided]):
    """Answers with what remains to be done by hand.

    The way back has the focus: a second Enter must decide nothing.
    """

    AUTO_FOCUS = "#back"

    def __init__(self, office: StaffServices, member: StaffMember, report: ErrorReportView) -> None:
        super().__init__(office, member)
        self._report = report
        self._corrected: dict[str, bool] = {}
        row = report.row
        self.heading = _("{class_name}　{name}　學號 {number}").format(
            class_name=row.class_name, name=row.student_name, number=row.student_number
        )

    @property
    def _is_open(self) -> bool:
        return self._report.row.state == "open"

    def body(self) -> ComposeResult:
        """Compose the report, and for each field the decision."""
        row = self._report.row
        yield WrappedText(
            _("{time} 回報，{n} 件申請在等這件回報。").format(time=day_and_time(row.reported_at), n=row.applications)
        )
        if not self._is_open:
            yield Static(
                _("{state}：{by}　{time}").format(
                    state=done_word(row.state),
                    by=self._report.decided_by,
                    time=day_and_time(self._report.decided_at or 0),
                ),
                classes="decided",
                markup=False,
            )
        for field in self._report.fields:
            yield from self._block(field)

    def _block(self, field: ReportedField) -> ComposeResult:
        name = reported_field(field.key)
        yield WrappedText(
            _("{name}　畫面上是「{shown}」，家長說是「{right}」，名冊現在是「{now}」。").format(
                name=name, shown=field.shown, right=field.right, now=field.on_file
            ),
            classes="reported",
        )
        if not self._is_open:
            answer = _("更正為「{value}」").format(value=field.value) if field.value else _("未更正：{reason}")
            yield WrappedText(answer.format(reason=field.reason), classes="outcome")
            return
        with Horizontal(classes="decision"):
            yield Button(_("更正"), id=f"correct-{field.key}", classes="verdict")
            yield Button(_("不更正"), id=f"decline-{field.key}", classes="verdict")
            yield Field(_("更正為"), id=field.key, classes="value", max_length=MAX_REASON_LENGTH, value=field.right)

    def actions(self) -> ComposeResult:
        """Compose the buttons to send the decisions, while there are any, and to go back."""
        if self._is_open:
            yield Button(_("送出決定"), id="send", variant="primary")
        yield Button(_("返回"), id="back")

    @on(Button.Pressed, ".verdict")
    def _decide_field(self, event: Button.Pressed) -> None:
        verdict, key = str(event.button.id).split("-", 1)
        self._corrected[key] = verdict == "correct"
        self._show_verdict(key)
        self.query_one(f"#{key}", Field).focus()

    def _show_verdict(self, key: str) -> None:
        """Show the decision; the field is for the right value or for the reason."""
        reported = next(one for one in self._report.fields if one.key == key)
        corrected = self._corrected[key]
        labels = {f"correct-{key}": N_("更正"), f"decline-{key}": N_("不更正")}
        self.show_choice(labels, f"correct-{key}" if corrected else f"decline-{key}")
        field = self.query_one(f"#{key}", Field)
        field.rename(_("更正為") if corrected else _("不更正的原因（家長會看到）"))
        if field.value == (reported.right if not corrected else ""):
            field.value = reported.right if corrected else ""

    @on(SafeInput.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        undecided = [one.key for one in self._report.fields if one.key not in self._corrected]
        if undecided:
            self.first_wrong(dict.fromkeys(undecided, _("請選「更正」或「不更正」。")))
            return
        values = {field.id or "": field.value.strip() for field in self.query(Field)}
        empty = [key for key, value in values.items() if not value]
        if empty:
            self.first_wrong(
                {key: _("請填正確的內容。") if self._corrected[key] else _("請寫下不更正的原因。") for key in empty}
            )
            return
        self._decide({key: Correct(value) if self._corrected[key] else Decline(value) for key, value in values.items()})

    @work(group="db", exclusive=True)
    async def _decide(self, decisions: dict[str, Correct | Decline]) -> None:
        report = self._report
        try:
            done = await self.attempt(
                self.office.error_reports.decide, self.member, report.row.ticket_id, report.version, decisions
            )
        except ImpossibleCorrection as impossible:
            self.first_wrong({impossible.key: _fault_words(impossible.fault)})
        else:
            if done is not None:
                self.finish(done.value)

    def is_changed(self) -> bool:
        """Return whether something was decided."""
        return bool(self._corrected)


def _fault_words(fault: ValueFault) -> str:
    return {
        ValueFault.NAME: _("這不是可用的姓名，請檢查有沒有多餘的符號。"),
        ValueFault.UNKNOWN_CLASS: _("名冊裡沒有這個班級，請檢查班級名稱。"),
        ValueFault.NUMBER_FORM: _("學號的格式不對，請檢查。"),
        ValueFault.NUMBER_TAKEN: _("這個學號是另一位學生的，請檢查。"),
    }[fault]
