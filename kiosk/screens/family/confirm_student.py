"""確認學生相關資訊: 班級, 姓名, 學號; 資訊正確 or 錯誤回報 (the guide's step 二.2)."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from kiosk.i18n import N_, _
from kiosk.screens.base.step import Step
from kiosk.services.students.confirmation import StudentView
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput

Answer = tuple[str, Mapping[str, str]]


class ConfirmStudentScreen(Step[Answer]):
    """Answers ("send" or "save", right values by field); no values mean 資訊正確."""

    number = 3
    AUTO_FOCUS = "#right"
    heading = N_("請確認貴子女的基本資料是否正確。")
    buttons = {"send": N_("填答送出"), "save": N_("暫存離開"), "back": N_("返回")}

    def __init__(self, student: StudentView, draft: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._student = student
        self._draft = dict(draft or {})
        self._answer = "wrong" if draft else ""

    def body(self) -> ComposeResult:
        """Compose the roster's data, the two answers, and a field for each right value."""
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

    def on_mount(self) -> None:
        """Show the correction fields only for an error report."""
        self._show_answer()

    @on(Button.Pressed, ".choice")
    def _choose(self, event: Button.Pressed) -> None:
        self._answer = str(event.button.id)
        self._show_answer()
        self.query_one("#send" if self._answer == "right" else "#class_name").focus()

    def _show_answer(self) -> None:
        """Show the choice in words, and the correction fields only for an error report."""
        self.show_choice({"right": N_("資訊正確"), "wrong": N_("錯誤回報")}, self._answer)
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
            same = {key for key, value in values.items() if value == getattr(self._student, key)}
            if same:
                self.first_wrong(dict.fromkeys(same, _("這和上面的資料一樣；有錯才填。")))
                return
            if not values:
                self.first_wrong({"class_name": _("請在有錯的欄位填上正確的內容。")})
                return
        self.finish(("send", values))

    def save(self) -> None:
        """Answer with the typed values, to be saved."""
        self.finish(("save", self._typed()))

    def is_changed(self) -> bool:
        """Return whether a value was typed, even where 資訊正確 hides it."""
        return self._typed() not in ({}, self._draft)
