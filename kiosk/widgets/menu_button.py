"""A button that leads on, one of several below each other."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button


class MenuButton(Button):
    """The arrows lead to the next one, also where there is more than fits: else they would scroll.

    Args:
        words: what stands on it; never markup.
        id: what the screen answers with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, words: str, *, id: str) -> None:  # noqa: A002  # Textual's own name
        super().__init__(Content(words), id=id, classes="door")
