"""Asks for a full national ID, before personal data is shown."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.i18n import N_, _
from kiosk.screens.base.step import Step
from kiosk.widgets.field import Field, national_id_field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.wrapped_text import WrappedText


class AskIdScreen(Step[str]):
    """Answers with the full ID as typed; 重新填寫 answers with an empty text.

    Args:
        heading: the purpose.
        text: its explanation.
        afresh: whether 重新填寫 is offered.
        value: the ID typed before.
    """

    def __init__(self, heading: str, text: str, *, afresh: bool = False, value: str = "") -> None:
        super().__init__()
        self.heading = heading
        afresh_button = {"afresh": N_("重新填寫")} if afresh else {}
        self.buttons = {"send": N_("確定"), **afresh_button, "back": N_("返回")}
        self._text = text
        self._value = value

    def body(self) -> ComposeResult:
        """Compose the text and the field."""
        yield WrappedText(self._text)
        yield national_id_field(self._value)

    @on(SafeInput.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        value = self.query_one("#national_id", Field).value
        if not value.strip():
            self.first_wrong({"national_id": _("請填寫身分證字號。")})
            return
        self.finish(value)

    @on(Button.Pressed, "#afresh")
    def _go_without(self) -> None:
        self.finish("")

    def is_changed(self) -> bool:
        """Return whether the field holds an ID."""
        return bool(self.query_one("#national_id", Field).value)
