"""An input that masks a password with a sign of certain width."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Input


class MaskedInput(Input):
    """Shows ``*`` for each character of a password; Textual's dot is two cells wide on some Chinese terminals."""

    @property
    def _value(self) -> Text:
        if self.password:
            return Text("*" * len(self.value), no_wrap=True, overflow="ignore", end="")
        return super()._value
