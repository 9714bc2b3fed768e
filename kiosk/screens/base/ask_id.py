"""Asks for one's full national ID, before something of one's own is shown."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.screens.base.step import Nav, Step
from kiosk.widgets.field import Field, national_id_field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.wrapped_text import WrappedText


class AskIdScreen(Step[str]):
    """Asks for somebody's full ID; answers with it as typed.

    Args:
        heading: what for.
        text: more words.
        afresh: whether 重新填寫 is offered too, whose answer is an empty text.
        value: what was typed before.
    """

    def __init__(self, heading: str, text: str, *, afresh: bool = False, value: str = "") -> None:
        super().__init__()
        self.heading = heading
        self._text = text
        self._afresh = afresh
        self._value = value

    def body(self) -> ComposeResult:
        """Why, and the field."""
        yield WrappedText(self._text)
        yield national_id_field(self._value)

    def actions(self) -> ComposeResult:
        """Go on, without where that is possible, or back."""
        yield Button(_("確定"), id="send", variant="primary")
        if self._afresh:
            yield Button(_("重新填寫"), id="afresh")
        yield Button(_("返回"), id="back")

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

    def action_back(self) -> None:
        """Ask first where something was typed."""
        if self.query_one("#national_id", Field).value:
            self.ask_before_leaving()
        else:
            self.finish(Nav.BACK)
