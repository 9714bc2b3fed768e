"""A piece of a screen that is made anew by itself, while the frame around it goes on standing."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.widget import Widget


class Recomposable(Widget):
    """Holds what a function gives; ``await recompose()`` asks it again.

    A screen that recomposed itself would for a moment be without the lines that are written every second.

    Args:
        pieces: gives the widgets.
        id: the part's.
    """

    DEFAULT_CSS = "Recomposable { width: 1fr; height: auto; }"

    def __init__(self, pieces: Callable[[], ComposeResult], *, id: str) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._pieces = pieces

    def compose(self) -> ComposeResult:
        """The pieces."""
        yield from self._pieces()
