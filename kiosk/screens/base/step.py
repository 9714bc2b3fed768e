"""A step of a session: a question that may call services, and that asks before it drops typed text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar, cast

from textual import on, work
from textual.widgets import Button

from kiosk.i18n import N_, _
from kiosk.screens.base.error_messages import store_message
from kiosk.screens.base.kiosk_screen import KioskScreen, Nav
from kiosk.services.errors import StoreError
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput

if TYPE_CHECKING:
    from kiosk.screens.base.notice import NoticeScreen

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")


class Step(KioskScreen[T], Generic[T]):
    """A screen with a question. Buttons of class ``menu-item``, and those in `answers`, leave it with an answer.

    Attributes:
        answers: ids of buttons.
        keeps_typed_text: whether going back asks first where a field was changed.
    """

    buttons: Mapping[str, str] = {"back": N_("返回")}
    answers: Collection[str] = ()
    keeps_typed_text = False

    @on(Button.Pressed)
    def _leave_by_button(self, event: Button.Pressed) -> None:
        key = str(event.button.id)
        if key == "back":
            self.action_back()
        elif key == "save":
            self.save()
        elif key in self.answers or event.button.has_class("menu-item"):
            self.finish(self.answer_of(key))

    def answer_of(self, key: str) -> T:
        """Return the answer that a button's id stands for."""
        return cast("T", key)

    def is_changed(self) -> bool:
        """Return whether going back would lose something."""
        return self.keeps_typed_text and any(field.is_changed for field in self.query(Field))

    def action_back(self) -> None:
        """Go one step back; ask first where that would lose something."""
        if self.is_changed():
            self.ask_before_leaving()
        else:
            self.finish(Nav.BACK)

    def save(self) -> None:
        """Save the entries for another day, on a step with a button ``save``."""

    @on(SafeInput.NonAsciiRefused)
    def _switch_keyboard(self, event: SafeInput.NonAsciiRefused) -> None:
        event.stop()
        self.show_message(_("請切換為英文輸入。"))

    async def ask(self, function: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R | None:
        """Call a service in a thread, with disabled buttons; None, with a message, where the database refused.

        A disabled button loses the focus, and gets it back afterwards.

        Raises:
            asyncio.CancelledError: the step has answered, or was dismissed meanwhile; this ends the worker.
        """
        if self._has_answered:
            raise asyncio.CancelledError
        focused = self.focused
        buttons = [button for button in self.query(Button) if not button.disabled]
        for button in buttons:
            button.disabled = True
        try:
            return await asyncio.to_thread(function, *arguments, **options)
        except StoreError as refusal:
            self.cancel_if_dismissed()
            self.show_message(store_message(refusal))
            return None
        finally:
            for button in buttons:
                button.disabled = False
            if self.focused is None and focused in buttons:
                self.set_focus(focused, scroll_visible=False)

    @work(group="ask", exclusive=True)
    async def ask_before_leaving(self) -> None:
        """Ask whether to stay, to save the entries where the step has a button for that, or to drop them."""
        saving = {"save": _("暫存離開")} if "save" in self.buttons else {}
        choices = {"stay": _("繼續填寫"), **saving, "drop": _("不儲存離開")}
        chosen = await self.app.push_screen_wait(self.notice(_("要離開嗎？"), _("您填的資料還沒有送出。"), choices))
        if chosen == "save":
            self.save()
        elif chosen == "drop":
            self.finish(Nav.BACK)

    def notice(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> NoticeScreen:
        """Make a notice in the same frame."""
        from kiosk.screens.base.notice import NoticeScreen  # not needed for the first frame

        return NoticeScreen(heading, text, choices)

    def show_choice(self, labels: Mapping[str, str], chosen: str | None, mark: str = "") -> None:
        """Mark the chosen one of several buttons, in words too.

        Args:
            labels: the buttons' labels by their ids; `_` translates them.
            chosen: the id of the chosen button.
            mark: the chosen label around ``{label}``.
        """
        for key, label in labels.items():
            button, is_chosen = self.query_one(f"#{key}", Button), key == chosen
            button.label = (mark or _("{label}（已選）")).format(label=_(label)) if is_chosen else _(label)
            button.set_class(is_chosen, "chosen")

    def first_wrong(self, messages: Mapping[str, str]) -> None:
        """Show each message at its field, and focus the first of these fields."""
        first: Field | None = None
        for field in self.query(Field):
            text = messages.get(field.id or "", "")
            field.show_error(text)
            first = first or (field if text else None)
        if first is not None:
            first.focus()
