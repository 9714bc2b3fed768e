"""選擇申辦方式: the guide's three modes, and the basis of some of them (step 二.5)."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.domain.application_form import Basis, Mode
from kiosk.i18n import N_, _
from kiosk.screens.base.step import Step
from kiosk.widgets.wrapped_text import WrappedText


class ApplicationModeScreen(Step[Mode]):
    """Answers with a mode."""

    number = 5
    AUTO_FOCUS = ".menu-item"

    def __init__(self, documents_notice: str, warning: str) -> None:
        super().__init__()
        self._documents_notice = documents_notice
        self._warning = warning

    def body(self) -> ComposeResult:
        """Compose the guide's two notices and three buttons."""
        yield WrappedText(self._documents_notice)
        yield WrappedText(self._warning, classes="warning")
        for mode in Mode:
            yield Button(mode.label, id=mode.value, classes="menu-item")

    def answer_of(self, key: str) -> Mode:
        """Return the mode of a button."""
        return Mode(key)


class BasisScreen(Step[Basis]):
    """Asks for the basis of a mode with several, and lists the originals to bring."""

    number = 5
    AUTO_FOCUS = ".menu-item"
    heading = N_("請選擇您的身分：")

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode

    def body(self) -> ComposeResult:
        """Compose a button for each basis, with its documents."""
        for basis in self._mode.bases:
            papers = "\n".join(basis.documents)
            need = _("\n請攜帶：\n{papers}").format(papers=papers) if papers else ""
            yield Button(f"{basis.label}{need}", id=basis.value, classes="menu-item")

    def answer_of(self, key: str) -> Basis:
        """Return the basis of a button."""
        return Basis(key)
