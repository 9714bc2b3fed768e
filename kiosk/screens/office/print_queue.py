"""列印申請書: the unprinted forms of each class; one student's, a class's or all are one job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Button

from kiosk.domain.documents import FormRefused, NothingToSign, PaperState
from kiosk.i18n import N_, _
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.base.staff_step import StaffStep, WordedRefusal
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
        member: the session's.
        queues: the classes' print queues.
    """

    AUTO_FOCUS = ""  # on_mount chooses
    heading = N_("列印申請書")
    buttons = {"send": N_("列印這位學生的"), "back": N_("返回")}

    def __init__(self, office: StaffServices, member: StaffMember, queues: Sequence[ClassPrintQueue]) -> None:
        super().__init__(office, member)
        self._queues = queues

    def body(self) -> ComposeResult:
        """Compose buttons for all forms and for each class, and a field for one student."""
        with Container(id="classes"):
            yield Button("", id="all", classes="class-print-queue")
            for place in range(len(self._queues)):
                yield Button("", id=f"class-{place}", classes="class-print-queue")
        yield Field(
            _("只印一位學生（學號）"),
            hint=_("已經列印過的也再印一次"),
            id="student_number",
            max_length=20,
            half_width=True,
        )

    def on_mount(self) -> None:
        """Show the numbers."""
        self._show()

    def _show(self) -> None:
        """Show the numbers of unprinted forms, and focus the next thing to print."""
        everything = sum(queue.waiting for queue in self._queues)
        self._write("#all", _("全部未列印的"), everything)
        for place, queue in enumerate(self._queues):
            self._write(f"#class-{place}", queue.class_name, queue.waiting)
        self.query_one("#all" if everything else "#student_number").focus()

    def _write(self, button_id: str, name: str, waiting: int) -> None:
        button = self.query_one(button_id, Button)
        button.label = Content(_("{name}：{n} 份").format(name=name, n=waiting))
        button.disabled = not waiting

    @on(Button.Pressed, ".class-print-queue")
    def _print_queue(self, event: Button.Pressed) -> None:
        place = str(event.button.id).removeprefix("class-")
        class_name = self._queues[int(place)].class_name if place.isdecimal() else None

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
        counted = await self.look(self.office.print_desk.class_queues, self.member)
        if counted is None:
            return
        waiting = {queue.class_name: queue.waiting for queue in counted.value}
        self._queues = [replace(queue, waiting=waiting.get(queue.class_name, 0)) for queue in self._queues]
        self._show()
        self.show_message(none if done.value is None else printed_words(done.value), wrong=done.value is None)


def printed_words(printed: Printed) -> str:
    """Return the result of a print job."""
    count = len(printed.numbers)
    if printed.file is None:
        lines = [_("已送到印表機：{n} 份。").format(n=count)]
    else:
        lines = [_("沒有設定印表機，已存成 PDF，共 {n} 份，一天後自動刪除：").format(n=count), str(printed.file)]
    if printed.by_hand:
        lines.append(_("請在紙上補寫字型沒有的字：{numbers}").format(numbers="、".join(printed.by_hand)))
    return "\n".join(lines)
