"""同意簽署回傳: both forms of 申請簽署 with their states, printing them where there is a printer."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.domain.documents import COUNTED, FormKind, Paper, PaperState
from kiosk.i18n import N_, _
from kiosk.screens.base.step import Step
from kiosk.services.signing.signatures import SignatureBox
from kiosk.widgets.wrapped_text import WrappedText

_STATES = (PaperState.NOT_PRINTED, PaperState.PRINTED, PaperState.RETURNED)


class FormsToSignScreen(Step[str]):
    """Answers "print" or "sign".

    Args:
        papers: the child's forms.
        has_printer: whether parents can print here.
        boxes: the boxes that can be signed on the screen; empty where the school does not allow it.
    """

    number = 6
    answers = ("print", "sign")
    heading = N_("同意簽署回傳")

    def __init__(self, papers: Sequence[Paper], *, has_printer: bool, boxes: Sequence[SignatureBox] = ()) -> None:
        super().__init__()
        self._papers = papers
        self._has_printer = has_printer
        self._boxes = boxes

    def body(self) -> ComposeResult:
        """Compose a block for each form, then the advice."""
        for kind in COUNTED:
            papers = [paper for paper in self._papers if paper.key.kind is kind]
            for paper in papers:
                signed = [_signed(box) for box in self._boxes if box.key == paper.key and box.is_signed]
                yield Static("\n".join([_lines(paper), *signed]), classes="paper", markup=False)
            if not papers:
                yield Static(f"{kind.label}\n{_absent(kind)}", classes="paper", markup=False)
        yield WrappedText(self._advice(), id="advice")

    def actions(self) -> ComposeResult:
        """Compose the buttons to print, to sign, and to go back."""
        to_print = self.to_print
        if self._has_printer and to_print:
            again = all(paper.state is PaperState.PRINTED for paper in to_print)
            label = _("再印一次") if again else _("列印申請書")
            yield Button(label, id="print", variant="primary")
        if any(not box.is_checked for box in self._boxes):
            again = all(box.is_signed for box in self._boxes)
            yield Button(_("重新簽名") if again else _("在螢幕上簽名"), id="sign")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Focus printing only where a form is unprinted, so that a second Enter prints nothing twice."""
        waits = self._has_printer and any(paper.state is PaperState.NOT_PRINTED for paper in self._papers)
        self.query_one("#print" if waits else "#back", Button).focus()

    @property
    def to_print(self) -> list[Paper]:
        """The forms that 列印 prints: the unprinted ones, or without any, those not returned yet."""
        waiting = [paper for paper in self._papers if paper.state is PaperState.NOT_PRINTED]
        return waiting or [paper for paper in self._papers if paper.state is PaperState.PRINTED]

    def _advice(self) -> str:
        if self._papers and all(paper.state is PaperState.RETURNED for paper in self._papers):
            return _("學校已收到簽章的申請書。")
        if self._boxes:
            return _("可以在螢幕上簽名，請學校人員查驗本人及證件後才算完成；也可以印出申請書，簽章後由學生繳回導師。")
        if self._has_printer:
            return _("請列印申請書，簽章後由學生繳回導師。")
        return _("申請書由學校列印，由學生攜回，請家長填寫並簽章後，由學生繳回導師。")


def _lines(paper: Paper) -> str:
    """Return the form, its state among the three, and its numbers."""
    way = " > ".join(f"【{state.label}】" if state is paper.state else state.label for state in _STATES)
    numbers = [
        _("申請編號 {number}").format(number=paper.application) if paper.application else "",
        _("文件編號 {number}").format(number=paper.number) if paper.number else "",
    ]
    return "\n".join([paper.key.kind.label, way, *filter(None, ["　".join(filter(None, numbers))])])


def _signed(box: SignatureBox) -> str:
    state = _("已查驗本人及證件") if box.is_checked else _("已在螢幕簽名，待學校查驗本人及證件")
    return f"{box.title}　{state}"


def _absent(kind: FormKind) -> str:
    return {
        FormKind.BINDING: _("還沒有申請，請先按「申辦親子帳號」。"),
        FormKind.CARD: _("還沒有填答，請先按「學生證多元功能開通服務」。"),
    }[kind]
