"""The summary: all entries once more in large spacing, then 確認送出."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.i18n import N_, _
from kiosk.rules.line_breaks import cell_width
from kiosk.screens.base.step import Step
from kiosk.widgets.wrapped_text import WrappedText

_LABEL_CELLS = 14


class SummaryScreen(Step[bool]):
    """True to send."""

    number = 5
    AUTO_FOCUS = "#send"
    heading = N_("請再看一次，都對了再按「確認送出」。")
    hints = N_("Enter 確認送出　PageDown 往下看　Esc 返回修改")
    buttons = {"send": N_("確認送出"), "back": N_("返回修改")}

    def __init__(self, mode: Mode, basis: Basis, entries: Sequence[ApplicantEntry]) -> None:
        super().__init__()
        self._mode = mode
        self._basis = basis
        self._entries = entries

    def body(self) -> ComposeResult:
        """Compose mode, applicants and documents."""
        yield Static(self._mode.label, markup=False)
        for entry in self._entries:
            email = _("沒有電子郵件，學校打電話通知") if entry.no_email else entry.email
            rows = (
                (_("申請人姓名"), entry.name),
                (_("親屬關係"), entry.relation),
                (_("身分證字號"), _spaced(entry.national_id)),
                (_("手機"), _spaced(entry.mobile)),
                (_("電子郵件"), email),
            )
            lines = (label + " " * (_LABEL_CELLS - cell_width(label)) + value for label, value in rows)
            yield Static("\n\n".join(lines), classes="large", markup=False)
        if self._basis.documents:
            papers = "、".join(self._basis.documents)
            yield WrappedText(_("請攜帶：{papers}").format(papers=papers), classes="warning")

    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        self.finish(True)


def _spaced(text: str) -> str:
    """Return readable groups: A 123 456 789, 0910 100 200."""
    clean = text.strip().upper()
    first = 1 if clean[:1].isalpha() else 4
    return " ".join([clean[:first], *(clean[place : place + 3] for place in range(first, len(clean), 3))])
