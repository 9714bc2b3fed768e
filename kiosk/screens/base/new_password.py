"""Asks for a new password, twice (the guide: letters and digits, more than eight characters)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button, Static

from kiosk.domain.errors import ChangedMeanwhile, Denied, PasswordRefused
from kiosk.domain.password_messages import password_message
from kiosk.i18n import N_, _
from kiosk.rules.passwords import FAMILY_RULE, ticks
from kiosk.screens.base.step import Step
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput

T = TypeVar("T")


class NewPasswordStep(Step[T]):
    """Asks twice and ticks off the rule's parts meanwhile; answers with the session of the new password."""

    rule = FAMILY_RULE
    hints = N_("Tab 下一欄　Enter 送出　Esc 登出")
    buttons = {"send": N_("變更密碼"), "show": N_("顯示密碼"), "back": N_("登出")}
    keeps_typed_text = True

    def make_voluntary(self) -> None:
        """Let Esc lead back instead of logging out."""
        self.hints = N_("Tab 下一欄　Enter 送出　Esc 返回")
        self.buttons = {**self.buttons, "back": N_("返回")}

    @abstractmethod
    def ticked(self, password: str) -> Sequence[tuple[str, bool]]:
        """Return the parts of the rule, and whether the password meets each."""

    @abstractmethod
    def take(self, new: str) -> T:
        """Change the password; runs in a thread.

        Raises:
            PasswordRefused, Denied, ChangedMeanwhile, StoreError: see `kiosk.services.auth.sign_in.SignIn`.
        """

    def body(self) -> ComposeResult:
        """Compose the rule's parts, and the password twice."""
        yield Static(self._rule_line(""), id="rule", markup=False)
        yield Field(_("新密碼"), id="new", password=True)
        yield Field(_("再輸入一次新密碼"), id="again", password=True)

    @on(SafeInput.Changed, "#new")
    def _tick(self, event: SafeInput.Changed) -> None:
        self.query_one("#rule", Static).update(self._rule_line(event.value))

    def _rule_line(self, password: str) -> str:
        return "　".join(f"{'［完成］' if done else '［　　］'}{name}" for name, done in self.ticked(password))

    @on(Button.Pressed, "#show")
    def _show(self, event: Button.Pressed) -> None:
        hidden = not self.query_one("#new", Field).password
        for field in self.query(Field):
            field.password = hidden
        event.button.label = _("顯示密碼") if hidden else _("隱藏密碼")

    @on(SafeInput.Submitted, "#new")
    def _to_again(self, event: SafeInput.Submitted) -> None:
        """Go to the second field; a second Enter from the sign-in must not skip an empty first one."""
        if event.value:
            self.query_one("#again", Field).focus()

    @on(SafeInput.Submitted, "#again")
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        new, again = self.query_one("#new", Field), self.query_one("#again", Field)
        if self.query_one("#send", Button).disabled:
            return
        if new.value != again.value:
            self.first_wrong({"again": _("兩次輸入的密碼不同，請再輸入一次。")})
            return
        self._change(new.value)

    @work(group="db")
    async def _change(self, new: str) -> None:
        try:
            signed_in = await self.ask(self.take, new)
        except PasswordRefused as refused:
            self.cancel_if_dismissed()
            self.first_wrong({"new": password_message(refused.fault, self.rule)})
        except (Denied, ChangedMeanwhile):
            self.cancel_if_dismissed()
            self.show_message(_("密碼未變更：這個帳號剛在別處使用，請登出後再登入一次。"))
        else:
            if signed_in is not None:
                self.finish(signed_in)


class FamilyPasswordStep(NewPasswordStep[T]):
    """The forced change with the guide's rule and wording."""

    heading = N_("第一次登入須變更密碼(密碼必須含英文字母及數字，且字數大於8)")

    def ticked(self, password: str) -> Sequence[tuple[str, bool]]:
        """Return the guide's rule."""
        found = ticks(password)
        return (_("字母"), found.letter), (_("數字"), found.digit), (_("至少 9 個字"), found.length)
