"""選擇申辦方式: the guide's three modes, and for some of them by what right (step 二.5)."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.domain.application_form import Basis, Mode
from kiosk.i18n import _
from kiosk.screens.base.step import Step
from kiosk.widgets.wrapped_text import WrappedText


class ApplicationModeScreen(Step[Mode]):
    """Answers with a mode."""

    number = 5
    AUTO_FOCUS = ".door"

    def __init__(self, documents_notice: str, warning: str) -> None:
        super().__init__()
        self._documents_notice = documents_notice
        self._warning = warning

    def body(self) -> ComposeResult:
        """The guide's two notices and three buttons."""
        yield WrappedText(self._documents_notice)
        yield WrappedText(self._warning, classes="warning")
        for mode in Mode:
            yield Button(mode.label, id=mode.value, classes="door")

    def actions(self) -> ComposeResult:
        """Back."""
        yield Button(_("返回"), id="back")

    @on(Button.Pressed, ".door")
    def _choose(self, event: Button.Pressed) -> None:
        self.finish(Mode(str(event.button.id)))


class BasisScreen(Step[Basis]):
    """Asks by what right, where a mode leaves it open; says which originals to bring."""

    number = 5
    AUTO_FOCUS = ".door"

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode
        self.heading = _("請選擇您的身分：")

    def body(self) -> ComposeResult:
        """A button for each, with its documents."""
        for basis in self._mode.bases:
            papers = "\n".join(basis.documents)
            need = _("\n請攜帶：\n{papers}").format(papers=papers) if papers else ""
            yield Button(f"{basis.label}{need}", id=basis.value, classes="door")

    def actions(self) -> ComposeResult:
        """Back."""
        yield Button(_("返回"), id="back")

    @on(Button.Pressed, ".door")
    def _choose(self, event: Button.Pressed) -> None:
        self.finish(Basis(str(event.button.id)))
