"""子女與綁定: one child at a time, what stands behind the binding, and its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.domain.reason import MAX_REASON_LENGTH, UnusableReason
from kiosk.i18n import _
from kiosk.rules.names import mask_name
from kiosk.screens.account.form import AccountForm
from kiosk.screens.account.home import child_title, states_of
from kiosk.screens.base.account_step import AccountStep
from kiosk.services.accounts.visible_children import BoundChild
from kiosk.services.auth.account_session import AccountSession
from kiosk.widgets.field import Field
from kiosk.widgets.menu_button import MenuButton
from kiosk.widgets.wrapped_text import WrappedText

_CHILD = "child-"


class ChooseChildScreen(AccountStep[str]):
    """Which child; answers with the student's id.

    Args:
        holder: who is signed on.
        heading: what for.
        children: those to choose from.
    """

    AUTO_FOCUS = ""
    CSS_PATH = Path(__file__).with_suffix(".tcss")
    first = ".door"

    def __init__(self, holder: AccountSession, heading: str, children: Sequence[BoundChild]) -> None:
        super().__init__(holder)
        self.heading = heading
        self._children = children

    def key_hints(self) -> str:
        """Arrows work here too."""
        return _("上下鍵或 Tab 選擇　Enter 進入　Esc 返回")

    def body(self) -> ComposeResult:
        """The children."""
        yield WrappedText(_("請選一位子女。"))
        for place, child in enumerate(self._children):
            yield MenuButton(child_title(child), id=f"{_CHILD}{place}")

    def actions(self) -> ComposeResult:
        """Back."""
        yield Button(_("返回"), id="back")

    @on(Button.Pressed, ".door")
    def _choose(self, event: Button.Pressed) -> None:
        place = int(str(event.button.id).removeprefix(_CHILD))
        self.finish(self._children[place].student_id)


class ChildScreen(AccountStep[str]):
    """A child; answers "end" where the binding is to end."""

    AUTO_FOCUS = "#back"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, holder: AccountSession, child: BoundChild) -> None:
        super().__init__(holder)
        self.heading = child_title(child)
        self._child = child

    def body(self) -> ComposeResult:
        """The states."""
        yield WrappedText("\n".join(states_of(self._child)), id="states")
        yield WrappedText(
            _("終止綁定以後，這個帳號看不到這位子女；要再綁定須重新申請、由學校審核。"), id="what-follows"
        )

    def actions(self) -> ComposeResult:
        """Back first: the end of a binding is nothing to press by mistake."""
        yield Button(_("返回"), id="back")
        yield Button(_("終止綁定"), id="end")

    @on(Button.Pressed, "#end")
    def _end(self) -> None:
        self.finish("end")


class ReasonForm(AccountForm[bool]):
    """A reason in the parent's own words."""

    refused_by = (UnusableReason,)

    def __init__(self, holder: AccountSession, heading: str, text: str) -> None:
        super().__init__(holder)
        self.heading = heading
        self._text = text

    def body(self) -> ComposeResult:
        """What follows from it, and the field."""
        yield WrappedText(self._text, id="what-follows")
        yield Field(
            _("原因"), hint=_("最多 {n} 個字").format(n=MAX_REASON_LENGTH), id="reason", max_length=MAX_REASON_LENGTH
        )

    def refused(self, refused: Exception) -> dict[str, str]:
        """It must be written down, shortly."""
        return {"reason": _("請寫下原因，最多 {n} 個字。").format(n=MAX_REASON_LENGTH)}


class EndBindingScreen(ReasonForm):
    """終止綁定; True once it has ended."""

    def __init__(self, holder: AccountSession, child: BoundChild, *, is_last: bool) -> None:
        text = _("終止和 {child} 的綁定。").format(child=mask_name(child.student_name))
        text += _("您讓照顧者看這位子女的權限也一起終止。")
        if is_last:
            text += _("這是這個帳號的最後一位子女，帳號也會關閉。")
        super().__init__(holder, _("終止綁定"), text)
        self._child = child

    def sending(self) -> str:
        """What the button does."""
        return _("終止綁定")

    def take(self, values: Mapping[str, str]) -> bool:
        """End it."""
        assert self.holder is not None
        assert self._child.binding_id is not None
        self.kiosk.school.accounts.end_binding(self.holder, self._child.binding_id, values["reason"])
        return True
