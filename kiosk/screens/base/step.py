"""A step of a session: a question that may call services, and that asks before it drops typed text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

from textual import on, work
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.screens.base.error_messages import store_message
from kiosk.screens.base.kiosk_screen import KioskScreen, Nav
from kiosk.services.errors import StoreError
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput

if TYPE_CHECKING:
    from kiosk.screens.base.notice import NoticeScreen

__all__ = ["Nav", "Step"]

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")


class Step(KioskScreen[T], Generic[T]):
    """A screen with a question."""

    @on(Button.Pressed, "#back")
    def _back_pressed(self) -> None:
        self.action_back()

    @on(SafeInput.NonAsciiRefused)
    def _switch_keyboard(self, event: SafeInput.NonAsciiRefused) -> None:
        event.stop()
        self.show_message(_("請切換為英文輸入。"))

    async def ask(self, function: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R | None:
        """Call a service in a thread, buttons off meanwhile; None, with a message, where the database refused.

        A button that is off loses the focus, and gets it back: Enter and Tab go on from where they were.

        Raises:
            asyncio.CancelledError: the step has answered and is about to go, or was left meanwhile: this ends the
                worker, that of a second Enter too.
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
    async def ask_before_leaving(self, save: Callable[[], None] | None = None) -> None:
        """Never lose what was typed without asking: stay, keep it where ``save`` can, or drop it."""
        keeping = {} if save is None else {"save": _("暫存離開")}
        choices = {"stay": _("繼續填寫"), **keeping, "drop": _("不儲存離開")}
        chosen = await self.app.push_screen_wait(self.notice(_("要離開嗎？"), _("您填的資料還沒有送出。"), choices))
        if chosen == "save" and save is not None:
            save()
        elif chosen == "drop":
            self.finish(Nav.BACK)

    def notice(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> NoticeScreen:
        """Make a notice in the same frame."""
        from kiosk.screens.base.notice import NoticeScreen  # not needed for the first frame

        return NoticeScreen(heading, text, choices)

    def first_wrong(self, messages: dict[str, str]) -> None:
        """Put each message under its field and go to the first of them."""
        first: Field | None = None
        for field in self.query(Field):
            text = messages.get(field.id or "", "")
            field.show_error(text)
            first = first or (field if text else None)
        if first is not None:
            first.focus()
