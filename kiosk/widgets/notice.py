"""Short screens: something to know, or something to ask before going on."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.widgets.field import Field
from kiosk.widgets.plain_input import PlainInput
from kiosk.widgets.prose import Prose
from kiosk.widgets.step import Step


class NoticeScreen(Step[str]):
    """Shows a text and offers answers; the first has the focus.

    Args:
        heading: the question.
        text: more words.
        choices: answer to button text, in order.
    """

    AUTO_FOCUS = "#actions Button"

    def __init__(self, heading: str, text: str, choices: dict[str, str] | None = None) -> None:
        super().__init__()
        self.heading = heading
        self._text = text
        self._choices = choices or {"ok": _("知道了")}

    def body(self) -> ComposeResult:
        """The text."""
        yield Prose(self._text, classes="large")

    def actions(self) -> ComposeResult:
        """The answers."""
        for place, (answer, label) in enumerate(self._choices.items()):
            yield Button(label, id=answer, variant="default" if place else "primary")

    @on(Button.Pressed)
    def _chosen(self, event: Button.Pressed) -> None:
        event.stop()
        self.answer(str(event.button.id))


class AskIdScreen(Step[str]):
    """Asks for somebody's full ID; answers with it as typed."""

    def __init__(self, heading: str, text: str) -> None:
        super().__init__()
        self.heading = heading
        self._text = text

    def body(self) -> ComposeResult:
        """Why, and the field."""
        yield Prose(self._text)
        yield Field(
            _("身分證字號"), hint=_("身分證字號或統一證號 10 碼"), id="national_id", max_length=20, half_width=True
        )

    def actions(self) -> ComposeResult:
        """Go on or back."""
        yield Button(_("確定"), id="send", variant="primary")
        yield Button(_("返回"), id="back")

    @on(PlainInput.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        value = self.query_one("#national_id", Field).value
        if not value.strip():
            self.first_wrong({"national_id": _("請填寫身分證字號。")})
            return
        self.answer(value)
