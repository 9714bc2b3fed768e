"""Asks for the code that was mailed to an applicant's address; it can be skipped."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.i18n import N_, _
from kiosk.rules.contact import mask_email
from kiosk.screens.base.step import Step
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.messaging.verification_codes import EmailChallenge, MailNotSent
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput


class EmailCodeScreen(Step[bool]):
    """True where the code was right, False where it was skipped."""

    number = 5
    keeps_typed_text = True
    heading = N_("請到信箱收驗證碼")
    idle_time = "mail_code_idle_seconds"
    buttons = {"send": N_("確認"), "again": N_("重寄"), "skip": N_("略過"), "back": N_("返回")}

    def __init__(self, address: str, visitor: StudentSession) -> None:
        super().__init__()
        self._address = address
        self._visitor = visitor
        self._challenge: EmailChallenge | None = None

    def body(self) -> ComposeResult:
        """Compose the address, and the field for the code."""
        text = _("驗證碼會寄到 {address}，請輸入信中的 6 個數字。").format(address=mask_email(self._address))
        yield Static(text, markup=False)
        yield Field(_("驗證碼"), id="code", max_length=6, half_width=True)

    def on_mount(self) -> None:
        """Send the first code."""
        self._mail()

    @on(Button.Pressed, "#again")
    @work(group="mail", exclusive=True)
    async def _mail(self) -> None:
        self.show_message(_("正在寄信。"), wrong=False)
        try:
            challenge = await self.ask(self.kiosk.school.email_codes.send, self._visitor, self._address)
        except MailNotSent:
            self.cancel_if_dismissed()
            self.show_message(_("目前無法寄信，請按「略過」繼續；申請會註明信箱未驗證。"))
        except (Denied, PasswordChangeRequired):
            self.finish(False)  # the session has ended; the next call of a service shows it
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
