"""The code that was mailed to an applicant's address is typed in here; it can be skipped."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.config.sections import IdleTimes
from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.i18n import _
from kiosk.rules.contact import mask_email
from kiosk.screens.base.step import Nav, Step
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.messaging.verification_codes import EmailChallenge, MailNotSent
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput


class EmailCodeScreen(Step[bool]):
    """True where the code was right, False where it was skipped."""

    number = 5

    def __init__(self, address: str, visitor: StudentSession) -> None:
        super().__init__()
        self._address = address
        self._visitor = visitor
        self._challenge: EmailChallenge | None = None
        self.heading = _("請到信箱收驗證碼")

    def idle_limit(self, times: IdleTimes) -> int:
        """Mail takes a while."""
        return times.mail_code_idle_seconds

    def body(self) -> ComposeResult:
        """Where the code went, and its field."""
        text = _("驗證碼會寄到 {address}，請輸入信中的 6 個數字。").format(address=mask_email(self._address))
        yield Static(text, markup=False)
        yield Field(_("驗證碼"), id="code", max_length=6, half_width=True)

    def actions(self) -> ComposeResult:
        """Check, send again, skip, back to what was entered."""
        yield Button(_("確認"), id="send", variant="primary")
        yield Button(_("重寄"), id="again")
        yield Button(_("略過"), id="skip")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Send the first code."""
        self._mail()

    @on(Button.Pressed, "#again")
    def _again(self) -> None:
        self._mail()

    @work(group="mail", exclusive=True)
    async def _mail(self) -> None:
        self.show_message(_("正在寄信。"), wrong=False)
        try:
            challenge = await self.ask(self.kiosk.school.email_codes.send, self._visitor, self._address)
        except MailNotSent:
            self.cancel_if_dismissed()
            self.show_message(_("目前無法寄信，請按「略過」繼續；申請會註明信箱未驗證。"))
        except (Denied, PasswordChangeRequired):
            self.finish(False)  # the visit has ended; who asked for this screen finds it out with the next step
        else:
            self.cancel_if_dismissed()
            if challenge is not None:
                self._challenge = challenge
                self.show_message(_("信已寄出。"), wrong=False)

    @on(SafeInput.Submitted)
    @on(Button.Pressed, "#send")
    def _check(self) -> None:
        typed = self.query_one("#code", Field).value
        if self._challenge is not None and self.kiosk.school.email_codes.check(self._challenge, typed):
            self.finish(True)
        else:
            self.first_wrong({"code": _("驗證碼不對或已過期，請再輸入一次，或按「重寄」。")})

    @on(Button.Pressed, "#skip")
    def _skip(self) -> None:
        self.finish(False)

    def action_back(self) -> None:
        """Ask first where something was typed."""
        if self.query_one("#code", Field).value:
            self.ask_before_leaving()
        else:
            self.finish(Nav.BACK)
