"""列印申請書: the forms that wait, class by class; one student's, a class's or all are one job."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.services.forms import FormRefused
from kiosk.services.office import Office
from kiosk.services.paper import FormKey, NothingToSign, PaperState
from kiosk.services.print_desk import QueuedForm
from kiosk.services.print_run import Printed
from kiosk.services.printing import PrintFailed
from kiosk.services.staff_access import StaffMember
from kiosk.widgets.field import Field
from kiosk.widgets.plain_input import PlainInput
from kiosk.widgets.staff_step import Refused, StaffStep
from kiosk.widgets.step import Nav


class PrintQueueScreen(StaffStep[Nav]):
    """Prints until it is left.

    Args:
        office: the staff's services.
        member: who is signed in.
        forms: every form of theirs, as `kiosk.services.print_desk.PrintDesk.queue` gives them.
    """

    AUTO_FOCUS = ""  # on_mount chooses
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, office: Office, member: StaffMember, forms: Sequence[QueuedForm]) -> None:
        super().__init__(office, member)
        self.heading = _("列印申請書")
        self._forms = forms
        self._class_names = sorted({form.class_name for form in forms})

    def body(self) -> ComposeResult:
        """All that waits, each class, and a field for one student."""
        with Container(id="classes"):
            yield Button("", id="all", classes="pile")
            for place, _name in enumerate(self._class_names):
                yield Button("", id=f"class-{place}", classes="pile")
        yield Field(
            _("只印一位學生（學號）"),
            hint=_("已經列印過的也再印一次"),
            id="student_number",
            max_length=20,
            half_width=True,
        )

    def actions(self) -> ComposeResult:
        """Print one student's, or leave."""
        yield Button(_("列印這位學生的"), id="send", variant="primary")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Say how much waits."""
        super().on_mount()
        self._show()

    def _pile(self, button_id: str) -> list[QueuedForm]:
        """The forms that wait, of all or of one class, by its button."""
        waiting = [form for form in self._forms if form.state is PaperState.NOT_PRINTED]
        if button_id == "all":
            return waiting
        class_name = self._class_names[int(button_id.removeprefix("class-"))]
        return [form for form in waiting if form.class_name == class_name]

    def _show(self) -> None:
        """Count what waits, and go to what can be printed next."""
        for button in self.query(".pile").results(Button):
            count = len(self._pile(str(button.id)))
            name = _("全部未列印的") if button.id == "all" else self._class_names[int(str(button.id)[6:])]
            button.label = Content(_("{name}：{n} 份").format(name=name, n=count))
            button.disabled = not count
        self.query_one("#student_number" if not self._pile("all") else "#all").focus()

    @on(Button.Pressed, ".pile")
    def _print_pile(self, event: Button.Pressed) -> None:
        self._print([form.key for form in self._pile(str(event.button.id))])

    @on(PlainInput.Submitted)
    @on(Button.Pressed, "#send")
    def _print_student(self) -> None:
        number = self.query_one("#student_number", Field).value.strip().upper().removeprefix("P")
        keys = [form.key for form in self._forms if form.student_number == number]
        if not number:
            self.first_wrong({"student_number": _("請輸入學號。")})
        elif not keys:
            self.first_wrong({"student_number": _("這位學生沒有可以列印的申請書。")})
        else:
            self.first_wrong({})
            self._print(keys)

    @work(group="print", exclusive=True)
    async def _print(self, keys: list[FormKey]) -> None:
        def run() -> tuple[Printed, Sequence[QueuedForm]]:
            try:
                printed = self.office.print_desk.print_for(self.member, keys)
            except PrintFailed as failed:
                raise Refused(failed.line) from None
            except NothingToSign:
                raise Refused(_("有申請剛被撤回或更改，請返回後再進來一次。")) from None
            except FormRefused:
                raise Refused(_("有一份申請書一頁印不下，請檢查學校自訂的文字是否太長。")) from None
            return printed, self.office.print_desk.queue(self.member)

        self.say(_("列印中，請稍候…"), wrong=False)
        done = await self.attempt(run)
        if done is None:
            return
        printed, self._forms = done.value
        self._show()
        self.say(printed_words(printed), wrong=False)

    def action_back(self) -> None:
        """What was printed is printed."""
        self.answer(Nav.BACK)


def printed_words(printed: Printed) -> str:
    """What came of a print job."""
    count = len(printed.numbers)
    if printed.file is None:
        lines = [_("已送到印表機：{n} 份。").format(n=count)]
    else:
        lines = [_("沒有設定印表機，已存成 PDF，共 {n} 份，一天後自動刪除：").format(n=count), str(printed.file)]
    if printed.by_hand:
        lines.append(_("請在紙上補寫字型沒有的字：{numbers}").format(numbers="、".join(printed.by_hand)))
    return "\n".join(lines)
