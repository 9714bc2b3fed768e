"""Short screens: something to know, or something to ask before going on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.screens.base.step import Nav, Step
from kiosk.widgets.field import Field, national_id_field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.wrapped_text import WrappedText

_A_MOMENT_SECONDS = 0.3


class NoticeScreen(Step[str]):
    """Shows a text and offers answers; the first has the focus.

    Args:
        heading: the question.
        text: more words.
        choices: answer to button text, in order.
    """

    AUTO_FOCUS = "#actions Button"

    def __init__(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.heading = heading
        self._text = text
        self._choices = choices or {"ok": _("知道了")}

    def body(self) -> ComposeResult:
        """The text."""
        yield WrappedText(self._text, classes="large")

    def actions(self) -> ComposeResult:
        """The answers."""
        for place, (answer, label) in enumerate(self._choices.items()):
            yield Button(Content(label), id=answer, variant="default" if place else "primary")

    @on(Button.Pressed)
    def _chosen(self, event: Button.Pressed) -> None:
        event.stop()
        self.finish(str(event.button.id))


class BlankScreen(Step[None]):
    """Lies between the resting login and the steps of a session; asks to wait when a service takes long."""

    AUTO_FOCUS = ""

    def body(self) -> ComposeResult:
        """Room for the request to wait."""
        yield WrappedText("", id="wait", classes="large")

    def key_hints(self) -> str:
        """No key works here."""
        return ""

    @on(events.ScreenResume)
    def _begin_to_wait(self) -> None:
        self._show_wait("")
        self.set_timer(_A_MOMENT_SECONDS, partial(self._show_wait, _("請稍候。")))

    def _show_wait(self, text: str) -> None:
        self.query_one("#wait", WrappedText).update(text)

    def action_back(self) -> None:
        """Stay: the next step is on its way."""


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
