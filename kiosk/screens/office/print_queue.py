"""列印申請書: how many forms wait, class by class; one student's, a class's or all are one job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Button

from kiosk.domain.documents import FormRefused, NothingToSign, PaperState
from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep, WordedRefusal
from kiosk.screens.base.step import Nav
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.documents.printer import PrintFailed
from kiosk.services.office import StaffServices
from kiosk.services.signing.print_desk import ClassPrintQueue, QueuedForm
from kiosk.services.signing.print_job import Printed
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput


class PrintQueueScreen(StaffStep[Nav]):
    """Prints until it is left.

    Args:
        office: the staff's services.
        member: who is signed in.
        piles: how much of theirs waits, as `kiosk.services.signing.print_desk.PrintDesk.piles` gives it.
    """

    AUTO_FOCUS = ""  # on_mount chooses
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, office: StaffServices, member: StaffMember, piles: Sequence[ClassPrintQueue]) -> None:
        super().__init__(office, member)
        self.heading = _("列印申請書")
        self._piles = piles

    def body(self) -> ComposeResult:
        """All that waits, each class, and a field for one student."""
        with Container(id="classes"):
            yield Button("", id="all", classes="pile")
            for place in range(len(self._piles)):
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

    def _show(self) -> None:
        """Count what waits, and go to what can be printed next."""
        everything = sum(pile.waiting for pile in self._piles)
        self._write("#all", _("全部未列印的"), everything)
        for place, pile in enumerate(self._piles):
            self._write(f"#class-{place}", pile.class_name, pile.waiting)
        self.query_one("#all" if everything else "#student_number").focus()

    def _write(self, button_id: str, name: str, waiting: int) -> None:
        button = self.query_one(button_id, Button)
        button.label = Content(_("{name}：{n} 份").format(name=name, n=waiting))
        button.disabled = not waiting

    @on(Button.Pressed, ".pile")
    def _print_pile(self, event: Button.Pressed) -> None:
        place = str(event.button.id).removeprefix("class-")
        class_name = self._piles[int(place)].class_name if place.isdecimal() else None

        def waiting() -> Sequence[QueuedForm]:
            forms = self.office.print_desk.queue(self.member, class_name)
            return [form for form in forms if form.state is PaperState.NOT_PRINTED]

        self._print(waiting, _("這些申請書剛才已經印好了，請返回後再進來一次。"))

    @on(SafeInput.Submitted)
    @on(Button.Pressed, "#send")
    def _print_student(self) -> None:
        number = self.query_one("#student_number", Field).value.strip().upper().removeprefix("P")
        if not number:
            self.first_wrong({"student_number": _("請輸入學號。")})
            return
        self.first_wrong({})
        self._print(
            lambda: self.office.print_desk.queue(self.member, student_number=number),
            _("這位學生沒有可以列印的申請書。"),
            of_student=True,
        )

    @work(group="print", exclusive=True)
    async def _print(self, find: Callable[[], Sequence[QueuedForm]], none: str, *, of_student: bool = False) -> None:
        def run() -> Printed | None:
            keys = [form.key for form in find()]
            if not keys:
                return None
            try:
                return self.office.print_desk.print_for(self.member, keys)
            except PrintFailed as failed:
                raise WordedRefusal(failed.line) from None
            except NothingToSign:
                raise WordedRefusal(_("有申請剛被撤回或更改，請返回後再進來一次。")) from None
            except FormRefused:
                raise WordedRefusal(_("有一份申請書一頁印不下，請檢查學校自訂的文字是否太長。")) from None

        self.show_message(_("列印中，請稍候…"), wrong=False)
        done = await self.attempt(run)
        if done is None:
            return
        if done.value is None and of_student:
            self.show_message("")
            self.first_wrong({"student_number": none})
            return
        counted = await self.look(self.office.print_desk.piles, self.member)
        if counted is None:
            return
        waiting = {pile.class_name: pile.waiting for pile in counted.value}
        self._piles = [replace(pile, waiting=waiting.get(pile.class_name, 0)) for pile in self._piles]
        self._show()
        self.show_message(none if done.value is None else printed_words(done.value), wrong=done.value is None)

    def action_back(self) -> None:
        """What was printed is printed."""
        self.finish(Nav.BACK)


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
