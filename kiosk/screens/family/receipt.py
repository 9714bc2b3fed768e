"""收據: the number, a QR code with an opaque token, the next steps; leaves by itself after 45 seconds."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from kiosk.domain.receipt import EmailState, NextStep, Receipt
from kiosk.i18n import N_, _
from kiosk.rules.line_breaks import wrap
from kiosk.screens.base.step import Step
from kiosk.widgets.qr import qr_lines

_FIRST_WIDTH = 40
_NARROWEST = 12


class ReceiptScreen(Step[str]):
    """Answers "another" or "done"."""

    number = 6
    AUTO_FOCUS = "#done"
    hints = N_("Enter 完成　Tab 選擇　PageDown 往下看")
    buttons = {"done": N_("完成"), "another": N_("為另一位子女申請")}
    main_button = "done"
    answers = ("done", "another")

    def __init__(self, receipt: Receipt) -> None:
        super().__init__()
        self._receipt = receipt

    def limit_stillness(self) -> None:
        """Count down from the start; any key starts the count anew."""
        self.kiosk.guard.use_limit(0, countdown=self.kiosk.settings.idle.receipt_seconds)

    def body(self) -> ComposeResult:
        """Compose number, people and next steps, and the code beside them."""
        with Horizontal(id="receipt"):
            yield Static("\n".join(self._words(_FIRST_WIDTH)), id="receipt-text", markup=False)
            yield Static(qr_lines(self._receipt.token), id="qr", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines for this width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        words = self.query_one("#receipt-text", Static)
        words.update("\n".join(self._words(max(_NARROWEST, words.content_size.width))))

    def _words(self, width: int) -> list[str]:
        """Return number, people and next steps in lines of this width, with hanging indents."""
        receipt = self._receipt
        lines = [_("申請已送出"), "", _("申請編號　{number}").format(number=receipt.number), ""]
        for person in receipt.applicants:
            email = _email_words(person.email_state)
            lines += wrap(f"{person.name}（{person.relation}） {person.national_id}{email}", width)
        lines += ["", _("接下來：")]
        for place, step in enumerate(receipt.next_steps, 1):
            mark = f"{place}. "
            for line in wrap(_next_step(step, receipt), width - len(mark)):
                lines.append(mark + line)
                mark = " " * len(mark)
        return lines

    def action_back(self) -> None:
        """Finish: the application is sent."""
        self.finish("done")


def _email_words(state: EmailState) -> str:
    return {
        EmailState.VERIFIED: _("　信箱已驗證"),
        EmailState.UNVERIFIED: _("　信箱未驗證"),
        EmailState.NONE: _("　沒有信箱"),
    }[state]


def _next_step(step: NextStep, receipt: Receipt) -> str:
    return {
        NextStep.SIGN_FORM: _("申請書日後由學生攜回，請家長填寫並簽章後繳回。"),
        NextStep.BRING_DOCUMENTS: _("請攜帶正本給學校查驗：{papers}").format(papers="、".join(receipt.documents)),
        NextStep.STUDENT_CONSENT: _("學生已成年，須由學生本人登入並同意。"),
        NextStep.SEE_REGISTRAR: _("請洽註冊組處理資料更正或不同的申請。"),
        NextStep.TEACHER_REVIEWS: _("導師依申請書於線上審核。"),
        NextStep.EMAIL_COMES: _("審核通過後，學校寄信到您填的電子郵件。"),
        NextStep.SCHOOL_CALLS: _("沒有信箱的申請人，學校打電話通知。"),
    }[step]
