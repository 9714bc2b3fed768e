"""A part of a screen that is composed again alone."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.widget import Widget


class Recomposable(Widget):
    """Composes the widgets that a function returns; ``await recompose()`` calls it again.

    A screen that recomposed as a whole would for a moment lack the lines that are updated every second.
    """

    DEFAULT_CSS = "Recomposable { width: 1fr; height: auto; }"

    def __init__(self, pieces: Callable[[], ComposeResult], *, id: str) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._pieces = pieces

    def compose(self) -> ComposeResult:
        """Compose the widgets."""
        yield from self._pieces()
