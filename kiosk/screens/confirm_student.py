"""確認學生相關資訊: 班級, 姓名, 學號; 資訊正確 or 錯誤回報 (the guide's step 二.2)."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, RadioButton, RadioSet, Static

from kiosk.i18n import _
from kiosk.services.student_data import StudentView
from kiosk.widgets.field import Field
from kiosk.widgets.plain_input import PlainInput
from kiosk.widgets.step import Nav, Step

Answer = tuple[str, Mapping[str, str]]


class ConfirmStudentScreen(Step[Answer]):
    """Answers ("send" or "save", right values by field); no values mean 資訊正確."""

    number = 3
    AUTO_FOCUS = "RadioSet"

    def __init__(self, student: StudentView, draft: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._student = student
        self._draft = dict(draft or {})
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
        with RadioSet(id="answer"):
            yield RadioButton(_("資訊正確"), value=not self._draft, id="right")
            yield RadioButton(_("錯誤回報"), value=bool(self._draft), id="wrong")
        for key, label in (("class_name", _("班級")), ("name", _("姓名")), ("student_number", _("學號"))):
            yield Field(
                _("正確的{label}（沒有錯就空著）").format(label=label),
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
        super().on_mount()
        self._show_corrections(bool(self._draft))

    @on(RadioSet.Changed)
    def _switch(self, event: RadioSet.Changed) -> None:
        self._show_corrections(event.pressed.id == "wrong")

    def _show_corrections(self, shown: bool) -> None:
        for field in self.query(".correction"):
            field.display = shown

    def _values(self) -> dict[str, str]:
        if not self.query_one("#wrong", RadioButton).value:
            return {}
        return {str(field.id): field.value.strip() for field in self.query(Field) if field.value.strip()}

    @on(PlainInput.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        values = self._values()
        if self.query_one("#wrong", RadioButton).value:
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
        self.answer(("send", values))

    @on(Button.Pressed, "#save")
    def _save(self) -> None:
        self.answer(("save", self._values()))

    @on(Button.Pressed, "#back")
    def _leave(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_back()

    def action_back(self) -> None:
        """Ask first where something was typed."""
        if self._values() in ({}, self._draft):
            self.answer(Nav.BACK)
            return
        self.ask_before_leaving(lambda: self.answer(("save", self._values())))
