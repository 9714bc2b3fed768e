"""A few fields and one button that sends them, for whoever is signed on with a parent account."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.step import Nav
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput

T = TypeVar("T")

WHOLE = ""
"""The key, in place of a field's, of a complaint about the whole form."""


class AccountForm(AccountStep[T]):
    """Answers with what the service gave; what was typed stays where it refused.

    Attributes:
        refused_by: what the service behind this form may answer with, besides what every service may.
    """

    AUTO_FOCUS = "Input"
    refused_by: ClassVar[tuple[type[Exception], ...]] = ()
    _is_sending = False
    _before: Mapping[str, str] = {}

    @abstractmethod
    def take(self, values: Mapping[str, str]) -> T:
        """Do what was asked for; runs in a thread.

        Args:
            values: what was typed, by the fields' ids.
        """

    def complaints(self, values: Mapping[str, str]) -> dict[str, str]:
        """What can be told wrong without the service, by the fields' ids; :data:`WHOLE` for the form."""
        return {key: _("請填寫這一欄。") for key, value in values.items() if not value.strip()}

    def refused(self, refused: Exception) -> dict[str, str]:
        """What the service refused, as in :meth:`complaints`."""
        raise refused

    def sending(self) -> str:
        """The words of the button that sends."""
        return _("確定")

    def key_hints(self) -> str:
        """Enter goes on, in the last field it sends."""
        return _("Enter 下一欄，最後一欄送出　Tab 下一欄　Esc 返回")

    def more_actions(self) -> ComposeResult:
        """Buttons between sending and going back."""
        yield from ()

    def actions(self) -> ComposeResult:
        """Send, or go back."""
        yield Button(self.sending(), id="send", variant="primary")
        yield from self.more_actions()
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Remember what stands there."""
        super().on_mount()
        self._before = self.values

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields, by their ids."""
        return {str(field.id): field.value for field in self.query(Field)}

    @on(SafeInput.Submitted)
    def _to_next(self, event: SafeInput.Submitted) -> None:
        fields = list(self.query(Field))
        place = next(place for place, field in enumerate(fields) if field is event.input)
        if place + 1 < len(fields):
            fields[place + 1].focus()
        else:
            self.send()

    @on(Button.Pressed, "#send")
    def send(self) -> None:
        """Send once, however often Enter is pressed."""
        if self._is_sending:
            return
        values = self.values
        wrong = self.complaints(values)
        if wrong:
            self._complain(wrong)
            return
        self._is_sending = True
        self._send(values)

    @work(group="db")
    async def _send(self, values: Mapping[str, str]) -> None:
        try:
            done = await self.attempt(self.take, values)
        except self.refused_by as refused:
            self.cancel_if_dismissed()
            self._complain(self.refused(refused))
        else:
            if done is not None:
                self.finish(done.value)
        finally:
            self._is_sending = False

    def _complain(self, wrong: dict[str, str]) -> None:
        self.show_message(wrong.pop(WHOLE, ""))
        self.first_wrong(wrong)

    def action_back(self) -> None:
        """Ask first where something was typed."""
        if self.values == self._before:
            self.finish(Nav.BACK)
        else:
            self.ask_before_leaving()
