"""子女與綁定: the binding of one child, and its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult

from kiosk.domain.reason import MAX_REASON_LENGTH, UnusableReason
from kiosk.i18n import N_, _
from kiosk.rules.names import mask_name
from kiosk.screens.account.form import AccountForm
from kiosk.screens.account.home import child_title, states_of
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.menu_step import MenuStep
from kiosk.services.accounts.visible_children import BoundChild
from kiosk.services.auth.account_session import AccountSession
from kiosk.widgets.field import Field
from kiosk.widgets.menu_button import MenuButton
from kiosk.widgets.wrapped_text import WrappedText

_CHILD = "child-"


class ChooseChildScreen(MenuStep[str], AccountStep[str]):
    """Asks for one of the children; answers with the student's id.

    Args:
        holder: the session.
        heading: the purpose.
        children: the choices.
    """

    def __init__(self, holder: AccountSession, heading: str, children: Sequence[BoundChild]) -> None:
        super().__init__(holder)
        self.heading = heading
        self._children = children

    def body(self) -> ComposeResult:
        """Compose a menu item for each child."""
        yield WrappedText(_("請選一位子女。"))
        for place, child in enumerate(self._children):
            yield MenuButton(child_title(child), id=f"{_CHILD}{place}")

    def answer_of(self, key: str) -> str:
        """Return the student's id."""
        return self._children[int(key.removeprefix(_CHILD))].student_id


class ChildScreen(AccountStep[str]):
    """The states of a child; answers "end" for the end of the binding, whose button does not come first."""

    AUTO_FOCUS = "#back"
    answers = ("end",)
    buttons = {"back": N_("返回"), "end": N_("終止綁定")}

    def __init__(self, holder: AccountSession, child: BoundChild) -> None:
        super().__init__(holder)
        self.heading = child_title(child)
        self._child = child

    def body(self) -> ComposeResult:
        """Compose the states, and a warning."""
        yield WrappedText("\n".join(states_of(self._child)), id="states")
        yield WrappedText(
            _("終止綁定以後，這個帳號看不到這位子女；要再綁定須重新申請、由學校審核。"), id="what-follows"
        )


class ReasonForm(AccountForm[bool]):
    """Asks for a reason in the parent's own words."""

    refused_by = (UnusableReason,)

    def fields(self) -> ComposeResult:
        """Compose the field."""
        yield Field(
            _("原因"), hint=_("最多 {n} 個字").format(n=MAX_REASON_LENGTH), id="reason", max_length=MAX_REASON_LENGTH
        )

    def refused(self, refused: Exception) -> dict[str, str]:
        """Return the limits of a reason."""
        return {"reason": _("請寫下原因，最多 {n} 個字。").format(n=MAX_REASON_LENGTH)}


class EndBindingScreen(ReasonForm):
    """終止綁定; True once it has ended."""

    heading = N_("終止綁定")
    sending = N_("終止綁定")

    def __init__(self, holder: AccountSession, child: BoundChild, *, is_last: bool) -> None:
        super().__init__(holder)
        self._child = child
        text = _("終止和 {child} 的綁定。").format(child=mask_name(child.student_name))
        text += _("您讓照顧者看這位子女的權限也一起終止。")
        if is_last:
            text += _("這是這個帳號的最後一位子女，帳號也會關閉。")
        self.text = text

    def take(self, values: Mapping[str, str]) -> bool:
        """End the binding."""
        assert self._child.binding_id is not None
        self.kiosk.school.accounts.end_binding(self.signed_on, self._child.binding_id, values["reason"])
        return True
