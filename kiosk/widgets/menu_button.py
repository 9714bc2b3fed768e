"""A button of a menu, one of several below each other."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button


class MenuButton(Button):
    """A menu item. Its arrow keys focus the next item; without these bindings they would scroll a long menu.

    Args:
        words: the label, never markup.
        id: the screen's answer.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, words: str, *, id: str) -> None:  # noqa: A002  # Textual's own name
        super().__init__(Content(words), id=id, classes="menu-item")
