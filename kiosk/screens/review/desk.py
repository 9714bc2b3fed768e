"""服務台: a parent who cannot sign in gets a one-time code, once somebody has seen an ID."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.services.desk import IdNotSeen
from kiosk.services.errors import Denied, UnknownStudent
from kiosk.services.office import Office
from kiosk.services.staff_access import OwnChild, StaffMember
from kiosk.widgets.field import Field
from kiosk.widgets.plain_input import PlainInput
from kiosk.widgets.prose import Prose
from kiosk.widgets.staff_step import Refused, StaffStep
from kiosk.widgets.step import Nav


@dataclass(frozen=True)
class CodeGiven:
    """A one-time code, and for which student number."""

    student_number: str
    code: str = field(repr=False)


class DeskScreen(StaffStep[CodeGiven]):
    """Answers with the code."""

    AUTO_FOCUS = "#student_number"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, office: Office, member: StaffMember) -> None:
        super().__init__(office, member)
        self.heading = _("家長忘記密碼，或登入被鎖住")
        self._seen = False

    def body(self) -> ComposeResult:
        """What to look at, the tick, the number."""
        yield Prose(_("請先看來人的身分證件，確認是學生本人或家長。重設後，原來的密碼就不能用了。"))
        yield Field(_("學號"), hint=_("不用加 P"), id="student_number", max_length=20, half_width=True)
        yield Button("", id="seen")

    def actions(self) -> ComposeResult:
        """Reset, or go back."""
        yield Button(_("重設登入"), id="send", variant="primary")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Nothing was seen yet."""
        self._show_seen()

    @on(Button.Pressed, "#seen")
    def _toggle(self) -> None:
        self._seen = not self._seen
        self._show_seen()

    def _show_seen(self) -> None:
        """Say it in words: a mark alone is not seen by everyone."""
        button = self.query_one("#seen", Button)
        button.label = Content(_("[V] 已查驗證件") if self._seen else _("[ ] 還沒查驗證件（看過證件後按這裡）"))
        button.set_class(self._seen, "chosen")

    @on(PlainInput.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        number = self.query_one("#student_number", Field).value.strip()
        if not number:
            self.first_wrong({"student_number": _("請輸入學號。")})
        elif not self._seen:
            self.first_wrong({})
            self.say(_("請先看證件，再按「還沒查驗證件」改成已查驗。"))
            self.query_one("#seen", Button).focus()
        else:
            self._reset(number)

    @work(group="db", exclusive=True)
    async def _reset(self, number: str) -> None:
        def reset() -> str:
            try:
                return self.office.desk.reset_login(self.member, number, id_seen=self._seen)
            except OwnChild:
                raise
            except Denied:
                raise Refused(_("不是您班上的學生，或您的帳號剛被變更；請由註冊組重設。")) from None

        try:
            done = await self.attempt(reset)
        except UnknownStudent:
            self.first_wrong({"student_number": _("找不到這個學號的在學學生，請檢查後再試一次。")})
        except IdNotSeen:
            self.say(_("請先查驗證件。"))
        else:
            if done is not None:
                self.answer(CodeGiven(number, done.value))

    def action_back(self) -> None:
        """A number is typed again in a moment."""
        self.answer(Nav.BACK)
