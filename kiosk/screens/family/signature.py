"""在螢幕上簽名: the statement, and a place to sign with a finger, a pen or the mouse."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.i18n import N_, _
from kiosk.rules.strokes import Drawing, UnusableDrawing
from kiosk.screens.base.step import Step
from kiosk.services.signing.signatures import SignatureBox
from kiosk.widgets.signature_pad import SignaturePad
from kiosk.widgets.wrapped_text import WrappedText


class SignatureScreen(Step[Drawing]):
    """Answers with the drawing."""

    number = 6
    AUTO_FOCUS = "#send"
    idle_time = "consent_idle_seconds"
    hints = N_("用手指或滑鼠在白框內簽名　只用鍵盤時請按 Esc 返回，改簽紙本")

    def __init__(self, box: SignatureBox) -> None:
        super().__init__()
        self.heading = f"{box.key.kind.label}　{box.title}"
        self._box = box

    def body(self) -> ComposeResult:
        """Compose the statement, then the pad."""
        yield WrappedText("\n".join(self._box.says), id="says")
        yield SignaturePad(self.kiosk.clock.elapsed, id="pad")

    def actions(self) -> ComposeResult:
        """Compose the buttons to send, to undo, to clear, and to go back."""
        yield Button(_("簽好了"), id="send", variant="primary")
        yield Button(_("退一筆"), id="undo", disabled=True)
        yield Button(_("全部清除"), id="clear", disabled=True)
        yield Button(_("返回"), id="back")

    @property
    def _pad(self) -> SignaturePad:
        return self.query_one(SignaturePad)

    @on(SignaturePad.Changed)
    def _show_what_can_be_done(self) -> None:
        self.show_message("", scroll=False)
        for selector in ("#undo", "#clear"):
            self.query_one(selector, Button).disabled = self._pad.is_blank

    @on(Button.Pressed, "#undo")
    def _undo(self) -> None:
        self._pad.undo()

    @on(Button.Pressed, "#clear")
    def _clear(self) -> None:
        self._pad.clear()

    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        try:
            drawing = self._pad.drawing()
        except UnusableDrawing:
            self.show_message(_("請在白框內簽上全名，再按「簽好了」。"), scroll=False)
        else:
            self.finish(drawing)

    def is_changed(self) -> bool:
        """Return whether something is drawn."""
        return not self._pad.is_blank
