"""A step of a parent account with a few fields and one button that sends them to a service."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.i18n import N_, _
from kiosk.screens.base.account_step import AccountStep
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.wrapped_text import WrappedText

T = TypeVar("T")

WHOLE = ""
"""The key of a complaint about the whole form, in place of a field's."""


class AccountForm(AccountStep[T]):
    """Answers with the result of the service; entries stay where it refused.

    Attributes:
        text: the explanation above the fields; `_` translates it.
        sending: the label of the button that sends; `_` translates it.
        refused_by: errors that only this form's service may raise.
    """

    AUTO_FOCUS = "Input"
    hints = N_("Enter 下一欄，最後一欄送出　Tab 下一欄　Esc 返回")
    keeps_typed_text = True
    text: str = ""
    sending: str = N_("確定")
    refused_by: tuple[type[Exception], ...] = ()
    _is_sending = False

    @abstractmethod
    def take(self, values: Mapping[str, str]) -> T:
        """Call the service, in a thread.

        Args:
            values: the entries by the fields' ids.
        """

    def fields(self) -> ComposeResult:
        """Compose the fields."""
        yield from ()

    def complaints(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return what is wrong without asking the service, by the fields' ids or `WHOLE`."""
        return {key: _("請填寫這一欄。") for key, value in values.items() if not value.strip()}

    def refused(self, refused: Exception) -> dict[str, str]:
        """Return why the service refused, as in `complaints`."""
        raise refused

    def body(self) -> ComposeResult:
        """Compose the explanation and the fields."""
        if self.text:
            yield WrappedText(_(self.text), id="what-follows")
        yield from self.fields()

    def more_actions(self) -> ComposeResult:
        """Compose buttons between sending and going back."""
        yield from ()

    def actions(self) -> ComposeResult:
        """Compose the buttons to send and to go back."""
        yield Button(_(self.sending), id="send", variant="primary")
        yield from self.more_actions()
        yield Button(_("返回"), id="back")

    @property
    def values(self) -> dict[str, str]:
        """The entries by the fields' ids."""
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
