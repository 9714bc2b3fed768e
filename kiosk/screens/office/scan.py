"""收件掃描: a scanner types code after code; the last result is shown on top."""

from __future__ import annotations

from collections import deque

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.base.staff_step import StaffStep, WordedRefusal
from kiosk.services.auth.staff_session import OwnChildRefused, StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.signing.scan_desk import AnotherClass, Scanned, ScanOutcome
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput

_MAX_LINES = 60
_MAX_SHOWN_LENGTH = 24


class ScanScreen(StaffStep[str]):
    """Answers "signatures" to check those made on the screen.

    A code leaves the field at once, because a scanner does not wait, and the codes are handled in their order.
    Refused codes are counted, because staff look at the paper and not at the screen.
    """

    AUTO_FOCUS = "#code"
    heading = N_("收件掃描")
    hints = N_("一份接一份掃描即可，不必按其他鍵　Esc 返回")

    def __init__(self, office: StaffServices, member: StaffMember) -> None:
        super().__init__(office, member)
        self._codes: deque[str] = deque()
        self._earlier: deque[str] = deque(maxlen=_MAX_LINES)
        self._last = ""
        self._taken = self._refused = 0
        self._is_asking = False
        self._leaving: str | Nav | None = None

    def body(self) -> ComposeResult:
        """Compose the field, the last result and the earlier ones."""
        yield Field(
            _("條碼或 QR 碼"),
            hint=_("也可以輸入文件編號，例如 D115-000-0001-5"),
            id="code",
            max_length=64,
            half_width=True,
        )
        yield Static("", id="last", markup=False)
        yield Static(_count_words(0, 0), id="taken", markup=False)
        yield Static("", id="earlier", markup=False)

    def actions(self) -> ComposeResult:
        """Compose the buttons to check signatures, where the school uses them, and to go back."""
        if self.kiosk.settings.sign_on_screen:
            yield Button(_("查驗螢幕簽名"), id="signatures")
        yield Button(_("返回"), id="back")

    @on(Button.Pressed, "#signatures")
    def _go_to_signatures(self) -> None:
        self._leave_with("signatures")

    def action_back(self) -> None:
        """Go back, once every code is handled."""
        self._leave_with(Nav.BACK)

    def _leave_with(self, answer: str | Nav) -> None:
        """Leave once the codes are handled; a code refused meanwhile cancels that."""
        if self._is_asking:
            self._leaving = answer
            self.show_message(_wait_words(), wrong=False)
        else:
            self.finish(answer)

    @on(SafeInput.Submitted)
    def _read(self, event: SafeInput.Submitted) -> None:
        """Queue a code."""
        code = event.value.strip()
        event.input.value = ""
        if code:
            self._codes.append(code)
            if not self._is_asking:
                self._is_asking = True
                self._handle_codes()

    @work(group="scan")
    async def _handle_codes(self) -> None:
        """Handle the codes in their order."""
        try:
            while self._codes:
                code = self._codes.popleft()
                done = await self.attempt(self._scan, code)
                if not self.is_attached:
                    return
                if done is None:  # the message is below the fields, where the next result would replace it
                    why = str(self.query_one("#message", Static).content)
                    self._show(_("【未收】{code}：{why}").format(code=code[:_MAX_SHOWN_LENGTH], why=why), taken=False)
                else:
                    self._show(answer_words(done.value), taken=done.value.outcome is ScanOutcome.RETURNED)
                self.show_message("" if self._leaving is None else _wait_words(), wrong=False, scroll=False)
        finally:
            self._is_asking = False
        if self._leaving is not None:
            self.finish(self._leaving)

    def _scan(self, code: str) -> Scanned:
        try:
            return self.office.documents.scan(self.member, code)
        except OwnChildRefused:
            raise WordedRefusal(_("這是您自己孩子的申請書，請由同事收件。")) from None
        except AnotherClass:
            raise WordedRefusal(_("這份不是您班上的申請書，請交給該班導師或註冊組。")) from None

    def _show(self, answer: str, *, taken: bool) -> None:
        if self._last:
            self._earlier.appendleft(self._last)
        self._last = answer
        self._taken += taken
        self._refused += not taken
        if not taken:
            self._leaving = None
        last = self.query_one("#last", Static)
        last.update(answer)
        last.set_classes("taken" if taken else "refused")
        self.query_one("#taken", Static).update(_count_words(self._taken, self._refused))
        self.query_one("#earlier", Static).update("\n".join(self._earlier))


def _wait_words() -> str:
    return _("還在收件，收完就離開。")


def _count_words(taken: int, refused: int) -> str:
    said = _("這次已收 {n} 份").format(n=taken)
    return said + (_("，另有 {n} 次沒有收，請看下面").format(n=refused) if refused else "")


def answer_words(scanned: Scanned) -> str:
    """Return the result of a code in one line."""
    kind = scanned.kind.label if scanned.kind else ""
    form = "　".join(filter(None, (scanned.number, kind, scanned.class_name, scanned.student_name)))
    when = day_and_time(scanned.at) if scanned.at else ""
    return {
        ScanOutcome.RETURNED: _("【已收】{form}").format(form=form),
        ScanOutcome.ALREADY: _("【重複】{form}：{by} 在 {when} 已經收過").format(form=form, by=scanned.by, when=when),
        ScanOutcome.VOID: _("【作廢】{form}：資料已變更，請重新列印、簽章").format(form=form),
        ScanOutcome.RECEIPT: _("【不是】這是收據的代碼，請掃申請書左上角的條碼"),
        ScanOutcome.MISREAD: _("【不清】編號的檢查碼不對，請再掃一次"),
        ScanOutcome.UNKNOWN: _("【查無】這不是本校申請書的代碼"),
    }[scanned.outcome]
