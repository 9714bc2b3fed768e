"""The consent text: read to its end, then 同意 or 不同意, then 送出 (the guide's step 二.4)."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Button, Static

from kiosk.i18n import N_, _
from kiosk.rules.line_breaks import wrap
from kiosk.screens.base.step import Step
from kiosk.services.students.consents import ConsentAnswer
from kiosk.services.texts.loader import ConsentText
from kiosk.widgets.wrapped_text import WrappedText

_SIDE_CELLS = 6


class Reading(VerticalScroll, can_focus=True):
    """The text; Enter and Space turn the page as Page Down does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,pagedown", "page_down", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("up", "scroll_up", show=False),
    ]


class ConsentScreen(Step[ConsentAnswer]):
    """Answers agree or refuse, once the text was scrolled to its end."""

    number = 4
    AUTO_FOCUS = "#reading"
    idle_time = "consent_idle_seconds"
    hints = N_("Enter 或 PageDown 往下讀　讀完後 Tab 選擇　Esc 返回")

    def __init__(self, text: ConsentText, intro: str) -> None:
        super().__init__()
        self._text = text
        self._intro = intro
        self._choice: ConsentAnswer | None = None
        self._read = False
        self._lines = 0

    def body(self) -> ComposeResult:
        """Compose the introduction, the text, and the reading progress."""
        yield WrappedText(self._intro, id="intro")
        with Reading(id="reading"):
            yield Static("", id="text", markup=False)
        yield Static("", id="progress", markup=False)

    def actions(self) -> ComposeResult:
        """Compose two choices of equal size, and the buttons to send and to go back."""
        yield Button(_("同意"), id="agree", classes="choice", disabled=True)
        yield Button(_("不同意"), id="refuse", classes="choice", disabled=True)
        yield Button(_("送出"), id="send", variant="primary")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Break the lines for this width."""
        for measure in ("scroll_y", "virtual_size"):
            self.watch(self.query_one("#reading"), measure, self._progress, init=False)
        self.call_after_refresh(self._lay_out)

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        reading = self.query_one("#reading", Reading)
        width = max(20, reading.size.width - _SIDE_CELLS)
        parts = (self._text.source.title, self._text.body, self._text.agree, self._text.refuse, self._text.note)
        lines = wrap("\n\n".join(part for part in parts if part), width)
        self._lines = len(lines)
        self.query_one("#text", Static).update("\n".join(lines))
        self.call_after_refresh(self._progress)

    def _progress(self) -> None:
        reading = self.query_one("#reading", Reading)
        laid_out = 0 < self._lines <= reading.virtual_size.height
        if not self.is_current or not laid_out:
            return
        at_end = reading.scroll_y >= reading.max_scroll_y
        if at_end and not self._read:
            self._read = True
            for button in self.query(".choice"):
                button.disabled = False
        share = 100 if self._read else int(100 * reading.scroll_y / max(1, reading.max_scroll_y))
        text = _("已讀到最後，請選擇同意或不同意。") if self._read else _("已讀 {n}%，請往下讀到最後。").format(n=share)
        self.query_one("#progress", Static).update(text)

    @on(Button.Pressed, ".choice")
    def _choose(self, event: Button.Pressed) -> None:
        self._choice = "agree" if event.button.id == "agree" else "refuse"
        self.show_choice({"agree": N_("同意"), "refuse": N_("不同意")}, self._choice)
        self.query_one("#send", Button).focus()

    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        if self._choice is None:
            self.show_message(_("請詳讀個資授權同意書並勾選本人同意或不同意此同意書"))
            self.query_one("#agree" if self._read else "#reading").focus()
            return
        self.finish(self._choice)
