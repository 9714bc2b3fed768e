"""Short screens: a notice with buttons, and a blank screen between two steps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.screens.base.kiosk_screen import KioskScreen
from kiosk.widgets.wrapped_text import WrappedText

_A_MOMENT_SECONDS = 0.3


class NoticeScreen(KioskScreen[str]):
    """Shows a text and a button for each choice; the first has the focus.

    Args:
        heading: the question.
        text: its explanation.
        choices: the label of each answer, in order.
    """

    AUTO_FOCUS = "#actions Button"

    def __init__(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.heading = heading
        self._text = text
        self._choices = choices or {"ok": _("知道了")}

    def body(self) -> ComposeResult:
        """Compose the text."""
        yield WrappedText(self._text, classes="large")

    def actions(self) -> ComposeResult:
        """Compose a button for each choice."""
        for place, (answer, label) in enumerate(self._choices.items()):
            yield Button(Content(label), id=answer, variant="default" if place else "primary")

    @on(Button.Pressed)
    def _chosen(self, event: Button.Pressed) -> None:
        event.stop()
        self.finish(str(event.button.id))


class BlankScreen(KioskScreen[None]):
    """Lies between the resting login and the steps of a session; asks to wait while a service takes long."""

    AUTO_FOCUS = ""
    hints = ""

    def body(self) -> ComposeResult:
        """Compose the place of the request to wait."""
        yield WrappedText("", id="wait", classes="large")

    @on(events.ScreenResume)
    def _begin_to_wait(self) -> None:
        self._show_wait("")
        self.set_timer(_A_MOMENT_SECONDS, partial(self._show_wait, _("請稍候。")))

    def _show_wait(self, text: str) -> None:
        self.query_one("#wait", WrappedText).update(text)

    def action_back(self) -> None:
        """Stay: the next step follows by itself."""
