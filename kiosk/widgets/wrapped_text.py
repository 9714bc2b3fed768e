"""Text wrapped by the rules of Chinese typesetting; Textual would begin lines with 、 and 。."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from kiosk.rules.line_breaks import wrap

_MIN_WIDTH = 10


class WrappedText(Widget):
    """A text wrapped to the widget's width; never markup."""

    DEFAULT_CSS = "WrappedText { height: auto; width: 1fr; }"

    def __init__(self, text: str, **options: str) -> None:
        super().__init__(id=options.get("id"), classes=options.get("classes"))
        self._text = text

    def update(self, text: str) -> None:
        """Replace the text."""
        self._text = text
        self.refresh(layout=True)

    def _lines(self, width: int) -> list[str]:
        return wrap(self._text, max(_MIN_WIDTH, width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines at this width."""
        return len(self._lines(width))

    def render(self) -> Content:
        """Return the lines."""
        return Content("\n".join(self._lines(self.content_size.width)))
