"""The limit: a bare Textual app with one Input, and a bare form of twenty widgets."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Input, Label


class BareApp(App[None]):
    """One label, one input."""

    def compose(self) -> ComposeResult:
        """Show them."""
        yield Label("READY")
        yield Input()


class BareForm(Screen[None]):
    """Ten labels and ten inputs, nothing else."""

    def compose(self) -> ComposeResult:
        """Show them."""
        for number in range(10):
            yield Label(f"Field {number}")
            yield Input()


if __name__ == "__main__":
    BareApp().run()
