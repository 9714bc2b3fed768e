"""確認學生相關資訊: 班級, 姓名, 學號; 資訊正確 or 錯誤回報 (the guide's step 二.2)."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from kiosk.i18n import _
from kiosk.screens.base.step import Nav, Step
from kiosk.services.students.confirmation import StudentView
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput

Answer = tuple[str, Mapping[str, str]]


class ConfirmStudentScreen(Step[Answer]):
    """Answers ("send" or "save", right values by field); no values mean 資訊正確."""

    number = 3
    AUTO_FOCUS = "#right"

    def __init__(self, student: StudentView, draft: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._student = student
        self._draft = dict(draft or {})
        self._answer = "wrong" if draft else ""
        self.heading = _("請確認貴子女的基本資料是否正確。")

    def body(self) -> ComposeResult:
        """What the roster has, the two answers, a field for each right value."""
        student = self._student
        yield Static(
            _("班級：{class_name}\n姓名：{name}\n學號：{number}").format(
                class_name=student.class_name, name=student.name, number=student.student_number
            ),
            id="student",
            markup=False,
        )
        with Horizontal(id="answers"):
            yield Button(_("資訊正確"), id="right", classes="choice")
            yield Button(_("錯誤回報"), id="wrong", classes="choice")
        with Horizontal(id="corrections"):
            for key, label in (("class_name", _("班級")), ("name", _("姓名")), ("student_number", _("學號"))):
                yield Field(
                    _("正確的{label}").format(label=label),
                    hint=_("沒有錯就空著"),
                    id=key,
                    classes="correction",
                    max_length=60,
                    value=self._draft.get(key, ""),
                )
        yield Static(_("以上項目修正涉及學籍異動，請儘速讓貴子女至註冊組。"), id="notice", markup=False)

    def actions(self) -> ComposeResult:
        """The guide's two, and back."""
        yield Button(_("填答送出"), id="send", variant="primary")
        yield Button(_("暫存離開"), id="save")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Show the correction fields only for an error report."""
        self._show_answer()

    @on(Button.Pressed, ".choice")
    def _choose(self, event: Button.Pressed) -> None:
        self._answer = str(event.button.id)
        self._show_answer()
        self.query_one("#send" if self._answer == "right" else "#class_name").focus()

    def _show_answer(self) -> None:
        """Say the choice in words; the fields for right values stand only with an error report."""
        for key, label in (("right", _("資訊正確")), ("wrong", _("錯誤回報"))):
            button = self.query_one(f"#{key}", Button)
            button.label = _("{label}（已選）").format(label=label) if key == self._answer else label
            button.set_class(key == self._answer, "chosen")
        for field in self.query(".correction"):
            field.display = self._answer == "wrong"

    def _typed(self) -> dict[str, str]:
        return {str(field.id): field.value.strip() for field in self.query(Field) if field.value.strip()}

    def _values(self) -> dict[str, str]:
        return self._typed() if self._answer == "wrong" else {}

    @on(SafeInput.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        values = self._values()
        if not self._answer:
            self.show_message(_("請選擇「資訊正確」或「錯誤回報」。"))
            self.query_one("#right").focus()
            return
        if self._answer == "wrong":
            student = self._student
            shown = {
                "class_name": student.class_name,
                "name": student.name,
                "student_number": student.student_number,
            }
            same = {key for key, value in values.items() if value == shown[key]}
            if same:
                self.first_wrong(dict.fromkeys(same, _("這和上面的資料一樣；有錯才填。")))
                return
            if not values:
                self.first_wrong({"class_name": _("請在有錯的欄位填上正確的內容。")})
                return
        self.finish(("send", values))

    @on(Button.Pressed, "#save")
    def _save(self) -> None:
        self.finish(("save", self._typed()))

    @on(Button.Pressed, "#back")
    def _leave(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_back()

    def action_back(self) -> None:
        """Ask first where something was typed, also where 資訊正確 hides it."""
        if self._typed() in ({}, self._draft):
            self.finish(Nav.BACK)
        else:
            self.ask_before_leaving(self._save)
