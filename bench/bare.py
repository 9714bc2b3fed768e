"""The reference: a bare Textual app with one Input, and bare forms of any number of widgets."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Input, Label


class BareApp(App[None]):
    """One label, one input."""

    def compose(self) -> ComposeResult:
        """Show both."""
        yield Label("READY")
        yield Input()


class BareForm(Screen[None]):
    """Labels and inputs in turns, nothing else.

    Args:
        widgets: an even number of both together.
    """

    def __init__(self, widgets: int) -> None:
        super().__init__()
        self._fields = widgets // 2

    def compose(self) -> ComposeResult:
        """Show them."""
        for number in range(self._fields):
            yield Label(f"Field {number}")
            yield Input()


if __name__ == "__main__":
    BareApp().run()
